// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/convert.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace reluserve::engine::kernels {
namespace {

TEST(ConvertTest, EveryHalfSurvivesTheWayToFloatAndBack) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const Half half = {static_cast<uint16_t>(bits)};
    const float wide = ToFloat(half);
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(ToFloat(ToHalf(wide)))) << bits;
    } else {
      EXPECT_EQ(ToHalf(wide).bits, bits) << wide;
    }
  }
}

TEST(ConvertTest, EveryBfloat16SurvivesTheWayToFloatAndBack) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const Bfloat16 half = {static_cast<uint16_t>(bits)};
    const float wide = ToFloat(half);
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(ToFloat(ToBfloat16(wide)))) << bits;
    } else {
      EXPECT_EQ(ToBfloat16(wide).bits, bits) << wide;
    }
  }
}

// Between neighbours the nearer one, at the middle the one with an even last bit; beyond the
// largest number the middle to where the next would be decides about infinity.
template <typename T, typename Convert>
void CheckRounding(uint16_t infinity, const Convert& convert) {
  for (uint16_t bits = 0; bits + 1 < infinity; ++bits) {
    const double low = ToFloat(T{bits});
    const double high = ToFloat(T{static_cast<uint16_t>(bits + 1)});
    const double middle = low + (high - low) / 2;
    const uint16_t even = bits % 2 == 0 ? bits : static_cast<uint16_t>(bits + 1);
    ASSERT_EQ(convert(middle).bits, even) << middle;
    ASSERT_EQ(convert(-middle).bits, even | 0x8000) << middle;
    ASSERT_EQ(convert(std::nextafter(middle, low)).bits, bits) << middle;
    ASSERT_EQ(convert(std::nextafter(middle, high)).bits, bits + 1) << middle;
  }
}

TEST(ConvertTest, HalfRoundsToNearestEven) {
  CheckRounding<Half>(0x7c00, ToHalf);
  EXPECT_EQ(ToHalf(65519.99).bits, 0x7bff);
  EXPECT_EQ(ToHalf(65520.0).bits, 0x7c00);
  EXPECT_EQ(ToHalf(-1e300).bits, 0xfc00);
}

TEST(ConvertTest, Bfloat16RoundsToNearestEven) {
  CheckRounding<Bfloat16>(0x7f80, ToBfloat16);
  EXPECT_EQ(ToBfloat16(0x1.fefffffp127).bits, 0x7f7f);
  EXPECT_EQ(ToBfloat16(0x1.ffp127).bits, 0x7f80);
}

// A double is rounded once: by way of float this one would become a tie and end at 0x3c00.
TEST(ConvertTest, DoublesAreRoundedOnce) {
  EXPECT_EQ(ToHalf(1.0 + 0x1p-11 + 0x1p-40).bits, 0x3c01);
  EXPECT_EQ(ToHalf(static_cast<float>(1.0 + 0x1p-11 + 0x1p-40)).bits, 0x3c00);
}

TEST(ConvertTest, SaturatingCastIsDefinedForEveryNumber) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(SaturatingCast<int32_t>(std::nan("")), 0);
  EXPECT_EQ(SaturatingCast<int32_t>(-1.9), -1);
  EXPECT_EQ(SaturatingCast<int32_t>(kInfinity), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(SaturatingCast<int32_t>(-kInfinity), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(SaturatingCast<uint8_t>(-1.0f), 0);
  EXPECT_EQ(SaturatingCast<uint8_t>(255.9f), 255);
  EXPECT_EQ(SaturatingCast<uint8_t>(256.0f), 255);
  // 2⁶³ is the nearest float and double to the largest int64, which it exceeds.
  EXPECT_EQ(SaturatingCast<int64_t>(0x1p63f), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(SaturatingCast<int64_t>(-0x1p63), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(SaturatingCast<uint64_t>(0x1p64), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(SaturatingCast<int64_t>(0x1.fffffffffffffp62), 0x7ffffffffffffc00);
}

}  // namespace
}  // namespace reluserve::engine::kernels
