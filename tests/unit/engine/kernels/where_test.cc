// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests where.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(WhereTest, AllOperandsAreBroadcast) {
  const Tensor condition = Make<bool>({2, 1}, {true, false});
  const Tensor x = Floats({3}, {1, 2, 3});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Where{}, {condition, x, Scalar(-1.0f)})),
              ElementsAre(1, 2, 3, -1, -1, -1));
}

TEST(WhereTest, EveryElementSize) {
  Tensor condition = Make<bool>({3}, {true, false, true});
  static_cast<uint8_t*>(condition.mutable_data())[0] = 8;  // true as any byte but zero
  const auto choose = [&](const Tensor& x, const Tensor& y) {
    return RunOne(graph::Where{}, {condition, x, y});
  };
  EXPECT_THAT(
      ElementsOf<uint8_t>(choose(Make<uint8_t>({3}, {1, 2, 3}), Make<uint8_t>({3}, {4, 5, 6}))),
      ElementsAre(1, 5, 3));
  EXPECT_THAT(
      ElementsOf<int16_t>(choose(Make<int16_t>({3}, {1, 2, 3}), Make<int16_t>({3}, {-4, -5, -6}))),
      ElementsAre(1, -5, 3));
  EXPECT_THAT(ElementsOf<int64_t>(choose(Longs({1, 2, 3}), Longs({4, 5, 6}))),
              ElementsAre(1, 5, 3));
}

}  // namespace
}  // namespace reluserve::engine
