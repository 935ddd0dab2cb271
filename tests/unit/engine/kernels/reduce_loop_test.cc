// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/reduce_loop.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/kernels/reduce_rules.h"

namespace reluserve::engine::kernels {
namespace {

using ::testing::ElementsAre;

// reduce_test.cc has every set of axes.
TEST(ReduceLoopTest, AxesOfOneElementAreNoBorderBetweenGroups) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<float> y(4);
  const int axes[] = {0, 1, 2};
  const ReduceLoop loop({2, 1, 2, 1, 2}, axes);
  EXPECT_EQ(loop.group_size(), 4);
  loop.Run<SumRule>(x.data(), y.data());
  EXPECT_THAT(std::vector<float>(y.begin(), y.begin() + 2), ElementsAre(16, 20));
}

TEST(ReduceLoopTest, WithoutAxesEachElementIsAGroup) {
  const std::vector<float> x = {1, -2, 3};
  std::vector<float> y(3);
  const ReduceLoop loop({3}, {});
  EXPECT_EQ(loop.group_size(), 1);
  loop.Run<L1Rule>(x.data(), y.data());
  EXPECT_THAT(y, ElementsAre(1, 2, 3));
}

// Many groups, columns and runs: shared out between threads, the sums stay the same to the bit.
TEST(ReduceLoopTest, LargeTensors) {
  std::vector<float> x(64 * 300 * 65);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17);
  const int middle[] = {1};
  std::vector<float> y(64 * 65);
  ReduceLoop({64, 300, 65}, middle).Run<SumRule>(x.data(), y.data());
  for (int64_t i = 0; i < 64; ++i) {
    for (int64_t j = 0; j < 65; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < 300; ++k) sum += x[(i * 300 + k) * 65 + j];
      ASSERT_EQ(y[i * 65 + j], sum);
    }
  }
}

}  // namespace
}  // namespace reluserve::engine::kernels
