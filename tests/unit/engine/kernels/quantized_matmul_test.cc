// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests quantized_matmul.cc.

#include <cmath>
#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(MatMulIntegerTest, ZeroPointsForRowsAndColumns) {
  const Tensor a = Make<uint8_t>({2, 2}, {11, 7, 3, 10});
  const Tensor b = Make<int8_t>({2, 2}, {1, -4, 2, 5});
  EXPECT_THAT(ElementsOf<int32_t>(RunOne(graph::MatMulInteger{}, {a, b})),
              ElementsAre(25, -9, 23, 38));
  // A becomes {1, -3}, {0, 7} and B {1, -5}, {2, 4}.
  EXPECT_THAT(ElementsOf<int32_t>(RunOne(graph::MatMulInteger{}, {a, b, Make<uint8_t>({2}, {10, 3}),
                                                                  Make<int8_t>({2}, {0, 1})})),
              ElementsAre(-5, -17, 14, 28));
}

// Against the real product of what the operands stand for, rounded.
TEST(QLinearMatMulTest, AgainstRealNumbers) {
  test_support::Random random(5);
  SCOPED_TRACE("seed 5");
  std::vector<uint8_t> a(2 * 3 * 4);
  std::vector<int8_t> b(4 * 5);
  for (uint8_t& element : a) element = static_cast<uint8_t>(random.Integer(0, 255));
  for (int8_t& element : b) element = static_cast<int8_t>(random.Integer(-128, 127));
  const std::vector<float> b_scale = {0.5f, 0.25f, 1, 2, 0.125f};
  const std::vector<int8_t> b_zero = {0, 1, -5, 3, 100};
  const Tensor y = RunOne(
      graph::QLinearMatMul{},
      {Make<uint8_t>({2, 3, 4}, a), Scalar(0.125f), Scalar<uint8_t>(120), Make<int8_t>({4, 5}, b),
       Floats({5}, b_scale), Make<int8_t>({5}, b_zero), Scalar(8.0f), Scalar<uint8_t>(130)});
  int inside = 0;
  for (int64_t row = 0; row < 6; ++row) {
    for (int64_t column = 0; column < 5; ++column) {
      double sum = 0;
      for (int64_t k = 0; k < 4; ++k) {
        sum += (a[row * 4 + k] - 120) * 0.125 * (b[k * 5 + column] - b_zero[column]) *
               double{b_scale[column]};
      }
      const double exact = std::nearbyint(sum / 8) + 130;
      const double expected = std::min(255.0, std::max(0.0, exact));
      ASSERT_EQ(y.values<uint8_t>()[row * 5 + column], expected);
      inside += exact == expected ? 1 : 0;
    }
  }
  EXPECT_GT(inside, 10);
}

}  // namespace
}  // namespace reluserve::engine
