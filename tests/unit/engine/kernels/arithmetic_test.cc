// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/arithmetic.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace reluserve::engine::kernels {
namespace {

constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
constexpr int32_t kHighest = std::numeric_limits<int32_t>::max();

TEST(ArithmeticTest, IntegersWrapAround) {
  EXPECT_EQ(Add(kHighest, 1), kLowest);
  EXPECT_EQ(Subtract(kLowest, 1), kHighest);
  EXPECT_EQ(Multiply(kHighest, 2), -2);
  EXPECT_EQ(Negate(kLowest), kLowest);
  EXPECT_EQ(Add<uint8_t>(250, 10), 4);
  EXPECT_EQ((Subtract<uint64_t>(0, 1)), std::numeric_limits<uint64_t>::max());
  // Both would be promoted to int, whose range the product exceeds.
  EXPECT_EQ((Multiply<uint16_t>(65535, 65535)), 1);
  EXPECT_EQ((Multiply<int8_t>(-128, -128)), 0);
}

TEST(ArithmeticTest, DivisionTruncatesAndNeverTraps) {
  EXPECT_EQ(Divide(-7, 2), -3);
  EXPECT_EQ(Divide(7, -2), -3);
  EXPECT_EQ(Divide(5, 0), 0);
  EXPECT_EQ(Divide(kLowest, -1), kLowest);
  EXPECT_EQ((Divide<uint8_t>(200, 255)), 0);
  EXPECT_TRUE(std::isinf(Divide(1.0f, 0.0f)));
}

struct RemainderRow {
  int a, b, truncated, floored;
};

TEST(ArithmeticTest, Remainders) {
  for (const RemainderRow& row : {RemainderRow{7, 3, 1, 1},
                                  {-7, 3, -1, 2},
                                  {7, -3, 1, -2},
                                  {-7, -3, -1, -1},
                                  {6, -3, 0, 0},
                                  {5, 0, 0, 0},
                                  {kLowest, -1, 0, 0}}) {
    EXPECT_EQ(TruncatedRemainder(row.a, row.b), row.truncated) << row.a << " % " << row.b;
    EXPECT_EQ(FlooredRemainder(row.a, row.b), row.floored) << row.a << " % " << row.b;
  }
  EXPECT_NEAR(TruncatedRemainder(-4.3f, 2.1f), -0.1f, 1e-6f);
  EXPECT_FLOAT_EQ(FlooredRemainder(-4.3f, 2.1f), 2.0f);
  EXPECT_EQ((FlooredRemainder<uint8_t>(250, 7)), 5);
}

TEST(ArithmeticTest, IntegerPowerWraps) {
  EXPECT_EQ(IntegerPower(-3, 3), -27);
  EXPECT_EQ(IntegerPower<int64_t>(3, 39), 4052555153018976267);
  EXPECT_EQ(IntegerPower(0, 0), 1);
  EXPECT_EQ(IntegerPower<uint8_t>(2, 8), 0);
}

TEST(ArithmeticTest, ShiftsPastTheWidthGiveZero) {
  EXPECT_EQ((ShiftLeft<uint8_t>(0x81, 1)), 0x02);
  EXPECT_EQ((ShiftLeft<uint8_t>(1, 8)), 0);
  EXPECT_EQ((ShiftRight<uint8_t>(0x81, 7)), 1);
  EXPECT_EQ((ShiftRight<uint64_t>(~uint64_t{0}, 64)), 0);
  EXPECT_EQ((ShiftLeft<uint64_t>(1, 63)), uint64_t{1} << 63);
  EXPECT_EQ((ShiftLeft<uint32_t>(1, 200)), 0);
}

}  // namespace
}  // namespace reluserve::engine::kernels
