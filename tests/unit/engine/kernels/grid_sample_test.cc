// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests grid_sample.cc. The reference extends the image in all directions as the padding says, one
// step at a time, and sums every element near the place by the interpolation's own kernel.

#include <cmath>
#include <cstdint>
#include <limits>
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

using graph::GridPadding;
using graph::ResizeMode;
using test_support::ForEachIndex;
using test_support::Index;
using test_support::Random;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNan;

constexpr uint64_t kSeed = 20261124;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The element of [0, extent) that stands at `position`; -1 for none. Walks there from inside, and
// turns where the padding says.
int64_t Extended(const graph::GridSample& op, int64_t position, int64_t extent) {
  int64_t at = 0;
  int64_t direction = 1;
  for (int64_t steps = std::abs(position); steps > 0; --steps) {
    const int64_t sign = position < 0 ? -1 : 1;
    const int64_t next = at + sign * direction;
    if (next >= 0 && next < extent) {
      at = next;
    } else if (op.padding == GridPadding::kZeros) {
      return -1;
    } else if (op.padding == GridPadding::kReflection) {
      direction = -direction;
      // Between centres the element at the end is not repeated.
      if (op.align_corners && extent > 1) at += sign * direction;
    }
  }
  return at;
}

// What an element at this distance counts.
double Weight(ResizeMode mode, double distance) {
  const double d = std::abs(distance);
  if (mode == ResizeMode::kLinear) return d < 1 ? 1 - d : 0;
  if (mode == ResizeMode::kNearest) return d < 0.5 ? 1 : 0;
  constexpr double a = -0.75;
  if (d <= 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
}

double Naive(const graph::GridSample& op, const Values& x, const Values& grid, const Index& at) {
  const int spatial = x.shape.rank() - 2;
  std::vector<double> place;
  Shape near;
  for (int axis = 0; axis < spatial; ++axis) {
    Index entry = {at[0]};
    for (int i = 0; i < spatial; ++i) entry.push_back(at[i + 2]);
    entry.push_back(spatial - 1 - axis);
    const double length = static_cast<double>(x.shape[axis + 2]);
    const double coordinate = grid.At(entry);
    place.push_back(op.align_corners ? (coordinate + 1) / 2 * (length - 1)
                                     : ((coordinate + 1) * length - 1) / 2);
    near.push_back(6);
  }
  double sum = 0;
  ForEachIndex(near, [&](const Index& offset) {
    double weight = 1;
    Index from = {at[0], at[1]};
    for (int axis = 0; axis < spatial; ++axis) {
      const auto position = static_cast<int64_t>(std::floor(place[axis])) - 2 + offset[axis];
      weight *= Weight(op.mode, place[axis] - static_cast<double>(position));
      from.push_back(Extended(op, position, x.shape[axis + 2]));
    }
    if (weight != 0 && x.Contains(from)) sum += weight * x.At(from);
  });
  return sum;
}

TEST(GridSampleTest, EveryModeOnRandomImages) {
  Random random(kSeed);
  for (int spatial = 1; spatial <= 3; ++spatial) {
    for (const ResizeMode mode : {ResizeMode::kNearest, ResizeMode::kLinear, ResizeMode::kCubic}) {
      for (const GridPadding padding :
           {GridPadding::kZeros, GridPadding::kBorder, GridPadding::kReflection}) {
        for (const bool align_corners : {false, true}) {
          SCOPED_TRACE(fmt::format("seed {}, {} axes, mode {}, padding {}, aligned {}", kSeed,
                                   spatial, static_cast<int>(mode), static_cast<int>(padding),
                                   align_corners));
          const graph::GridSample op{mode, padding, align_corners};
          Shape image = {2, 3};
          Shape grid_shape = {2};
          for (int i = 0; i < spatial; ++i) {
            image.push_back(random.Integer(1, 6));
            grid_shape.push_back(random.Integer(1, 4));
          }
          grid_shape.push_back(spatial);
          const Tensor x = test_support::RandomFloats(image, -2, 2, random);
          const Tensor grid = test_support::RandomFloats(grid_shape, -3, 3, random);
          const Values values = ValuesOf(x), places = ValuesOf(grid);
          const Values got = ValuesOf(RunOne(op, {x, grid}));
          ForEachIndex(got.shape, [&](const Index& at) {
            ASSERT_NEAR(got.At(at), Naive(op, values, places, at), 2e-5) << at.ToString();
          });
        }
      }
    }
  }
}

TEST(GridSampleTest, PlacesThatAreNoNumbersOrFarAway) {
  const Tensor x = Floats({1, 1, 1, 2}, {3, 5});
  const Tensor grid = Floats({1, 1, 4, 2}, {NAN, 0, kInfinity, 0, -kInfinity, 0, 1e30f, 0});
  const auto sample = [&](GridPadding padding) {
    return ElementsOf<float>(RunOne(graph::GridSample{ResizeMode::kLinear, padding}, {x, grid}));
  };
  EXPECT_THAT(sample(GridPadding::kZeros), ElementsAre(IsNan(), 0, 0, 0));
  EXPECT_THAT(sample(GridPadding::kBorder), ElementsAre(IsNan(), 5, 3, 5));
}

TEST(GridSampleTest, WhatDoesNotFitIsRefused) {
  const Tensor x = Floats({1, 1, 1, 2}, {3, 5});
  const auto refusal = [&](const Tensor& image, const Tensor& grid) {
    return std::string(RunMany(graph::GridSample{}, {image, grid}).status().message());
  };
  EXPECT_THAT(refusal(x, Floats({1, 1, 1, 3}, {0, 0, 0})), HasSubstr("grid has shape [1,1,1,3]"));
  EXPECT_THAT(refusal(x, Floats({2, 1, 1, 2}, {0, 0, 0, 0})), HasSubstr("from 1 to 2"));
  EXPECT_THAT(refusal(Floats({1, 1, 0, 2}, {}), Floats({1, 1, 1, 2}, {0, 0})),
              HasSubstr("extents of 1 or more"));
}

// The grid of the identity reads every element where it is.
TEST(AffineGridTest, TheIdentitySamplesTheImageItself) {
  Random random(kSeed + 1);
  for (const bool align_corners : {false, true}) {
    const Tensor x = test_support::RandomFloats({1, 2, 4, 5}, -1, 1, random);
    const Tensor theta = Floats({1, 2, 3}, {1, 0, 0, 0, 1, 0});
    const Tensor grid = RunOne(graph::AffineGrid{align_corners}, {theta, Longs({1, 2, 4, 5})});
    ASSERT_EQ(grid.shape(), (Shape{1, 4, 5, 2}));
    const Values got = ValuesOf(RunOne(
        graph::GridSample{ResizeMode::kLinear, GridPadding::kZeros, align_corners}, {x, grid}));
    const Values want = ValuesOf(x);
    for (size_t i = 0; i < want.elements.size(); ++i) {
      EXPECT_NEAR(got.elements[i], want.elements[i], 1e-5) << i;
    }
  }
}

TEST(AffineGridTest, AppliesTheMatrixToEachPlace) {
  Random random(kSeed + 2);
  const Tensor theta = test_support::RandomFloats({2, 3, 4}, -1, 1, random);
  const Values matrix = ValuesOf(theta);
  const Shape image = {3, 2, 4};
  const Values got =
      ValuesOf(RunOne(graph::AffineGrid{}, {theta, Longs({2, 7, image[0], image[1], image[2]})}));
  ForEachIndex(got.shape, [&](const Index& at) {
    double want = matrix.At({at[0], at[4], 3});
    for (int axis = 0; axis < 3; ++axis) {
      const double extent = static_cast<double>(image[axis]);
      const double centre = (2.0 * static_cast<double>(at[axis + 1]) + 1) / extent - 1;
      want += matrix.At({at[0], at[4], 2 - axis}) * centre;
    }
    EXPECT_NEAR(got.At(at), want, 1e-6) << at.ToString();
  });
  EXPECT_THAT(
      ElementsOf<float>(RunOne(graph::AffineGrid{true},
                               {Floats({1, 2, 3}, {1, 0, 0, 0, 1, 0}), Longs({1, 1, 1, 1})})),
      Each(0.0f));
}

}  // namespace
}  // namespace reluserve::engine
