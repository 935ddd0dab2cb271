// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests reduce.cc and the rules in reduce_rules.h.

#include <cmath>
#include <cstdint>
#include <functional>
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
using ::testing::FloatNear;
using ::testing::IsNan;
using enum graph::ReduceKind;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr graph::ReduceKind kAllKinds[] = {kSum, kMean, kMax,       kMin,    kProd,
                                           kL1,  kL2,   kSumSquare, kLogSum, kLogSumExp};

// By definition.
double ReduceNaively(graph::ReduceKind kind, const std::vector<double>& group) {
  double sum = 0, product = 1, magnitudes = 0, squares = 0, exponentials = 0;
  for (const double x : group) {
    sum += x;
    product *= x;
    magnitudes += std::abs(x);
    squares += x * x;
    exponentials += std::exp(x);
  }
  switch (kind) {
    case kSum:
      return sum;
    case kMean:
      return sum / static_cast<double>(group.size());
    case kMax:
      return *std::max_element(group.begin(), group.end());
    case kMin:
      return *std::min_element(group.begin(), group.end());
    case kProd:
      return product;
    case kL1:
      return magnitudes;
    case kL2:
      return std::sqrt(squares);
    case kSumSquare:
      return squares;
    case kLogSum:
      return std::log(sum);
    case kLogSumExp:
      return std::log(exponentials);
  }
  return 0;
}

// Every kind over every set of axes of shapes that make short and long runs and columns.
TEST(ReduceTest, EverySetOfAxesAgainstTheDefinition) {
  uint64_t seed = 0;
  for (const Shape& shape : {Shape{3, 4, 5, 2}, Shape{2, 3, 40, 37}, Shape{1, 5, 1, 33}}) {
    for (int set = 0; set < 16; ++set) {
      const graph::ReduceKind kind = kAllKinds[++seed % std::size(kAllKinds)];
      SCOPED_TRACE(fmt::format("{} set {} kind {} seed {}", shape.ToString(), set,
                               static_cast<int>(kind), seed));
      test_support::Random random(seed);
      // Positive for the sake of logarithms, near 1 for that of products.
      const Tensor x = test_support::RandomFloats(shape, 0.9f, 1.1f, random);
      std::vector<int64_t> axes;
      Shape kept = shape;
      for (int axis = 0; axis < 4; ++axis) {
        if ((set >> axis & 1) == 0) continue;
        axes.push_back(axis % 2 == 0 ? axis : axis - 4);
        kept[axis] = 1;
      }
      std::vector<std::vector<double>> groups(static_cast<size_t>(kept.ElementCount()));
      size_t at = 0;
      test_support::ForEachIndex(shape, [&](const test_support::Index& index) {
        int64_t group = 0;
        for (int axis = 0; axis < 4; ++axis) {
          group = group * kept[axis] + (kept[axis] == 1 ? 0 : index[axis]);
        }
        groups[group].push_back(x.values<float>()[at++]);
      });
      const Tensor y = RunOne(graph::Reduce{kind, true, true}, {x, Longs(axes)});
      ASSERT_EQ(y.shape(), kept);
      for (size_t i = 0; i < groups.size(); ++i) {
        const double expected = ReduceNaively(kind, groups[i]);
        ASSERT_NEAR(y.values<float>()[i], expected, 1e-6 * std::max(1.0, std::abs(expected))) << i;
      }
    }
  }
}

// Without axes: all of them, or with noop_with_empty_axes each element is a group of its own.
TEST(ReduceTest, AxesLeftOut) {
  const Tensor x = Floats({2, 2}, {-2, 3, 4, -5});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Reduce{kSum}, {x})), ElementsAre(0));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Reduce{kSumSquare, true, true}, {x})),
              ElementsAre(4, 9, 16, 25));
  EXPECT_EQ(RunOne(graph::Reduce{kSum, false}, {x, Longs({1})}).shape(), (Shape{2}));
}

