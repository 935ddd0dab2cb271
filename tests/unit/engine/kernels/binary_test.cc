// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests binary.cc.

#include <cstdint>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using enum graph::BinaryKind;

Tensor Apply(graph::BinaryKind kind, const Tensor& a, const Tensor& b) {
  return RunOne(graph::Binary{kind}, {a, b});
}

TEST(BinaryTest, Arithmetic) {
  const Tensor a = Floats({4}, {-7, 1, 6, 2.5f});
  const Tensor b = Floats({4}, {2, -4, 3, 0.5f});
  EXPECT_THAT(ElementsOf<float>(Apply(kAdd, a, b)), ElementsAre(-5, -3, 9, 3));
  EXPECT_THAT(ElementsOf<float>(Apply(kSub, a, b)), ElementsAre(-9, 5, 3, 2));
  EXPECT_THAT(ElementsOf<float>(Apply(kMul, a, b)), ElementsAre(-14, -4, 18, 1.25f));
  EXPECT_THAT(ElementsOf<float>(Apply(kDiv, a, b)), ElementsAre(-3.5f, -0.25f, 2, 5));
  EXPECT_THAT(ElementsOf<float>(Apply(kFmod, a, b)), ElementsAre(-1, 1, 0, 0));
  EXPECT_THAT(ElementsOf<float>(Apply(kMod, a, b)), ElementsAre(1, -3, 0, 0));
}

TEST(BinaryTest, IntegerDivisionIsDefinedEverywhere) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  const Tensor a = Make<int32_t>({5}, {7, -7, 5, kLowest, 0});
  const Tensor b = Make<int32_t>({5}, {2, 2, 0, -1, 0});
  EXPECT_THAT(ElementsOf<int32_t>(Apply(kDiv, a, b)), ElementsAre(3, -3, 0, kLowest, 0));
  EXPECT_THAT(ElementsOf<int32_t>(Apply(kMod, a, b)), ElementsAre(1, 1, 0, 0, 0));
  EXPECT_THAT(ElementsOf<int32_t>(Apply(kFmod, a, b)), ElementsAre(1, -1, 0, 0, 0));
}

TEST(BinaryTest, Comparisons) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor a = Floats({4}, {1, 2, 3, nan});
  const Tensor b = Floats({4}, {2, 2, 2, 2});
  const auto compare = [&](graph::BinaryKind kind) { return ElementsOf<bool>(Apply(kind, a, b)); };
  EXPECT_THAT(compare(kEqual), ElementsAre(false, true, false, false));
  EXPECT_THAT(compare(kGreater), ElementsAre(false, false, true, false));
  EXPECT_THAT(compare(kGreaterOrEqual), ElementsAre(false, true, true, false));
  EXPECT_THAT(compare(kLess), ElementsAre(true, false, false, false));
  EXPECT_THAT(compare(kLessOrEqual), ElementsAre(true, true, false, false));
}

TEST(BinaryTest, LogicTakesEveryByteButZeroForTrue) {
  Tensor a = Make<bool>({4}, {false, false, true, true});
  Tensor b = Make<bool>({4}, {false, true, false, true});
  static_cast<uint8_t*>(a.mutable_data())[3] = 4;
  static_cast<uint8_t*>(b.mutable_data())[3] = 2;
  const auto logic = [&](graph::BinaryKind kind) { return ElementsOf<bool>(Apply(kind, a, b)); };
  EXPECT_THAT(logic(kAnd), ElementsAre(false, false, false, true));
  EXPECT_THAT(logic(kOr), ElementsAre(false, true, true, true));
  EXPECT_THAT(logic(kXor), ElementsAre(false, true, true, false));
  EXPECT_THAT(logic(kEqual), ElementsAre(true, false, false, true));
}

TEST(BinaryTest, Bits) {
  const Tensor a = Make<uint8_t>({3}, {0b1100, 0xff, 1});
  const Tensor b = Make<uint8_t>({3}, {0b1010, 3, 9});
  const auto bits = [&](graph::BinaryKind kind) { return ElementsOf<uint8_t>(Apply(kind, a, b)); };
  EXPECT_THAT(bits(kBitwiseAnd), ElementsAre(0b1000, 3, 1));
  EXPECT_THAT(bits(kBitwiseOr), ElementsAre(0b1110, 0xff, 9));
  EXPECT_THAT(bits(kBitwiseXor), ElementsAre(0b0110, 0xfc, 8));
  EXPECT_THAT(bits(kShiftLeft), ElementsAre(0, 0xf8, 0));
  EXPECT_THAT(bits(kShiftRight), ElementsAre(0, 0x1f, 0));
}

TEST(BinaryTest, PowersOfMixedTypes) {
  EXPECT_THAT(ElementsOf<float>(Apply(kPow, Floats({3}, {2, 9, -2}), Floats({3}, {3, 0.5f, 2}))),
              ElementsAre(8, 3, 4));
  EXPECT_THAT(ElementsOf<float>(Apply(kPow, Floats({2}, {2, 0.5f}), Make<int32_t>({2}, {-1, 3}))),
              ElementsAre(0.5f, 0.125f));
  // Exact beyond the digits of a double; negative exponents are cut to whole numbers.
  EXPECT_THAT(ElementsOf<int64_t>(Apply(kPow, Longs({3, -1, 2, 7}), Longs({39, -3, -1, 0}))),
              ElementsAre(4052555153018976267, -1, 0, 1));
  EXPECT_THAT(
      ElementsOf<int32_t>(Apply(kPow, Make<int32_t>({2}, {2, 10}), Floats({2}, {2.5f, 20}))),
      ElementsAre(5, std::numeric_limits<int32_t>::max()));
}

// Every way an operand can be broadcast along a row, against the definition.
TEST(BinaryTest, Broadcasting) {
  struct Row {
    Shape a, b;
  };
  uint64_t seed = 0;
  for (const Row& row : {Row{{2, 3, 4}, {2, 3, 4}},
                         {{2, 3, 4}, {3, 1}},
                         {{4}, {2, 3, 4}},
                         {{2, 1, 4}, {3, 1}},
                         {{}, {2, 2}},
                         {{5, 1}, {1, 6}},
                         {{1, 1}, {1}},
                         {{2, 64, 31, 33}, {64, 1, 1}}}) {
    SCOPED_TRACE(fmt::format("{} and {}, seed {}", row.a.ToString(), row.b.ToString(), ++seed));
    test_support::Random random(seed);
    const Tensor a = test_support::RandomIntegers(row.a, -9, 9, random);
    const Tensor b = test_support::RandomIntegers(row.b, -9, 9, random);
    const Tensor c = Apply(kSub, a, b);
    const test_support::Values left = test_support::ValuesOf(a);
    const test_support::Values right = test_support::ValuesOf(b);
    size_t at = 0;
    test_support::ForEachIndex(c.shape(), [&](const test_support::Index& index) {
      ASSERT_EQ(c.values<float>()[at++],
                test_support::BroadcastAt(left, index) - test_support::BroadcastAt(right, index));
    });
    EXPECT_EQ(at, c.values<float>().size());
  }
}

}  // namespace
}  // namespace reluserve::engine
