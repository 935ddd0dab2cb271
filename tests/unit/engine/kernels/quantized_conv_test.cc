// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests quantized_conv.cc.

#include <cmath>
#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/reference_ops.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using test_support::Values;
using ::testing::ElementsAre;

const graph::Window kWindow = {.strides = {2, 1}, .pads_begin = {1, 1}, .pads_end = {0, 1}};

// What elements stand for: (element - zero point)·scale.
template <typename Q>
Values Real(const Shape& shape, const std::vector<Q>& elements, const std::vector<int>& zero_points,
            const std::vector<float>& scales) {
  Values values(shape);
  const size_t inner = elements.size() / zero_points.size();
  for (size_t i = 0; i < elements.size(); ++i) {
    values.elements[i] = (elements[i] - zero_points[i / inner]) * double{scales[i / inner]};
  }
  return values;
}

struct Data {
  std::vector<uint8_t> x = std::vector<uint8_t>(2 * 4 * 5 * 6);
  std::vector<int8_t> w = std::vector<int8_t>(4 * 2 * 3 * 3);
  Shape x_shape = {2, 4, 5, 6};
  Shape w_shape = {4, 2, 3, 3};

  explicit Data(uint64_t seed) {
    test_support::Random random(seed);
    for (uint8_t& element : x) element = static_cast<uint8_t>(random.Integer(0, 255));
    for (int8_t& element : w) element = static_cast<int8_t>(random.Integer(-128, 127));
  }
};

// Padding adds nothing, whatever the zero point: the same sums as the real convolution.
TEST(ConvIntegerTest, AgainstTheReference) {
  SCOPED_TRACE("seed 3");
  const Data data(3);
  const Tensor y = RunOne(graph::ConvInteger{kWindow, 2},
                          {Make<uint8_t>(data.x_shape, data.x), Make<int8_t>(data.w_shape, data.w),
                           Scalar<uint8_t>(77), Scalar<int8_t>(-9)});
  const Values x = Real(data.x_shape, data.x, {77}, {1});
  const Values w = Real(data.w_shape, data.w, {-9}, {1});
  const Values expected = test_support::Compute(graph::Conv{kWindow, 2}, {&x, &w});
  ASSERT_EQ(y.shape(), expected.shape);
  const std::vector<int32_t> got = ElementsOf<int32_t>(y);
  EXPECT_TRUE(std::equal(got.begin(), got.end(), expected.elements.begin()));
}

TEST(ConvIntegerTest, WithoutZeroPoints) {
  EXPECT_THAT(
      ElementsOf<int32_t>(RunOne(graph::ConvInteger{}, {Make<uint8_t>({1, 1, 3}, {255, 1, 2}),
                                                        Make<int8_t>({1, 1, 2}, {-1, 2})})),
      ElementsAre(-253, 3));
}

// Weights with a scale and a zero point for each output channel, and a bias.
TEST(QLinearConvTest, AgainstTheReference) {
  SCOPED_TRACE("seed 4");
  const Data data(4);
  const std::vector<float> w_scale = {0.5f, 0.25f, 0.125f, 1};
  const std::vector<int8_t> w_zero = {0, 3, -7, 0};
  const Tensor y =
      RunOne(graph::QLinearConv{kWindow, 2},
             {Make<uint8_t>(data.x_shape, data.x), Scalar(0.25f), Scalar<uint8_t>(120),
              Make<int8_t>(data.w_shape, data.w), Floats({4}, w_scale), Make<int8_t>({4}, w_zero),
              Scalar(64.0f), Scalar<uint8_t>(100), Make<int32_t>({4}, {0, 100, -2000, 30000})});
  const Values x = Real(data.x_shape, data.x, {120}, {0.25f});
  const Values w = Real(data.w_shape, data.w, {0, 3, -7, 0}, w_scale);
  Values bias(Shape{4});
  bias.elements = {0, 100 * 0.25 * 0.25, -2000 * 0.25 * 0.125, 30000 * 0.25};
  const Values expected = test_support::Compute(graph::Conv{kWindow, 2}, {&x, &w, &bias});
  ASSERT_EQ(y.shape(), expected.shape);
  int inside = 0;
  for (size_t i = 0; i < expected.elements.size(); ++i) {
    const double exact = std::nearbyint(expected.elements[i] / 64) + 100;
    ASSERT_EQ(y.values<uint8_t>()[i], std::min(255.0, std::max(0.0, exact))) << i;
    inside += exact > 0 && exact < 255 ? 1 : 0;
  }
  EXPECT_GT(inside, 50);
}

}  // namespace
}  // namespace reluserve::engine
