// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests roi_align.cc.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using test_support::ForEachIndex;
using test_support::Index;
using test_support::Random;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kSeed = 20261125;

// Interpolation is exact where the image is a plane, so that the mean of a cell's samples, which
// lie evenly about its centre, is the plane's value there, however many they are.
TEST(RoiAlignTest, MeansOfAPlaneAreItsValuesAtTheCentres) {
  Random random(kSeed);
  const Shape shape = {2, 3, 12, 16};
  Values slopes({6, 3});
  for (double& slope : slopes.elements) slope = random.Uniform(-1, 1);
  const auto plane = [&](int64_t image, int64_t channel, double y, double x) {
    const int64_t i = image * 3 + channel;
    return slopes.At({i, 0}) * y + slopes.At({i, 1}) * x + slopes.At({i, 2});
  };
  std::vector<float> elements;
  ForEachIndex(shape, [&](const Index& at) {
    elements.push_back(static_cast<float>(
        plane(at[0], at[1], static_cast<double>(at[2]), static_cast<double>(at[3]))));
  });
  const Tensor x = Floats(shape, elements);
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed, round));
    graph::RoiAlign op;
    op.half_pixel = round % 2 == 0;
    op.output_height = random.Integer(1, 4);
    op.output_width = random.Integer(1, 4);
    op.sampling_ratio = random.Integer(0, 3);
    op.spatial_scale = 0.5f;
    // Inside the image, twice as large before scaling.
    const double left = random.Uniform(2, 10), top = random.Uniform(2, 8);
    const double width = random.Uniform(4, 18), height = random.Uniform(4, 13);
    const int64_t image = random.Integer(0, 1);
    const Tensor rois =
        Floats({1, 4}, {static_cast<float>(left), static_cast<float>(top),
                        static_cast<float>(left + width), static_cast<float>(top + height)});
    const Values got = ValuesOf(RunOne(op, {x, rois, Longs({image})}));
    ASSERT_EQ(got.shape, (Shape{1, 3, op.output_height, op.output_width}));
    const double offset = op.half_pixel ? 0.5 : 0.0;
    ForEachIndex(got.shape, [&](const Index& at) {
      const double y = (top + height * (static_cast<double>(at[2]) + 0.5) /
                                  static_cast<double>(op.output_height)) /
                           2 -
                       offset;
      const double x_place = (left + width * (static_cast<double>(at[3]) + 0.5) /
                                         static_cast<double>(op.output_width)) /
                                 2 -
                             offset;
      EXPECT_NEAR(got.At(at), plane(image, at[1], y, x_place), 1e-4) << at.ToString();
    });
  }
}

TEST(RoiAlignTest, TheLargestWeightedElement) {
  graph::RoiAlign op;
  op.max = true;
  op.sampling_ratio = 1;
  op.half_pixel = false;
  const Tensor x = Floats({1, 1, 2, 2}, {1, 2, 3, 10});
  // The one sample lies at (0.75, 0.75): 10 counts 9/16.
  EXPECT_THAT(
      ElementsOf<float>(RunOne(op, {x, Floats({1, 4}, {0.25f, 0.25f, 1.25f, 1.25f}), Longs({0})})),
      ElementsAre(5.625f));
}

// A sample up to one element outside counts as the border, one farther out as zero; regions without
// an extent have no samples.
TEST(RoiAlignTest, SamplesOutside) {
  graph::RoiAlign op;
  op.sampling_ratio = 1;
  const Tensor x = Floats({1, 1, 2, 2}, {8, 8, 8, 8});
  const auto at = [&](float place) {
    const Tensor roi = Floats({1, 4}, {place, 0.5f, place + 1, 1.5f});
    return ElementsOf<float>(RunOne(op, {x, roi, Longs({0})}))[0];
  };
  EXPECT_EQ(at(-0.75f), 8.0f);
  EXPECT_EQ(at(-2.5f), 0.0f);
  EXPECT_EQ(at(1.75f), 8.0f);
  EXPECT_EQ(at(3.0f), 0.0f);
  op.sampling_ratio = 0;
  EXPECT_THAT(ElementsOf<float>(RunOne(op, {x, Floats({1, 4}, {1, 1, 1, 1}), Longs({0})})),
              ElementsAre(0.0f));
}

TEST(RoiAlignTest, WhatDoesNotFitIsRefused) {
  const Tensor x = Floats({1, 1, 2, 2}, {8, 8, 8, 8});
  const auto refusal = [&](const Tensor& rois, const Tensor& images) {
    return std::string(RunMany(graph::RoiAlign{}, {x, rois, images}).status().message());
  };
  const Tensor roi = Floats({1, 4}, {0, 0, 1, 1});
  EXPECT_THAT(refusal(roi, Longs({1})), HasSubstr("region 0 is of image 1, there are 1"));
  EXPECT_THAT(refusal(roi, Longs({-1})), HasSubstr("region 0 is of image -1"));
  EXPECT_THAT(refusal(Floats({1, 4}, {0, 0, 1e9f, 1}), Longs({0})), HasSubstr("region 0 reaches"));
  EXPECT_THAT(refusal(Floats({1, 4}, {0, NAN, 1, 1}), Longs({0})), HasSubstr("region 0 reaches"));
  EXPECT_THAT(refusal(Floats({1, 3}, {0, 0, 1}), Longs({0})), HasSubstr("rois has shape [1,3]"));
  EXPECT_THAT(refusal(roi, Longs({0, 0})), HasSubstr("batch_indices has shape [2]"));
}

}  // namespace
}  // namespace reluserve::engine
