// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests axis_normalization.cc.

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

TEST(MeanVarianceNormalizationTest, GroupsThatDoNotLieTogether) {
  // Over the first and last axis: {1, 3, 5, 7} and {0, 0, 0, 8}.
  const Tensor x = Floats({2, 2, 2}, {1, 3, 0, 0, 5, 7, 0, 8});
  const float a = 1 / std::sqrt(5.0f);
  const float b = 1 / std::sqrt(12.0f);
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::MeanVarianceNormalization{{0, -1}}, {x})),
              Pointwise(FloatNear(1e-6f), {-3 * a, -a, -2 * b, -2 * b, a, 3 * a, -2 * b, 6 * b}));
}

TEST(MeanVarianceNormalizationTest, EveryChannelOfAnImage) {
  test_support::Random random(8);
  SCOPED_TRACE("seed 8");
  const Tensor x = test_support::RandomFloats({3, 4, 11, 10}, 5, 9, random);
  const std::vector<float> y = ElementsOf<float>(RunOne(graph::MeanVarianceNormalization{}, {x}));
  for (int64_t channel = 0; channel < 4; ++channel) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < 330; ++i) {
      const float value = y[(i / 110 * 4 + channel) * 110 + i % 110];
      sum += value;
      squares += value * value;
    }
    EXPECT_NEAR(sum / 330, 0, 1e-5);
    EXPECT_NEAR(squares / 330, 1, 1e-5);
  }
}

TEST(LpNormalizationTest, BothNormsAndZeros) {
  const Tensor x = Floats({2, 3}, {3, 0, -1, 4, 0, 1});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::LpNormalization{.axis = 0, .p = 2}, {x})),
              Pointwise(FloatNear(1e-6f), {0.6f, 0.0f, -0.70710678f, 0.8f, 0.0f, 0.70710678f}));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::LpNormalization{.axis = 1, .p = 1}, {x})),
              Pointwise(FloatNear(1e-6f), {0.75f, 0.0f, -0.25f, 0.8f, 0.0f, 0.2f}));
}

}  // namespace
}  // namespace reluserve::engine
