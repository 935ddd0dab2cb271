// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests resize.cc; resize_table_test.cc has the positions and weights.

#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/kernels/resize_table.h"
#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using graph::ResizeMode;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

Tensor ToScales(const graph::Resize& op, const Tensor& x, const std::vector<float>& scales) {
  return RunOne(op, {x, std::nullopt, Floats({static_cast<int64_t>(scales.size())}, scales)});
}
Tensor ToSizes(const graph::Resize& op, const Tensor& x, const std::vector<int64_t>& sizes) {
  return RunOne(op, {x, std::nullopt, std::nullopt, Longs(sizes)});
}

TEST(ResizeTest, NearestDoublesAnImage) {
  const graph::Resize op = {.coordinate_mode = graph::CoordinateMode::kAsymmetric,
                            .nearest_mode = graph::NearestMode::kFloor};
  const Tensor x = Make<uint8_t>({1, 1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(ElementsOf<uint8_t>(ToScales(op, x, {1, 1, 2, 2})),
              ElementsAre(1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4));
}

// Channels last: the innermost axis moves in one piece.
TEST(ResizeTest, NearestWithChannelsLast) {
  const Tensor x = Floats({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(ElementsOf<float>(ToSizes({}, x, {1, 1, 3, 3})),
              ElementsAre(1, 2, 3, 1, 2, 3, 4, 5, 6));
}

TEST(ResizeTest, LinearInTwoAxes) {
  const Tensor x = Floats({1, 1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(ElementsOf<float>(ToScales({.mode = ResizeMode::kLinear}, x, {1, 1, 2, 2})),
              Pointwise(FloatNear(1e-6f), {1.0, 1.25, 1.75, 2.0, 1.5, 1.75, 2.25, 2.5,  //
                                           2.5, 2.75, 3.25, 3.5, 3.0, 3.25, 3.75, 4.0}));
}

// Every axis at once, against the sum over the product of the axes' tables.
TEST(ResizeTest, EveryAxisAgainstTheDirectSum) {
  uint64_t seed = 0;
  for (const ResizeMode mode : {ResizeMode::kLinear, ResizeMode::kCubic}) {
    for (const bool antialias : {false, true}) {
      SCOPED_TRACE(fmt::format("seed {}", ++seed));
      test_support::Random random(seed);
      const Tensor x = test_support::RandomFloats({3, 5, 4}, -1, 1, random);
      const graph::Resize op = {.mode = mode, .antialias = antialias};
      const Tensor y = ToSizes(op, x, {2, 3, 9});
      std::vector<kernels::WeightTable> tables;
      for (int axis = 0; axis < 3; ++axis) {
        const float scale =
            static_cast<float>(y.shape()[axis]) / static_cast<float>(x.shape()[axis]);
        tables.push_back(kernels::MakeWeightTable(op, {x.shape()[axis], y.shape()[axis], scale}));
      }
      size_t at = 0;
      test_support::ForEachIndex(y.shape(), [&](const test_support::Index& index) {
        const Shape taps = {tables[0].taps, tables[1].taps, tables[2].taps};
        double sum = 0;
        test_support::ForEachIndex(taps, [&](const test_support::Index& tap) {
          double weight = 1;
          int64_t from = 0;
          for (int axis = 0; axis < 3; ++axis) {
            const int64_t entry = index[axis] * taps[axis] + tap[axis];
            weight *= tables[axis].weights[entry];
            from = from * x.shape()[axis] + tables[axis].positions[entry];
          }
          sum += weight * x.values<float>()[from];
        });
        ASSERT_NEAR(y.values<float>()[at++], sum, 1e-5);
      });
    }
  }
}

// A weight of zero reads nothing: what is next to an infinite element keeps its value.
TEST(ResizeTest, InfinityStaysWhereItIs) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor x = Floats({4}, {1, 2, infinity, 4});
  EXPECT_THAT(ElementsOf<float>(ToScales({.mode = ResizeMode::kLinear,
                                          .coordinate_mode = graph::CoordinateMode::kAsymmetric},
                                         x, {2})),
              ElementsAre(1, 1.5f, 2, infinity, infinity, infinity, 4, 4));
}

TEST(ResizeTest, OutsideTheRegionOfInterestIsTheExtrapolationValue) {
  const graph::Resize op = {.mode = ResizeMode::kLinear,
                            .coordinate_mode = graph::CoordinateMode::kTfCropAndResize,
                            .extrapolation_value = 10};
  const Tensor x = Floats({1, 3}, {1, 2, 3});
  // From the middle to one and a half lengths on: coordinates 1, 1.5, 2, 2.5, 3.
  const Tensor y = RunOne(op, {x, Floats({4}, {0, 0.5f, 1, 1.5f}), std::nullopt, Longs({1, 5})});
  EXPECT_THAT(ElementsOf<float>(y), ElementsAre(2, 2.5f, 3, 10, 10));
}

TEST(ResizeTest, SameSizeCopies) {
  const Tensor x = Floats({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(ElementsOf<float>(ToScales({.mode = ResizeMode::kCubic}, x, {1, 1})),
              ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace reluserve::engine
