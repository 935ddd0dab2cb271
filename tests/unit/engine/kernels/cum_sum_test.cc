// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests cum_sum.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(CumSumTest, InclusiveExclusiveAndReverse) {
  const Tensor x = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto sum = [&](const graph::CumSum& op) { return ElementsOf<float>(RunOne(op, {x})); };
  EXPECT_THAT(sum({.axis = 1}), ElementsAre(1, 3, 6, 4, 9, 15));
  EXPECT_THAT(sum({.axis = -1, .exclusive = true}), ElementsAre(0, 1, 3, 0, 4, 9));
  EXPECT_THAT(sum({.axis = 1, .reverse = true}), ElementsAre(6, 5, 3, 15, 11, 6));
  EXPECT_THAT(sum({.axis = 1, .exclusive = true, .reverse = true}), ElementsAre(5, 3, 0, 11, 6, 0));
  EXPECT_THAT(sum({.axis = 0}), ElementsAre(1, 2, 3, 5, 7, 9));
}

TEST(CumSumTest, Products) {
  const Tensor x = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto multiply = [&](graph::CumSum op) {
    op.product = true;
    return ElementsOf<float>(RunOne(op, {x}));
  };
  EXPECT_THAT(multiply({.axis = 1}), ElementsAre(1, 2, 6, 4, 20, 120));
  EXPECT_THAT(multiply({.axis = -1, .exclusive = true}), ElementsAre(1, 1, 2, 1, 4, 20));
  EXPECT_THAT(multiply({.axis = 0, .exclusive = true, .reverse = true}),
              ElementsAre(4, 5, 6, 1, 1, 1));
}

TEST(CumSumTest, Integers) {
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::CumSum{}, {Longs({5, -7, 9})})),
              ElementsAre(5, -2, 7));
}

}  // namespace
}  // namespace reluserve::engine
