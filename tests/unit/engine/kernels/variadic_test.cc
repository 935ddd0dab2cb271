// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests variadic.cc.

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNan;
using enum graph::VariadicKind;

TEST(VariadicTest, ThreeOperandsOfDifferentShapes) {
  const Operands operands = {Floats({2, 2}, {1, 2, 3, 4}), Floats({2}, {10, -6}), Scalar(1.0f)};
  const auto apply = [&](graph::VariadicKind kind) {
    return ElementsOf<float>(RunOne(graph::Variadic{kind}, operands));
  };
  EXPECT_THAT(apply(kMax), ElementsAre(10, 2, 10, 4));
  EXPECT_THAT(apply(kMin), ElementsAre(1, -6, 1, -6));
  EXPECT_THAT(apply(kSum), ElementsAre(12, -3, 14, -1));
  EXPECT_THAT(apply(kMean), ElementsAre(4, -1, 14.0f / 3, -1.0f / 3));
}

// The first operand is repeated too, not only those that follow.
TEST(VariadicTest, TheFirstOperandIsBroadcast) {
  const Operands operands = {Floats({1, 2}, {1, 2}), Floats({2, 1}, {10, 20})};
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Variadic{kSum}, operands)),
              ElementsAre(11, 12, 21, 22));
}

TEST(VariadicTest, OneOperandIsCopied) {
  for (const graph::VariadicKind kind : {kMax, kMin, kSum, kMean}) {
    EXPECT_THAT(ElementsOf<float>(RunOne(graph::Variadic{kind}, {Floats({3}, {3, -1, 2})})),
                ElementsAre(3, -1, 2));
  }
}

TEST(VariadicTest, NanWinsWhicheverOperandItIsIn) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Operands operands = {Floats({3}, {nan, 1, 5}), Floats({3}, {1, nan, 2})};
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Variadic{kMax}, operands)),
              ElementsAre(IsNan(), IsNan(), 5));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Variadic{kMin}, operands)),
              ElementsAre(IsNan(), IsNan(), 2));
}

TEST(VariadicTest, Integers) {
  const Operands operands = {Longs({1, -7}), Longs({2, 4})};
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Variadic{kMax}, operands)), ElementsAre(2, 4));
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Variadic{kMin}, operands)), ElementsAre(1, -7));
}

}  // namespace
}  // namespace reluserve::engine
