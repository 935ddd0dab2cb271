// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/trace.h"

#include <gtest/gtest.h>

namespace reluserve::sparsity {
namespace {

TEST(TraceTest, TotalSumsOverSamplesAndChannels) {
  LayerCounts counts;
  counts.samples = 2;
  counts.channels = 3;
  counts.positions = 10;
  counts.inactive = {1, 2, 3, 4, 5, 6};
  counts.saturated = {0, 1, 0, 2, 0, 3};
  counts.non_finite = {0, 0, 0, 0, 0, 9};
  const LayerTotals totals = Total(counts);
  EXPECT_EQ(totals.elements, 60);
  EXPECT_EQ(totals.inactive, 21);
  EXPECT_EQ(totals.saturated, 6);
  EXPECT_EQ(totals.non_finite, 9);
}

TEST(TraceTest, TotalByChannelSumsOverSamples) {
  LayerCounts counts;
  counts.samples = 2;
  counts.channels = 3;
  counts.positions = 10;
  counts.inactive = {1, 2, 3, 4, 5, 6};
  counts.saturated = {0, 1, 0, 2, 0, 3};
  counts.non_finite = {0, 0, 0, 0, 0, 9};
  const ChannelTotals totals = TotalByChannel(counts);
  EXPECT_EQ(totals.inactive, (std::vector<int64_t>{5, 7, 9}));
  EXPECT_EQ(totals.saturated, (std::vector<int64_t>{2, 1, 3}));
  EXPECT_EQ(totals.non_finite, (std::vector<int64_t>{0, 0, 9}));
}

TEST(TraceTest, TotalsDoNotWrapAtThirtyTwoBits) {
  LayerCounts counts;
  counts.samples = 2;
  counts.channels = 1;
  counts.positions = int64_t{1} << 32;
  counts.inactive = {0xffffffffu, 0xffffffffu};
  counts.saturated = {0, 0};
  counts.non_finite = {0, 0};
  EXPECT_EQ(Total(counts).inactive, 0x1fffffffeLL);
}

}  // namespace
}  // namespace reluserve::sparsity
