// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/resize_table.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::engine::kernels {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;
using enum graph::CoordinateMode;
using graph::NearestMode;
using graph::ResizeMode;

struct NearestRow {
  graph::CoordinateMode coordinate_mode;
  NearestMode nearest_mode;
  ResizeAxis axis;
  std::vector<int64_t> positions;
};

// Worked out from the formulas of ONNX's Resize.
TEST(ResizeTableTest, NearestPositions) {
  const ResizeAxis grow = {2, 5, 2.5f};
  const ResizeAxis shrink = {5, 2, 0.4f};
  const NearestRow rows[] = {
      // Coordinates -0.3, 0.1, 0.5, 0.9, 1.3.
      {kHalfPixel, NearestMode::kRoundPreferFloor, grow, {0, 0, 0, 1, 1}},
      {kHalfPixel, NearestMode::kRoundPreferCeil, grow, {0, 0, 1, 1, 1}},
      {kHalfPixel, NearestMode::kFloor, grow, {0, 0, 0, 0, 1}},
      {kHalfPixel, NearestMode::kCeil, grow, {0, 1, 1, 1, 1}},
      // 0, 0.4, 0.8, 1.2, 1.6.
      {kAsymmetric, NearestMode::kFloor, grow, {0, 0, 0, 1, 1}},
      // 0, 0.25, 0.5, 0.75, 1.
      {kAlignCorners, NearestMode::kRoundPreferFloor, grow, {0, 0, 0, 1, 1}},
      // 0.75, 3.25.
      {kHalfPixel, NearestMode::kRoundPreferFloor, shrink, {1, 3}},
      {kTfHalfPixelForNearest, NearestMode::kFloor, shrink, {1, 3}},
      {kAlignCorners, NearestMode::kFloor, shrink, {0, 4}},
      {kAlignCorners, NearestMode::kFloor, {5, 1, 0.2f}, {0}},
      {kPytorchHalfPixel, NearestMode::kFloor, {5, 1, 0.2f}, {0}},
      {kHalfPixel, NearestMode::kFloor, {5, 1, 0.2f}, {2}},
      // The output has 2.6 positions, of which 2 are there: its middle stays where the input's is.
      {kHalfPixelSymmetric, NearestMode::kRoundPreferFloor, {4, 2, 0.65f}, {1, 2}},
      // Half of the input, from its second position on.
      {kTfCropAndResize, NearestMode::kFloor, {5, 3, 0.6f, 0.25f, 0.75f}, {1, 2, 3}},
      {kTfCropAndResize, NearestMode::kFloor, {5, 1, 0.2f, 0.25f, 0.75f}, {2}},
  };
  for (const NearestRow& row : rows) {
    const graph::Resize op = {.coordinate_mode = row.coordinate_mode,
                              .nearest_mode = row.nearest_mode};
    EXPECT_EQ(NearestTable(op, row.axis), row.positions)
        << "coordinates " << static_cast<int>(row.coordinate_mode) << " nearest "
        << static_cast<int>(row.nearest_mode);
  }
}

// In double precision 2 / 0.6666667f would fall short of 3.
TEST(ResizeTableTest, ScalesThatAreNotExactStillHitWholePositions) {
  const graph::Resize op = {.coordinate_mode = kAsymmetric, .nearest_mode = NearestMode::kFloor};
  EXPECT_THAT(NearestTable(op, {9, 6, 2.0f / 3.0f}), ElementsAre(0, 1, 3, 4, 6, 7));
}

TEST(ResizeTableTest, LinearWeights) {
  const graph::Resize op = {.mode = ResizeMode::kLinear};
  const WeightTable table = MakeWeightTable(op, {2, 4, 2.0f});
  // Coordinates -0.25, 0.25, 0.75, 1.25: beyond the edges the edge itself.
  EXPECT_EQ(table.taps, 2);
  EXPECT_THAT(table.positions, ElementsAre(0, 0, 0, 1, 0, 1, 1, 1));
  EXPECT_THAT(table.weights,
              Pointwise(FloatNear(1e-6f), {0.25, 0.75, 0.75, 0.25, 0.25, 0.75, 0.75, 0.25}));
}

