// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests masks.cc.

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using test_support::ForEachIndex;
using test_support::Index;
using test_support::Random;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kSeed = 20261122;

TEST(OneHotTest, RandomShapesAndAxes) {
  Random random(kSeed);
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed, round));
    Shape shape;
    for (int64_t rank = random.Integer(0, 3); rank > 0; --rank) {
      shape.push_back(random.Integer(1, 4));
    }
    const int64_t depth = random.Integer(1, 5);
    // Some lie outside [-depth, depth), and are nowhere.
    std::vector<int64_t> elements(static_cast<size_t>(shape.ElementCount()));
    for (int64_t& element : elements) element = random.Integer(-depth - 1, depth);
    const Tensor indices = Make<int64_t>(shape, elements);
    const Values index = ValuesOf(indices);
    const auto axis = static_cast<int>(random.Integer(0, shape.rank()));
    const Tensor got = RunOne(graph::OneHot{axis - shape.rank() - 1},
                              {indices, Scalar<int64_t>(depth), Floats({2}, {-2, 7})});
    ASSERT_EQ(got.shape().rank(), shape.rank() + 1);
    const Values values = ValuesOf(got);
    ForEachIndex(got.shape(), [&](const Index& at) {
      Index from;
      for (int i = 0; i < at.rank(); ++i) {
        if (i != axis) from.push_back(at[i]);
      }
      const double here = index.At(from);
      const bool hot = here == at[axis] || here + depth == at[axis];
      EXPECT_EQ(values.At(at), hot ? 7 : -2) << at.ToString();
    });
  }
}

TEST(OneHotTest, TypesOfNumbers) {
  const Tensor values = Make<uint8_t>({2}, {0, 1});
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(
                  graph::OneHot{}, {Floats({2}, {1.0f, -1.0f}), Scalar<float>(3.0f), values})),
              ElementsAre(0, 1, 0, 0, 0, 1));
  for (const Tensor& depth : {Longs({0}), Floats({1}, {-1})}) {
    const auto result = RunMany(graph::OneHot{}, {Longs({1}), depth, values});
    EXPECT_THAT(std::string(result.status().message()), HasSubstr("depth is no"));
  }
  const auto result = RunMany(graph::OneHot{2}, {Longs({1}), Longs({3}), values});
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("axis is 2, expected -2 to 1"));
}

TEST(TriluTest, BothPartsOfEachMatrix) {
  Random random(kSeed + 1);
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed + 1, round));
    const Shape shape = {random.Integer(1, 3), random.Integer(1, 6), random.Integer(1, 6)};
    const Tensor x = test_support::RandomFloats(shape, 1, 2, random);
    const Values values = ValuesOf(x);
    const int64_t k = random.Integer(-7, 7);
    for (const bool upper : {true, false}) {
      const Values got = ValuesOf(RunOne(graph::Trilu{upper, k}, {x}));
      ForEachIndex(shape, [&](const Index& at) {
        const bool kept = upper ? at[2] - at[1] >= k : at[2] - at[1] <= k;
        EXPECT_EQ(got.At(at), kept ? values.At(at) : 0.0) << at.ToString();
      });
    }
  }
}

TEST(EyeLikeTest, DiagonalsInsideAndOutside) {
  const Tensor x = Floats({2, 3}, {9, 9, 9, 9, 9, 9});
  const auto eye = [&](int64_t k) {
    return ElementsOf<int64_t>(RunOne(graph::EyeLike{DataType::kInt64, k}, {x}));
  };
  EXPECT_THAT(eye(0), ElementsAre(1, 0, 0, 0, 1, 0));
  EXPECT_THAT(eye(2), ElementsAre(0, 0, 1, 0, 0, 0));
  EXPECT_THAT(eye(-1), ElementsAre(0, 0, 0, 1, 0, 0));
  for (const int64_t k : {INT64_MAX, INT64_MIN, int64_t{3}, int64_t{-2}}) {
    EXPECT_THAT(eye(k), ElementsAre(0, 0, 0, 0, 0, 0)) << k;
  }
  EXPECT_THAT(ElementsOf<bool>(RunOne(graph::EyeLike{DataType::kBool, 1}, {x})),
              ElementsAre(false, true, false, false, false, true));
}

TEST(NonZeroTest, CoordinatesInOrder) {
  const Tensor x = Floats({2, 3}, {0, 1, -0.0f, 2, 0, 3});
  const Tensor places = RunOne(graph::NonZero{}, {x});
  EXPECT_EQ(places.shape(), (Shape{2, 3}));
  EXPECT_THAT(ElementsOf<int64_t>(places), ElementsAre(0, 1, 1, 1, 0, 2));
  EXPECT_EQ(RunOne(graph::NonZero{}, {Longs({0, 0})}).shape(), (Shape{1, 0}));
  EXPECT_EQ(RunOne(graph::NonZero{}, {Scalar<bool>(true)}).shape(), (Shape{0, 1}));
}

}  // namespace
}  // namespace reluserve::engine
