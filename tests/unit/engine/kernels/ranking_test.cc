// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests ranking.cc: ArgExtreme and TopK.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNan;

std::vector<int64_t> Places(const graph::ArgExtreme& op, const Tensor& x) {
  return ElementsOf<int64_t>(RunOne(op, {x}));
}

TEST(ArgExtremeTest, TiesAndDirections) {
  const Tensor x = Floats({2, 4}, {1, 5, 5, 2, -3, 7, -3, 7});
  EXPECT_THAT(Places({.largest = true, .axis = 1}, x), ElementsAre(1, 1));
  EXPECT_THAT(Places({.largest = true, .axis = -1, .select_last_index = true}, x),
              ElementsAre(2, 3));
  EXPECT_THAT(Places({.largest = false, .axis = 1}, x), ElementsAre(0, 0));
  EXPECT_THAT(Places({.largest = false, .axis = 1, .select_last_index = true}, x),
              ElementsAre(0, 2));
  EXPECT_THAT(Places({.largest = true, .axis = 0}, x), ElementsAre(0, 1, 0, 1));
  EXPECT_EQ(RunOne(graph::ArgExtreme{.axis = 1, .keep_dims = false}, {x}).shape(), (Shape{2}));
}

TEST(ArgExtremeTest, TheFirstNanIsTheExtreme) {
  const Tensor x = Floats({4}, {9, std::nanf(""), -9, std::nanf("")});
  EXPECT_THAT(Places({.largest = true}, x), ElementsAre(1));
  EXPECT_THAT(Places({.largest = false}, x), ElementsAre(1));
}

// Columns in blocks and the rest of one.
TEST(ArgExtremeTest, OuterAxis) {
  test_support::Random random(5);
  SCOPED_TRACE("seed 5");
  const Tensor x = test_support::RandomFloats({2, 11, 77}, -1, 1, random);
  const std::vector<int64_t> places = Places({.axis = 1}, x);
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t j = 0; j < 77; ++j) {
      const auto at = [&](int64_t k) { return x.values<float>()[(i * 11 + k) * 77 + j]; };
      for (int64_t k = 0; k < 11; ++k) ASSERT_LE(at(k), at(places[i * 77 + j]));
    }
  }
}

TEST(TopKTest, SortedWithTiesByIndex) {
  const Tensor x = Floats({2, 5}, {3, 1, 3, 2, 3, -1, -5, 0, -5, 4});
  auto largest = RunMany(graph::TopK{}, {x, Longs({3})}, 2);
  ASSERT_TRUE(largest.ok()) << largest.status();
  EXPECT_THAT(ElementsOf<float>((*largest)[0]), ElementsAre(3, 3, 3, 4, 0, -1));
  EXPECT_THAT(ElementsOf<int64_t>((*largest)[1]), ElementsAre(0, 2, 4, 4, 2, 0));
  auto smallest = RunMany(graph::TopK{.largest = false}, {x, Longs({2})}, 2);
  ASSERT_TRUE(smallest.ok()) << smallest.status();
  EXPECT_THAT(ElementsOf<float>((*smallest)[0]), ElementsAre(1, 2, -5, -5));
  EXPECT_THAT(ElementsOf<int64_t>((*smallest)[1]), ElementsAre(1, 3, 1, 3));
}

TEST(TopKTest, NanComesFirst) {
  const Tensor x = Floats({3}, {1, std::nanf(""), 2});
  auto top = RunMany(graph::TopK{}, {x, Longs({2})}, 2);
  ASSERT_TRUE(top.ok()) << top.status();
  EXPECT_THAT(ElementsOf<float>((*top)[0]), ElementsAre(IsNan(), 2));
}

TEST(TopKTest, AnInnerAxisAgainstASort) {
  test_support::Random random(11);
  SCOPED_TRACE("seed 11");
  const Tensor x = test_support::RandomIntegers({3, 50, 7}, -20, 20, random);
  auto top = RunMany(graph::TopK{.axis = 1}, {x, Longs({9})}, 2);
  ASSERT_TRUE(top.ok()) << top.status();
  for (int64_t i = 0; i < 3; ++i) {
    for (int64_t j = 0; j < 7; ++j) {
      std::vector<int64_t> order(50);
      std::iota(order.begin(), order.end(), 0);
      const auto at = [&](int64_t k) { return x.values<float>()[(i * 50 + k) * 7 + j]; };
      std::stable_sort(order.begin(), order.end(),
                       [&](int64_t a, int64_t b) { return at(a) > at(b); });
      for (int64_t k = 0; k < 9; ++k) {
        const int64_t place = (i * 9 + k) * 7 + j;
        ASSERT_EQ((*top)[1].values<int64_t>()[place], order[k]);
        ASSERT_EQ((*top)[0].values<float>()[place], at(order[k]));
      }
    }
  }
}

}  // namespace
}  // namespace reluserve::engine
