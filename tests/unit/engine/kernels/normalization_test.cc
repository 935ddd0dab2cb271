// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests normalization.cc.

#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/compare.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference_ops.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using test_support::Near;
using test_support::Random;
using test_support::RandomFloats;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

// Planes of many elements and of one.
TEST(BatchNormalizationTest, AgainstTheReference) {
  uint64_t seed = 0;
  for (const Shape& shape :
       {Shape{2, 5, 7, 6}, Shape{3, 40}, Shape{2, 3, 4}, Shape{4, 3, 1, 1}, Shape{2, 3, 2, 3, 4}}) {
    SCOPED_TRACE(fmt::format("{} seed {}", shape.ToString(), ++seed));
    Random random(seed);
    const Shape channels = {shape[1]};
    const Tensor operands[] = {
        RandomFloats(shape, -2, 2, random), RandomFloats(channels, -2, 2, random),
        RandomFloats(channels, -1, 1, random), RandomFloats(channels, -1, 1, random),
        RandomFloats(channels, 0.1f, 2, random)};
    std::vector<Values> values;
    for (const Tensor& operand : operands) values.push_back(ValuesOf(operand));
    const graph::BatchNormalization op = {.epsilon = 1e-3f};
    const Values expected =
        test_support::Compute(op, {&values[0], &values[1], &values[2], &values[3], &values[4]});
    const Tensor y = RunOne(op, {std::begin(operands), std::end(operands)});
    EXPECT_TRUE(Near(expected, y.values<float>(), 1e-6));
  }
}

// x·a + (bias - mean·a) would have lost all digits of the difference.
TEST(BatchNormalizationTest, ALargeMeanCostsNoDigits) {
  const Tensor x = Floats({1, 1, 2}, {1000000.0f, 1000001.0f});
  const auto one = [](float value) { return Floats({1}, {value}); };
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::BatchNormalization{0.0f},
                                       {x, one(1000), one(0), one(1000000.0f), one(1)})),
              ElementsAre(0, 1000));
}

TEST(InstanceNormalizationTest, AgainstTheReference) {
  Random random(4);
  SCOPED_TRACE("seed 4");
  const Tensor x = RandomFloats({3, 4, 9, 5}, -2, 3, random);
  const Tensor scale = RandomFloats({4}, -2, 2, random);
  const Tensor bias = RandomFloats({4}, -1, 1, random);
  const Values values[] = {ValuesOf(x), ValuesOf(scale), ValuesOf(bias)};
  const graph::InstanceNormalization op;
  EXPECT_TRUE(Near(test_support::Compute(op, {&values[0], &values[1], &values[2]}),
                   RunOne(op, {x, scale, bias}).values<float>(), 1e-5));
}

// Two groups of two channels; scale and bias for each group, then for each channel.
TEST(GroupNormalizationTest, ParametersForGroupsAndForChannels) {
  const Tensor x = Floats({1, 4, 1, 2}, {1, 3, 5, 7, -2, 0, 0, 2});
  const graph::GroupNormalization op = {.num_groups = 2, .epsilon = 0.0f};
  // Means 4 and 0, variances 5 and 2.
  const float a = 1 / std::sqrt(5.0f);
  const float b = std::sqrt(2.0f);
  EXPECT_THAT(
      ElementsOf<float>(RunOne(op, {x, Floats({2}, {1, 10}), Floats({2}, {0, 1})})),
      Pointwise(FloatNear(1e-5f), {-3 * a, -a, a, 3 * a, 1 - 10 * b, 1.0f, 1.0f, 1 + 10 * b}));
  EXPECT_THAT(
      ElementsOf<float>(RunOne(op, {x, Floats({4}, {1, 2, 3, 4}), Floats({4}, {0, 1, 2, 3})})),
      Pointwise(FloatNear(1e-5f),
                {-3 * a, -a, 1 + 2 * a, 1 + 6 * a, 2 - 3 * b, 2.0f, 3.0f, 3 + 4 * b}));
}

TEST(LayerNormalizationTest, OutputsAndBroadcastParameters) {
  const Tensor x = Floats({2, 2, 2}, {1, 3, 5, 7, 0, 0, 0, 8});
  const graph::LayerNormalization op = {.axis = 1, .epsilon = 0.0f};
  const auto result = RunMany(op, {x, Floats({2}, {1, 10}), Floats({2, 1}, {0, 100})}, 3);
  ASSERT_TRUE(result.ok()) << result.status();
  const float a = 1 / std::sqrt(5.0f);
  const float b = 1 / std::sqrt(12.0f);
  EXPECT_THAT(ElementsOf<float>((*result)[0]),
              Pointwise(FloatNear(1e-4f), {-3 * a, -10 * a, 100 + a, 100 + 30 * a,  //
                                           -2 * b, -20 * b, 100 - 2 * b, 100 + 60 * b}));
  EXPECT_EQ((*result)[1].shape(), (Shape{2, 1, 1}));
  EXPECT_THAT(ElementsOf<float>((*result)[1]), ElementsAre(4, 2));
  EXPECT_THAT(ElementsOf<float>((*result)[2]), Pointwise(FloatNear(1e-6f), {a, b}));
}

TEST(LayerNormalizationTest, TheLastAxisWithoutBias) {
  const Tensor x = Floats({2, 2}, {1, 3, -10, 10});
  EXPECT_THAT(ElementsOf<float>(
                  RunOne(graph::LayerNormalization{.epsilon = 0.0f}, {x, Floats({2}, {2, 3})})),
              ElementsAre(-2, 3, -2, 3));
}

}  // namespace
}  // namespace reluserve::engine
