// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/quantization.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine::kernels {
namespace {

using ::testing::ElementsAre;

TEST(QuantizationTest, RoundsHalfToEvenAndSaturates) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Quantize<uint8_t>(2.5f, 0), 2);
  EXPECT_EQ(Quantize<uint8_t>(3.5f, 0), 4);
  EXPECT_EQ(Quantize<uint8_t>(2.5f, 1), 3);  // rounded before the zero point is added
  EXPECT_EQ(Quantize<uint8_t>(-1.0f, 128), 127);
  EXPECT_EQ(Quantize<uint8_t>(-1000.0f, 128), 0);
  EXPECT_EQ(Quantize<uint8_t>(kInfinity, 128), 255);
  EXPECT_EQ(Quantize<int8_t>(-kInfinity, 3), -128);
  EXPECT_EQ(Quantize<int8_t>(1e30f, 3), 127);
  EXPECT_EQ(Quantize<int8_t>(std::nanf(""), 3), 3);
  EXPECT_EQ(Quantize<uint16_t>(70000.0f, 0), 65535);
}

TEST(QuantizationTest, CenteredTakesZeroPointsOff) {
  const graph::Node node;
  const Tensor x = Make<uint8_t>({2, 3}, {0, 1, 255, 10, 20, 30});
  const auto centered = [&](const TensorView& zero_point, int64_t inner) {
    return Centered(node, x.view(), zero_point, inner).value();
  };
  EXPECT_THAT(centered({}, 1), ElementsAre(0, 1, 255, 10, 20, 30));
  EXPECT_THAT(centered(Make<uint8_t>({}, {255}).view(), 3),
              ElementsAre(-255, -254, 0, -245, -235, -225));
  EXPECT_THAT(centered(Make<uint8_t>({2}, {1, 10}).view(), 3), ElementsAre(-1, 0, 254, 0, 10, 20));
  EXPECT_THAT(centered(Make<uint8_t>({3}, {1, 2, 3}).view(), 1),
              ElementsAre(-1, -1, 252, 9, 18, 27));
  EXPECT_EQ(Centered(node, Longs({1}).view(), {}, 1).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(QuantizationTest, ZeroPointOfEitherTypeOrNone) {
  EXPECT_EQ(ZeroPoint({}), 0);
  EXPECT_EQ(ZeroPoint(Make<int8_t>({}, {-3}).view()), -3);
  EXPECT_EQ(ZeroPoint(Make<uint8_t>({1}, {200}).view()), 200);
}

}  // namespace
}  // namespace reluserve::engine::kernels
