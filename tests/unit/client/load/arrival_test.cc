// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/arrival.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

std::vector<double> TimesOf(ArrivalProcess process) {
  std::vector<double> times;
  while (const auto time = process.Next()) times.push_back(Seconds(*time));
  return times;
}

TEST(ArrivalTest, ConstantFollowsTheIntegralOfTheRate) {
  struct Row {
    std::string name;
    std::vector<RateSegment> segments;
    std::vector<double> times;
  };
  const std::vector<Row> rows = {
      {"one rate", {{seconds(1), 4, 4}}, {0, 0.25, 0.5, 0.75}},
      {"nothing", {}, {}},
      {"no rate", {{seconds(5), 0, 0}}, {}},
      // The integral of 2t is t^2.
      {"up from zero", {{seconds(2), 0, 4}}, {0, 1, std::sqrt(2), std::sqrt(3)}},
      // 4t - t^2 reaches 1, 2 and 3 at 2 - sqrt(4 - k).
      {"down to zero", {{seconds(2), 4, 0}}, {0, 2 - std::sqrt(3), 2 - std::sqrt(2), 1}},
      {"a step", {{seconds(1), 2, 2}, {seconds(1), 4, 4}}, {0, 0.5, 1, 1.25, 1.5, 1.75}},
      {"a pause", {{seconds(1), 1, 1}, {seconds(10), 0, 0}, {seconds(1), 1, 1}}, {0, 11}},
      {"fractions carry over", {{seconds(1), 1.5, 1.5}, {seconds(1), 1, 1}}, {0, 2 / 3.0, 1.5}},
      {"slower than its time", {{seconds(1), 0.25, 0.25}}, {0}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::vector<double> times =
        TimesOf(ArrivalProcess(row.segments, ArrivalKind::kConstant, 1));
    ASSERT_EQ(times.size(), row.times.size());
    for (size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(times[i], row.times[i], 2e-9);
  }
}

TEST(ArrivalTest, PoissonHasItsMeanItsVarianceAndItsSeed) {
  const std::vector<RateSegment> segments = {{seconds(200), 100, 100}};
  const std::vector<double> times = TimesOf(ArrivalProcess(segments, ArrivalKind::kPoisson, 5));
  // 20,000 expected, with a standard deviation of 141.
  EXPECT_NEAR(static_cast<double>(times.size()), 20000, 600);
  double sum = 0;
  double squares = 0;
  for (size_t i = 1; i < times.size(); ++i) {
    const double gap = times[i] - times[i - 1];
    ASSERT_GE(gap, 0);
    sum += gap;
    squares += gap * gap;
  }
  const double mean = sum / static_cast<double>(times.size() - 1);
  const double variance = squares / static_cast<double>(times.size() - 1) - mean * mean;
  EXPECT_NEAR(mean, 0.01, 0.0003);
  // Exponential gaps deviate by as much as their mean.
  EXPECT_NEAR(std::sqrt(variance), 0.01, 0.0006);
  EXPECT_EQ(times, TimesOf(ArrivalProcess(segments, ArrivalKind::kPoisson, 5)));
  EXPECT_NE(times, TimesOf(ArrivalProcess(segments, ArrivalKind::kPoisson, 6)));
}

TEST(ArrivalTest, PoissonFollowsARamp) {
  const std::vector<double> times =
      TimesOf(ArrivalProcess({{seconds(100), 0, 400}}, ArrivalKind::kPoisson, 9));
  // The first half has a quarter of the 20,000.
  const auto first_half = std::lower_bound(times.begin(), times.end(), 50.0) - times.begin();
  EXPECT_NEAR(static_cast<double>(times.size()), 20000, 600);
  EXPECT_NEAR(static_cast<double>(first_half), 5000, 300);
}

}  // namespace
}  // namespace reluserve::load