TEST(ResizeTableTest, ExcludeOutsideGivesTheEdgesShareToTheRest) {
  const graph::Resize op = {.mode = ResizeMode::kCubic, .exclude_outside = true};
  const WeightTable table = MakeWeightTable(op, {4, 8, 2.0f});
  ASSERT_EQ(table.taps, 4);
  // Coordinate -0.25 reads -3, -2, -1 and so on: what lies outside has no weight.
  EXPECT_FLOAT_EQ(table.weights[0], 0.0f);
  EXPECT_FLOAT_EQ(table.weights[1], 0.0f);
  for (int64_t i = 0; i < 8; ++i) {
    const auto first = table.weights.begin() + i * 4;
    EXPECT_NEAR(std::accumulate(first, first + 4, 0.0), 1.0, 1e-6) << i;
  }
}

TEST(ResizeTableTest, CubicWeights) {
  const graph::Resize op = {.mode = ResizeMode::kCubic, .cubic_coefficient = -0.5f};
  const WeightTable table = MakeWeightTable(op, {4, 8, 2.0f});
  // Position 3 has the coordinate 1.25; Keys' kernel at distances 1.25, 0.25, 0.75, 1.75.
  EXPECT_THAT(std::vector<float>(table.weights.begin() + 12, table.weights.begin() + 16),
              Pointwise(FloatNear(1e-6f), {-0.0703125, 0.8671875, 0.2265625, -0.0234375}));
  EXPECT_THAT(std::vector<int64_t>(table.positions.begin() + 12, table.positions.begin() + 16),
              ElementsAre(0, 1, 2, 3));
}

TEST(ResizeTableTest, AntialiasingWidensTheKernel) {
  const graph::Resize op = {.mode = ResizeMode::kLinear, .antialias = true};
  const WeightTable table = MakeWeightTable(op, {4, 2, 0.5f});
  // Coordinate 0.5, a triangle from -1.5 to 2.5: positions -1 to 2 weigh 1, 3, 3, 1.
  ASSERT_EQ(table.taps, 4);
  EXPECT_THAT(std::vector<int64_t>(table.positions.begin(), table.positions.begin() + 4),
              ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(std::vector<float>(table.weights.begin(), table.weights.begin() + 4),
              Pointwise(FloatNear(1e-6f), {0.125, 0.375, 0.375, 0.125}));
  // Growing needs none.
  EXPECT_EQ(MakeWeightTable(op, {4, 8, 2.0f}).taps, 2);
}

// Whatever numbers a model or a region of interest gives: positions are inside, weights finite.
TEST(ResizeTableTest, WildNumbersStayInBounds) {
  constexpr float kWild[] = {1e-30f, 1e30f, -1e30f, std::numeric_limits<float>::infinity(),
                             std::numeric_limits<float>::quiet_NaN()};
  for (const float wild : kWild) {
    for (const ResizeAxis& axis : {ResizeAxis{5, 3, wild}, ResizeAxis{5, 3, 0.6f, wild, 1.0f}}) {
      for (const graph::CoordinateMode mode : {kHalfPixel, kAsymmetric, kTfCropAndResize}) {
        SCOPED_TRACE(fmt::format("{} mode {}", wild, static_cast<int>(mode)));
        graph::Resize op = {.coordinate_mode = mode, .antialias = true};
        for (const int64_t position : NearestTable(op, axis)) {
          EXPECT_GE(position, 0);
          EXPECT_LT(position, 5);
        }
        for (const ResizeMode resize_mode : {ResizeMode::kLinear, ResizeMode::kCubic}) {
          op.mode = resize_mode;
          for (const int64_t position : MakeWeightTable(op, axis).positions) {
            EXPECT_GE(position, 0);
            EXPECT_LT(position, 5);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace reluserve::engine::kernels
