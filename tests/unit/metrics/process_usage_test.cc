// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/process_usage.h"

#include <ctime>

#include <gtest/gtest.h>

namespace reluserve::metrics {
namespace {

TEST(ProcessUsageTest, ReadsBothVersionsOfControlGroups) {
  EXPECT_DOUBLE_EQ(
      ParseThrottledSeconds("usage_usec 5\nnr_throttled 7\nthrottled_usec 1500000\n").value(), 1.5);
  EXPECT_DOUBLE_EQ(
      ParseThrottledSeconds("nr_periods 1\nnr_throttled 1\nthrottled_time 250000000\n").value(),
      0.25);
  EXPECT_FALSE(ParseThrottledSeconds("usage_usec 5\nuser_usec 3\n").has_value());
  EXPECT_FALSE(ParseThrottledSeconds("").has_value());
}

TEST(ProcessUsageTest, KnowsThisProcess) {
  const ProcessUsage usage = GetProcessUsage();
  EXPECT_GT(usage.cpu_seconds, 0.0);
  EXPECT_GT(usage.resident_bytes, 1 << 20);
  EXPECT_LE(usage.start_seconds, static_cast<double>(std::time(nullptr)) + 2);
  EXPECT_GT(usage.start_seconds, static_cast<double>(std::time(nullptr)) - 3600);
}

}  // namespace
}  // namespace reluserve::metrics
