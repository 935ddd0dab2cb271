// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/lanes.h"

#include <gtest/gtest.h>

namespace reluserve::batching {
namespace {

TEST(LanesTest, ShareOutTheCpus) {
  struct Row {
    int cpus, lanes, threads;
    int expected_lanes, expected_threads;
  };
  const Row rows[] = {
      {1, 0, 0, 1, 1},
      {2, 0, 0, 1, 2},
      {4, 0, 0, 1, 4},
      {7, 0, 0, 1, 7},
      {8, 0, 0, 2, 4},
      {11, 0, 0, 2, 5},
      {64, 0, 0, 16, 4},
      // As the flags say.
      {2, 2, 0, 2, 1},
      {8, 3, 0, 3, 2},
      {2, 5, 0, 5, 1},
      {8, 0, 2, 4, 2},
      {2, 0, 4, 1, 4},
      {2, 3, 5, 3, 5},
  };
  for (const Row& row : rows) {
    const LaneChoice choice = ChooseLanes(row.cpus, row.lanes, row.threads);
    EXPECT_EQ(choice.lanes, row.expected_lanes) << row.cpus;
    EXPECT_EQ(choice.threads_per_lane, row.expected_threads) << row.cpus;
    if (row.lanes == 0 && row.threads == 0) {
      EXPECT_LE(choice.threads(), row.cpus);
    }
  }
}

}  // namespace
}  // namespace reluserve::batching
