// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/trace_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::batching {
namespace {

using testing::ElementsAre;

// Of three samples: a layer with a row for each, one with two rows for each, and one of constants.
sparsity::Trace ThreeSamples() {
  sparsity::Trace trace;
  trace.layers.push_back(
      {3, 2, 5, {3, 2, 5}, {1, 2, 3, 4, 5, 6}, {0, 0, 1, 1, 2, 2}, {7, 7, 8, 8, 9, 9}});
  trace.layers.push_back(
      {6, 1, 1, {6}, {1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}, {0, 0, 0, 0, 0, 1}});
  trace.layers.push_back({2, 1, 1, {2, 1}, {4, 5}, {0, 1}, {2, 3}});
  return trace;
}

const std::vector<bool> kBySample = {true, true, false};

TEST(TracePartsTest, TakesTheSamplesAskedFor) {
  sparsity::Trace part;
  AppendSamples(ThreeSamples(), 3, 1, 3, kBySample, part);
  ASSERT_EQ(part.layers.size(), 3u);
  EXPECT_EQ(part.layers[0].samples, 2);
  EXPECT_EQ(part.layers[0].channels, 2);
  EXPECT_EQ(part.layers[0].positions, 5);
  EXPECT_THAT(part.layers[0].shape, ElementsAre(2, 2, 5));
  EXPECT_THAT(part.layers[0].inactive, ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(part.layers[0].saturated, ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(part.layers[0].non_finite, ElementsAre(8, 8, 9, 9));
  EXPECT_EQ(part.layers[1].samples, 4);
  EXPECT_THAT(part.layers[1].inactive, ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(part.layers[2].shape, ElementsAre(2, 1));
  EXPECT_THAT(part.layers[2].inactive, ElementsAre(4, 5));
}

TEST(TracePartsTest, AppendsToEarlierSamples) {
  sparsity::Trace whole;
  AppendSamples(ThreeSamples(), 3, 0, 1, kBySample, whole);
  AppendSamples(ThreeSamples(), 3, 1, 2, kBySample, whole);
  AppendSamples(ThreeSamples(), 3, 2, 3, kBySample, whole);
  const sparsity::Trace expected = ThreeSamples();
  for (size_t i = 0; i < expected.layers.size(); ++i) {
    EXPECT_EQ(whole.layers[i].samples, expected.layers[i].samples);
    EXPECT_EQ(whole.layers[i].shape, expected.layers[i].shape);
    EXPECT_EQ(whole.layers[i].inactive, expected.layers[i].inactive);
    EXPECT_EQ(whole.layers[i].saturated, expected.layers[i].saturated);
    EXPECT_EQ(whole.layers[i].non_finite, expected.layers[i].non_finite);
  }
}

// The element itself stays, with its memory, for when there are as many layers again.
TEST(ReusedTraceTest, KeepsTheMemoryOfLayersThatAreNotNeeded) {
  ReusedTrace reused;
  AppendSamples(ThreeSamples(), 3, 0, 3, kBySample, reused.Clear(3));
  const uint32_t* counts[] = {reused.trace().layers[0].inactive.data(),
                              reused.trace().layers[1].inactive.data(),
                              reused.trace().layers[2].inactive.data()};
  EXPECT_EQ(reused.Resize(1).layers.size(), 1u);
  EXPECT_EQ(reused.Clear(0).layers.size(), 0u);
  AppendSamples(ThreeSamples(), 3, 1, 2, kBySample, reused.Clear(3));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(reused.trace().layers[i].inactive.data(), counts[i]);
  EXPECT_EQ(reused.trace().layers[0].samples, 1);
  EXPECT_THAT(reused.trace().layers[0].inactive, ElementsAre(3, 4));
  EXPECT_THAT(reused.trace().layers[1].non_finite, ElementsAre(0, 0));
  EXPECT_THAT(reused.trace().layers[2].inactive, ElementsAre(4, 5));
}

}  // namespace
}  // namespace reluserve::batching
