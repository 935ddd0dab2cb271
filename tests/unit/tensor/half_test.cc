// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/half.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace reluserve {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(HalfTest, KnownValues) {
  const struct {
    uint16_t bits;
    float value;
  } rows[] = {
      {0x3c00, 1.0f},      {0xc000, -2.0f},      {0x7bff, 65504.0f},
      {0x0400, 0x1p-14f},  {0x0001, 0x1p-24f},   {0x83ff, -0x3ffp-24f},
      {0x7c00, kInfinity}, {0xfc00, -kInfinity}, {0x3555, 0.33325195f},
  };
  for (const auto& row : rows) EXPECT_EQ(FloatFromHalf(row.bits), row.value) << row.bits;
  EXPECT_TRUE(std::signbit(FloatFromHalf(0x8000)));
  EXPECT_TRUE(std::isnan(FloatFromHalf(0x7e00)));
  EXPECT_TRUE(std::isnan(FloatFromHalf(0xfc01)));
}

// Every finite value by the definition of the format: (1 + f/1024)·2^(e-15), or f/1024·2^-14.
TEST(HalfTest, AllFiniteValues) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const int exponent = static_cast<int>(bits >> 10);
    const double fraction = (bits & 0x3ff) / 1024.0;
    const double value =
        exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
    EXPECT_EQ(FloatFromHalf(static_cast<uint16_t>(bits)), value) << bits;
    EXPECT_EQ(FloatFromHalf(static_cast<uint16_t>(bits | 0x8000)), -value) << bits;
  }
}

TEST(Bfloat16Test, KnownValues) {
  EXPECT_EQ(FloatFromBfloat16(0x3f80), 1.0f);
  EXPECT_EQ(FloatFromBfloat16(0xc040), -3.0f);
  EXPECT_EQ(FloatFromBfloat16(0x7f80), kInfinity);
  EXPECT_TRUE(std::isnan(FloatFromBfloat16(0x7fc0)));
}

}  // namespace
}  // namespace reluserve
