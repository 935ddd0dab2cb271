// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests softmax.cc.

#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::Each;
using ::testing::FloatNear;
using ::testing::IsNan;
using ::testing::Pointwise;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> Apply(const graph::Softmax& op, const Tensor& x) {
  return ElementsOf<float>(RunOne(op, {x}));
}

TEST(SoftmaxTest, OneAxisOrAllFromItOn) {
  // Logarithms of 1, 2, 3, 4: along the last axis their shares of 3 and 7, together of 10.
  const Tensor x = Floats({1, 2, 2}, {0.0f, std::log(2.0f), std::log(3.0f), std::log(4.0f)});
  EXPECT_THAT(Apply({.axis = -1}, x),
              Pointwise(FloatNear(1e-6f), {1 / 3.0, 2 / 3.0, 3 / 7.0, 4 / 7.0}));
  EXPECT_THAT(Apply({.axis = 1}, x), Pointwise(FloatNear(1e-6f), {0.25, 1 / 3.0, 0.75, 2 / 3.0}));
  EXPECT_THAT(Apply({.axis = 1, .flatten = true}, x),
              Pointwise(FloatNear(1e-6f), {0.1, 0.2, 0.3, 0.4}));
  EXPECT_THAT(
      Apply({.axis = 1, .flatten = true, .log = true}, x),
      Pointwise(FloatNear(1e-6f), {std::log(0.1), std::log(0.2), std::log(0.3), std::log(0.4)}));
}

TEST(SoftmaxTest, LargeInputsDoNotOverflow) {
  EXPECT_THAT(Apply({}, Floats({2}, {10000, 10001})),
              Pointwise(FloatNear(1e-6f), {0.26894142, 0.73105858}));
  EXPECT_THAT(Apply({.log = true}, Floats({2}, {-10000, 0})),
              Pointwise(FloatNear(1e-6f), {-10000.0, 0.0}));
}

TEST(SoftmaxTest, WhatHasNoAnswerIsNan) {
  EXPECT_THAT(Apply({}, Floats({3}, {1, std::nanf(""), 2})), Each(IsNan()));
  EXPECT_THAT(Apply({}, Floats({2}, {-kInfinity, -kInfinity})), Each(IsNan()));
  EXPECT_THAT(Apply({}, Floats({2}, {-kInfinity, 0})), ::testing::ElementsAre(0, 1));
}

// Every axis of a shape whose inner extents are longer and shorter than a block of columns.
TEST(SoftmaxTest, EveryAxisAgainstTheDefinition) {
  test_support::Random random(3);
  SCOPED_TRACE("seed 3");
  const Tensor x = test_support::RandomFloats({3, 7, 41, 5}, -3, 3, random);
  const std::vector<float> elements = ElementsOf<float>(x);
  for (int axis = 0; axis < 4; ++axis) {
    const std::vector<float> y = Apply({.axis = axis}, x);
    const int64_t inner = x.shape().ElementCount(axis + 1, 4);
    const int64_t length = x.shape()[axis];
    for (size_t i = 0; i < y.size(); ++i) {
      const int64_t at = static_cast<int64_t>(i);
      const int64_t first = at - at / inner % length * inner;
      double sum = 0;
      for (int64_t k = 0; k < length; ++k) sum += std::exp(double{elements[first + k * inner]});
      ASSERT_NEAR(y[i], std::exp(double{elements[i]}) / sum, 1e-6) << "axis " << axis << " " << i;
    }
  }
}

}  // namespace
}  // namespace reluserve::engine