TEST(ReduceTest, EmptyGroups) {
  const Tensor x = Floats({2, 0}, {});
  const auto reduce = [&](graph::ReduceKind kind) {
    return ElementsOf<float>(RunOne(graph::Reduce{kind}, {x, Longs({1})}));
  };
  EXPECT_THAT(reduce(kSum), ElementsAre(0, 0));
  EXPECT_THAT(reduce(kProd), ElementsAre(1, 1));
  EXPECT_THAT(reduce(kMax), ElementsAre(-kInfinity, -kInfinity));
  EXPECT_THAT(reduce(kMin), ElementsAre(kInfinity, kInfinity));
  EXPECT_THAT(reduce(kLogSum), ElementsAre(-kInfinity, -kInfinity));
  EXPECT_THAT(reduce(kMean), ElementsAre(IsNan(), IsNan()));
}

TEST(ReduceTest, LogSumExpDoesNotOverflow) {
  const auto reduce = [](const std::vector<float>& x) {
    return ElementsOf<float>(
        RunOne(graph::Reduce{kLogSumExp}, {Floats({static_cast<int64_t>(x.size())}, x)}));
  };
  EXPECT_THAT(reduce({1000, 1000}), ElementsAre(FloatNear(1000.6931f, 1e-3f)));
  EXPECT_THAT(reduce({-1000, -1000}), ElementsAre(FloatNear(-999.30685f, 1e-3f)));
  EXPECT_THAT(reduce({-kInfinity, 2}), ElementsAre(2));
  EXPECT_THAT(reduce({-kInfinity, -kInfinity}), ElementsAre(-kInfinity));
  EXPECT_THAT(reduce({kInfinity, 2}), ElementsAre(kInfinity));
  EXPECT_THAT(reduce({std::nanf(""), 2}), ElementsAre(IsNan()));
}

// Wherever in a group it is, along a run (which is reduced in parts) and across columns.
TEST(ReduceTest, MaxAndMinKeepNan) {
  for (int place = 0; place < 19; ++place) {
    std::vector<float> x(38, 1.0f);
    x[place] = std::nanf("");
    for (const graph::ReduceKind kind : {kMax, kMin}) {
      EXPECT_THAT(ElementsOf<float>(RunOne(graph::Reduce{kind}, {Floats({2, 19}, x), Longs({1})})),
                  ElementsAre(IsNan(), 1))
          << place;
      EXPECT_THAT(ElementsOf<float>(
                      RunOne(graph::Reduce{kind}, {Floats({19, 2}, x), Longs({0})}))[place % 2],
                  IsNan())
          << place;
    }
  }
}

TEST(ReduceTest, Integers) {
  const Tensor x = Make<int32_t>({4}, {3, -4, 2, 1000000});
  const auto reduce = [&](graph::ReduceKind kind) {
    return ElementsOf<int32_t>(RunOne(graph::Reduce{kind}, {x}))[0];
  };
  EXPECT_EQ(reduce(kSum), 1000001);
  EXPECT_EQ(reduce(kMean), 250000);
  EXPECT_EQ(reduce(kMax), 1000000);
  EXPECT_EQ(reduce(kMin), -4);
  EXPECT_EQ(reduce(kProd), -24000000);
  EXPECT_EQ(reduce(kL1), 1000009);
  // The squares do not fit in 32 bits; their root does.
  EXPECT_EQ(reduce(kL2), 1000000);
}

TEST(ReduceTest, BooleansHaveALargestAndASmallest) {
  const Tensor x = Make<bool>({2, 2}, {true, false, true, true});
  EXPECT_THAT(ElementsOf<bool>(RunOne(graph::Reduce{kMax}, {x, Longs({1})})),
              ElementsAre(true, true));
  EXPECT_THAT(ElementsOf<bool>(RunOne(graph::Reduce{kMin}, {x, Longs({1})})),
              ElementsAre(false, true));
  const Tensor none = Make<bool>({2, 0}, {});
  EXPECT_THAT(ElementsOf<bool>(RunOne(graph::Reduce{kMin}, {none, Longs({1})})),
              ElementsAre(true, true));
  EXPECT_FALSE(RunMany(graph::Reduce{kSum}, {x, Longs({1})}).ok());
}

}  // namespace
}  // namespace reluserve::engine
