// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/parallel.h"

#include <vector>

#include <gtest/gtest.h>

namespace reluserve::engine::kernels {
namespace {

// Every item is visited once: with ranges shared out and not, with fewer items than threads.
TEST(ParallelTest, RangesCoverEveryItemOnce) {
  for (const int64_t count : {0, 1, 2, 3, 1000, 100000}) {
    for (const int64_t steps : {int64_t{0}, int64_t{1}, int64_t{1} << 40}) {
      std::vector<int> visits(static_cast<size_t>(count));
      ParallelRanges(count, steps, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) ++visits[i];
      });
      EXPECT_EQ(visits, std::vector<int>(static_cast<size_t>(count), 1)) << count << " " << steps;
    }
  }
}

TEST(ParallelTest, SmallWorkStaysOnTheCallingThread) {
  int calls = 0;
  ParallelRanges(100, 1, [&](int64_t begin, int64_t end) {
    ++calls;
    EXPECT_EQ(begin, 0);
    EXPECT_EQ(end, 100);
    EXPECT_FALSE(omp_in_parallel());
  });
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace reluserve::engine::kernels
