// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests unary.cc.

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsNan;
using ::testing::Pointwise;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> Apply(graph::UnaryKind kind, const std::vector<float>& x) {
  return ElementsOf<float>(
      RunOne(graph::Unary{kind}, {Floats({static_cast<int64_t>(x.size())}, x)}));
}

// Three places each, worked out by hand or from tables.
struct Row {
  graph::UnaryKind kind;
  std::vector<float> x;
  std::vector<float> y;
};

TEST(UnaryTest, RealFunctions) {
  using enum graph::UnaryKind;
  const Row rows[] = {
      {kNeg, {-1.5f, 0.0f, 2.0f}, {1.5f, 0.0f, -2.0f}},
      {kAbs, {-1.5f, 0.0f, 2.0f}, {1.5f, 0.0f, 2.0f}},
      {kSign, {-1.5f, 0.0f, 2.0f}, {-1.0f, 0.0f, 1.0f}},
      {kSqrt, {0.0f, 2.25f, 16.0f}, {0.0f, 1.5f, 4.0f}},
      {kReciprocal, {-0.5f, 4.0f, 1.0f}, {-2.0f, 0.25f, 1.0f}},
      {kExp, {-1.0f, 0.0f, 1.0f}, {0.36787944f, 1.0f, 2.7182818f}},
      {kLog, {0.5f, 1.0f, 10.0f}, {-0.69314718f, 0.0f, 2.3025851f}},
      {kErf, {-1.0f, 0.0f, 0.5f}, {-0.84270079f, 0.0f, 0.52049988f}},
      {kFloor, {-1.5f, 2.0f, 2.7f}, {-2.0f, 2.0f, 2.0f}},
      {kCeil, {-1.5f, 2.0f, 2.1f}, {-1.0f, 2.0f, 3.0f}},
      {kRound, {-2.5f, -0.6f, 0.5f, 1.5f, 2.5f}, {-2.0f, -1.0f, 0.0f, 2.0f, 2.0f}},
      {kSin, {0.0f, 0.5f, 1.5707964f}, {0.0f, 0.47942554f, 1.0f}},
      {kCos, {0.0f, 0.5f, 3.1415927f}, {1.0f, 0.87758256f, -1.0f}},
      {kTan, {0.0f, 0.5f, 0.78539816f}, {0.0f, 0.54630249f, 1.0f}},
      {kAsin, {0.0f, 0.5f, 1.0f}, {0.0f, 0.52359878f, 1.5707964f}},
      {kAcos, {0.0f, 0.5f, 1.0f}, {1.5707964f, 1.0471976f, 0.0f}},
      {kAtan, {0.0f, 0.5f, 1.0f}, {0.0f, 0.46364761f, 0.78539816f}},
      {kSinh, {0.0f, 0.5f, -1.0f}, {0.0f, 0.52109531f, -1.1752012f}},
      {kCosh, {0.0f, 0.5f, -1.0f}, {1.0f, 1.1276260f, 1.5430806f}},
      {kAsinh, {0.0f, 0.5f, -1.0f}, {0.0f, 0.48121183f, -0.88137359f}},
      {kAcosh, {1.0f, 1.5f, 2.0f}, {0.0f, 0.96242365f, 1.3169579f}},
      {kAtanh, {0.0f, 0.5f, -0.9f}, {0.0f, 0.54930614f, -1.4722195f}},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(Apply(row.kind, row.x), Pointwise(FloatNear(1e-6f), row.y))
        << Name(graph::Op(graph::Unary{row.kind}));
  }
}

TEST(UnaryTest, NanIsKept) {
  using enum graph::UnaryKind;
  for (const graph::UnaryKind kind : {kNeg, kAbs, kSign, kSqrt, kExp, kFloor, kRound}) {
    EXPECT_THAT(Apply(kind, {kNan}), ElementsAre(IsNan())) << Name(graph::Op(graph::Unary{kind}));
  }
}

TEST(UnaryTest, IntegersIncludeTheLowest) {
  using enum graph::UnaryKind;
  const Tensor x = Make<int8_t>({4}, {-128, -3, 0, 127});
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(graph::Unary{kNeg}, {x})), ElementsAre(-128, 3, 0, -127));
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(graph::Unary{kAbs}, {x})), ElementsAre(-128, 3, 0, 127));
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(graph::Unary{kSign}, {x})), ElementsAre(-1, -1, 0, 1));
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(graph::Unary{kBitwiseNot}, {x})),
              ElementsAre(127, 2, -1, -128));
}

TEST(UnaryTest, Tests) {
  const Tensor x = Floats({4}, {kNan, kInfinity, -kInfinity, 1.0f});
  const auto test = [&](graph::Unary op) { return ElementsOf<bool>(RunOne(op, {x})); };
  EXPECT_THAT(test({graph::UnaryKind::kIsNan}), ElementsAre(true, false, false, false));
  EXPECT_THAT(test({graph::UnaryKind::kIsInf}), ElementsAre(false, true, true, false));
  EXPECT_THAT(test({graph::UnaryKind::kIsInf, false, true}),
              ElementsAre(false, true, false, false));
  EXPECT_THAT(test({graph::UnaryKind::kIsInf, true, false}),
              ElementsAre(false, false, true, false));
}

// A request may send any byte for true.
TEST(UnaryTest, NotTakesEveryByteButZeroForTrue) {
  Tensor x = Make<bool>({3}, {false, true, true});
  static_cast<uint8_t*>(x.mutable_data())[2] = 2;
  EXPECT_THAT(ElementsOf<bool>(RunOne(graph::Unary{graph::UnaryKind::kNot}, {x})),
              ElementsAre(true, false, false));
}

}  // namespace
}  // namespace reluserve::engine
