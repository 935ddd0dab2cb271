// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests conv.cc against the test suite's reference; window_loop_test.cc has the geometry.

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

// Runs the kernel and the reference on random operands.
template <typename Op>
void CheckAgainstReference(const Op& op, const Shape& x_shape, const Shape& w_shape, int64_t bias,
                           uint64_t seed) {
  SCOPED_TRACE(fmt::format("X {} W {} seed {}", x_shape.ToString(), w_shape.ToString(), seed));
  Random random(seed);
  const Tensor x = RandomFloats(x_shape, -1, 1, random);
  const Tensor w = RandomFloats(w_shape, -1, 1, random);
  Operands operands = {x, w};
  const Values x_values = ValuesOf(x);
  const Values w_values = ValuesOf(w);
  test_support::Inputs inputs = {&x_values, &w_values};
  Values b_values(Shape{});
  if (bias > 0) {
    operands.push_back(RandomFloats({bias}, -1, 1, random));
    b_values = ValuesOf(*operands.back());
    inputs.push_back(&b_values);
  }
  const Tensor y = RunOne(op, operands);
  const Values expected = test_support::Compute(op, inputs);
  ASSERT_EQ(y.shape(), expected.shape);
  EXPECT_TRUE(Near(expected, y.values<float>(), 1e-6));
}

TEST(ConvTest, HandComputed) {
  // One 2x2 filter of ones over 3x3, with a bias.
  const Tensor x = Floats({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_THAT(ElementsOf<float>(RunOne(
                  graph::Conv{}, {x, Floats({1, 1, 2, 2}, {1, 1, 1, 1}), Floats({1}, {100})})),
              ElementsAre(112, 116, 124, 128));
}

TEST(ConvTest, OneToThreeAxesGroupsStridesPadsAndDilations) {
  CheckAgainstReference(graph::Conv{}, {2, 3, 9}, {4, 3, 3}, 4, 1);
  CheckAgainstReference(graph::Conv{{.strides = {2, 3}, .pads_begin = {1, 2}, .pads_end = {2, 0}}},
                        {2, 3, 9, 11}, {4, 3, 3, 5}, 4, 2);
  CheckAgainstReference(
      graph::Conv{{.dilations = {2, 3}, .pads_begin = {2, 3}, .pads_end = {2, 3}}, 2},
      {1, 4, 12, 13}, {6, 2, 3, 3}, 0, 3);
  CheckAgainstReference(graph::Conv{{.pads_begin = {1, 1}, .pads_end = {1, 1}}, 6}, {3, 6, 7, 7},
                        {12, 1, 3, 3}, 12, 4);
  CheckAgainstReference(
      graph::Conv{{.strides = {1, 2, 1}, .pads_begin = {1, 0, 1}, .pads_end = {0, 1, 1}}},
      {2, 2, 4, 5, 6}, {3, 2, 2, 3, 3}, 3, 5);
  CheckAgainstReference(graph::Conv{{.strides = {2, 2}, .auto_pad = graph::AutoPad::kSameLower}},
                        {1, 2, 7, 8}, {2, 2, 3, 4}, 0, 6);
}

// Zero weights do not hide a NaN, and padding does not make one.
TEST(ConvTest, NanReachesExactlyTheOutputsThatReadIt) {
  const Tensor x = Floats({1, 1, 5}, {1, std::nanf(""), 3, 4, 5});
  const std::vector<float> y = ElementsOf<float>(
      RunOne(graph::Conv{{.pads_begin = {1}, .pads_end = {1}}}, {x, Floats({1, 1, 3}, {0, 1, 0})}));
  using ::testing::IsNan;
  EXPECT_THAT(y, ElementsAre(IsNan(), IsNan(), IsNan(), 4, 5));
}

TEST(ConvTest, ASampleHasTheSameBitsInEveryBatch) {
  Random random(9);
  SCOPED_TRACE("seed 9");
  const Tensor x = RandomFloats({5, 8, 17, 19}, -1, 1, random);
  const Tensor w = RandomFloats({8, 8, 3, 3}, -1, 1, random);
  const std::vector<float> all = ElementsOf<float>(RunOne(graph::Conv{}, {x, w}));
  const std::span<const float> third = x.values<float>().subspan(2 * 8 * 17 * 19, 8 * 17 * 19);
  const std::vector<float> alone = ElementsOf<float>(
      RunOne(graph::Conv{}, {Floats({1, 8, 17, 19}, {third.begin(), third.end()}), w}));
  EXPECT_TRUE(
      std::equal(alone.begin(), alone.end(), all.begin() + static_cast<int64_t>(2 * alone.size())));
}

TEST(ConvTransposeTest, HandComputed) {
  // Stride 2 spreads the two inputs; the filters overlap at the middle.
  const Tensor x = Floats({1, 1, 2}, {1, 10});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::ConvTranspose{{.strides = {2}}},
                                       {x, Floats({1, 1, 3}, {1, 2, 3})})),
              ElementsAre(1, 2, 13, 20, 30));
}

TEST(ConvTransposeTest, AgainstTheReference) {
  CheckAgainstReference(graph::ConvTranspose{}, {2, 3, 9}, {3, 4, 3}, 4, 1);
  CheckAgainstReference(
      graph::ConvTranspose{
          {.strides = {2, 3}, .pads_begin = {1, 2}, .pads_end = {0, 1}}, 1, {1, 2}},
      {2, 3, 4, 5}, {3, 4, 3, 4}, 4, 2);
  CheckAgainstReference(graph::ConvTranspose{{.strides = {2, 1}, .dilations = {2, 3}}, 2},
                        {1, 4, 5, 4}, {4, 3, 3, 2}, 6, 3);
  CheckAgainstReference(graph::ConvTranspose{{.strides = {1, 2, 2}}}, {1, 2, 3, 3, 2},
                        {2, 2, 2, 3, 2}, 0, 4);
}

// More than the natural size, as style-transfer models ask for: what no tap reaches is zero, and
// comes at the end.
TEST(ConvTransposeTest, LargerThanNatural) {
  const std::vector<float> ones = {1, 1, 1, 1};
  const std::vector<float> x = {1, 2};
  const graph::ConvTranspose op{{.strides = {1, 3}}, 1, {}, {2, 7}};
  const Tensor y =
      RunOne(op, {Tensor::Of<float>({1, 1, 1, 2}, x), Tensor::Of<float>({1, 1, 2, 2}, ones)});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 2, 7}));
  EXPECT_THAT(y.values<float>(), ElementsAre(1, 1, 0, 2, 2, 0, 0, 1, 1, 0, 2, 2, 0, 0));
}

}  // namespace
}  // namespace reluserve::engine
