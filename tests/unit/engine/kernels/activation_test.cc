// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests activation.cc.

#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsNan;
using ::testing::Pointwise;
using enum graph::ActivationKind;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> Apply(const graph::Activation& op, const std::vector<float>& x) {
  return ElementsOf<float>(RunOne(op, {Floats({static_cast<int64_t>(x.size())}, x)}));
}

struct Row {
  graph::Activation op;
  std::vector<float> y;  // for x = -2, -0.5, 0, 0.5, 8
};

// Worked out by hand from the formulas in op.h.
TEST(ActivationTest, Formulas) {
  const Row rows[] = {
      {{kRelu}, {0, 0, 0, 0.5f, 8}},
      {{kLeakyRelu, 0.1f}, {-0.2f, -0.05f, 0, 0.5f, 8}},
      {{kThresholdedRelu, 0.5f}, {0, 0, 0, 0, 8}},
      {{kClip, -0.5f, 6}, {-0.5f, -0.5f, 0, 0.5f, 6}},
      {{kElu, 2}, {-1.7293294f, -0.78693868f, 0, 0.5f, 8}},
      {{kSelu, 2, 3}, {-5.1879883f, -2.3608160f, 0, 1.5f, 24}},
      {{kCelu, 2}, {-1.2642411f, -0.44239843f, 0, 0.5f, 8}},
      {{kSigmoid}, {0.11920292f, 0.37754067f, 0.5f, 0.62245933f, 0.99966465f}},
      {{kTanh}, {-0.96402758f, -0.46211716f, 0, 0.46211716f, 0.99999977f}},
      {{kHardSigmoid, 0.2f, 0.5f}, {0.1f, 0.4f, 0.5f, 0.6f, 1}},
      {{kHardSwish}, {-0.33333333f, -0.20833333f, 0, 0.29166667f, 8}},
      {{kSoftplus}, {0.12692801f, 0.47407698f, 0.69314718f, 0.97407698f, 8.0003354f}},
      {{kSoftsign}, {-0.66666667f, -0.33333333f, 0, 0.33333333f, 0.88888889f}},
      {{kMish}, {-0.25250147f, -0.22074402f, 0, 0.37524464f, 7.9999982f}},
      {{kGelu}, {-0.04550026f, -0.15426877f, 0, 0.34573123f, 8}},
      {{kGeluTanh}, {-0.04540229f, -0.15428598f, 0, 0.34571402f, 8}},
      {{kSwish, 2}, {-0.03597242f, -0.13447071f, 0, 0.36552929f, 7.9999991f}},
      {{kShrink, 1, 0.5f}, {-1.5f, 0, 0, 0, 7.5f}},
  };
  ASSERT_EQ(std::size(rows), static_cast<size_t>(kShrink) + 1);
  for (const Row& row : rows) {
    EXPECT_THAT(Apply(row.op, {-2, -0.5f, 0, 0.5f, 8}), Pointwise(FloatNear(2e-6f), row.y))
        << Name(row.op.kind);
  }
}

// The strict plan relies on it: no activation hides a NaN.
TEST(ActivationTest, NanPassesThroughEveryKind) {
  for (int kind = 0; kind <= static_cast<int>(kShrink); ++kind) {
    const graph::Activation op = {static_cast<graph::ActivationKind>(kind), 0.5f, 2.0f};
    EXPECT_THAT(Apply(op, {std::numeric_limits<float>::quiet_NaN(), 1.0f}),
                ElementsAre(IsNan(), ::testing::Not(IsNan())))
        << Name(op.kind);
  }
}

TEST(ActivationTest, ExtremesNeitherOverflowNorVanish) {
  EXPECT_THAT(Apply({kSoftplus}, {1000.0f, -1000.0f}), ElementsAre(1000.0f, 0.0f));
  EXPECT_THAT(Apply({kSigmoid}, {1000.0f, -1000.0f}), ElementsAre(1.0f, 0.0f));
  EXPECT_THAT(Apply({kMish}, {1000.0f}), ElementsAre(1000.0f));
  EXPECT_THAT(Apply({kRelu}, {kInfinity, -kInfinity}), ElementsAre(kInfinity, 0.0f));
}

TEST(ActivationTest, ReluOfMinusZeroIsZeroWithoutSign) {
  EXPECT_FALSE(std::signbit(Apply({kRelu}, {-0.0f}).front()));
}

TEST(ActivationTest, TheUpperBoundWinsWhereBoundsAreSwapped) {
  EXPECT_THAT(Apply({kClip, 3, 1}, {0, 2, 5}), ElementsAre(1, 1, 1));
}

TEST(ActivationTest, DoublesAndIntegers) {
  EXPECT_THAT(ElementsOf<double>(RunOne(graph::Activation{kElu, 1}, {Make<double>({1}, {-1})})),
              ElementsAre(::testing::DoubleNear(-0.63212055882855767, 1e-15)));
  const Tensor bytes = Make<int8_t>({3}, {-128, 5, 127});
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(graph::Activation{kRelu}, {bytes})),
              ElementsAre(0, 5, 127));
  // Bounds beyond the type's range do not bind.
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(graph::Activation{kClip, -1000, 6}, {bytes})),
              ElementsAre(-128, 5, 6));
}

TEST(PReluTest, SlopesAreBroadcast) {
  const Tensor x = Floats({1, 2, 3}, {-1, 2, -3, -4, 5, -6});
  const auto apply = [&](const Tensor& slope) {
    return ElementsOf<float>(RunOne(graph::PRelu{}, {x, slope}));
  };
  EXPECT_THAT(apply(Floats({2, 1}, {0.5f, -1})), ElementsAre(-0.5f, 2, -1.5f, 4, 5, 6));
  EXPECT_THAT(apply(Floats({3}, {1, 2, 3})), ElementsAre(-1, 2, -9, -4, 5, -18));
  EXPECT_THAT(apply(Scalar(0.25f)), ElementsAre(-0.25f, 2, -0.75f, -1, 5, -1.5f));
}

TEST(PReluTest, NanPassesThrough) {
  const Tensor x = Floats({2}, {std::numeric_limits<float>::quiet_NaN(), -2});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::PRelu{}, {x, Scalar(3.0f)})),
              ElementsAre(IsNan(), -6));
}

// Large enough for several threads.
TEST(ActivationTest, LargeTensors) {
  test_support::Random random(7);
  SCOPED_TRACE("seed 7");
  const Tensor x = test_support::RandomFloats({3, 5, 91, 101}, -2, 2, random);
  const std::vector<float> y = ElementsOf<float>(RunOne(graph::Activation{kTanh}, {x}));
  for (size_t i = 0; i < y.size(); ++i) {
    ASSERT_NEAR(y[i], std::tanh(static_cast<double>(x.values<float>()[i])), 1e-6) << i;
  }
}

}  // namespace
}  // namespace reluserve::engine
