// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/html/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::html {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pointwise;

TEST(ChartTest, TicksAreRoundNumbers) {
  struct Row {
    double low;
    double high;
    bool logarithmic;
    std::vector<double> ticks;
  };
  const std::vector<Row> rows = {
      {0, 10, false, {0, 2, 4, 6, 8, 10}},
      {0, 1, false, {0, 0.2, 0.4, 0.6, 0.8, 1}},
      {0, 437, false, {0, 100, 200, 300, 400}},
      {-5, 5, false, {-4, -2, 0, 2, 4}},
      {100, 104, false, {100, 101, 102, 103, 104}},
      {1, 100, true, {1, 2, 5, 10, 20, 50, 100}},
      {0.3, 3, true, {0.5, 1, 2}},
      {1, 1e8, true, {1, 100, 1e4, 1e6, 1e8}},
      {10, 20, true, {10, 12, 14, 16, 18, 20}},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(Ticks(row.low, row.high, 5, row.logarithmic),
                Pointwise(DoubleNear(1e-6), row.ticks))
        << row.low << " to " << row.high;
  }
}

// Whatever the extent, there are some ticks, within it and in order.
TEST(ChartTest, TicksOfEveryExtent) {
  for (double low = 1e-9; low < 1e9; low *= 3.7) {
    for (double factor = 1.001; factor < 1e7; factor *= 2.3) {
      for (const bool logarithmic : {false, true}) {
        const std::vector<double> ticks = Ticks(low, low * factor, 5, logarithmic);
        ASSERT_FALSE(ticks.empty()) << low << " * " << factor << logarithmic;
        ASSERT_LE(ticks.size(), 12) << low << " * " << factor << logarithmic;
        ASSERT_TRUE(std::is_sorted(ticks.begin(), ticks.end()));
        EXPECT_GE(ticks.front(), low * (1 - 1e-6));
        EXPECT_LE(ticks.back(), low * factor * (1 + 1e-6));
      }
    }
  }
}

Chart TwoSeries() {
  return {.title = "Latency <by> load",
          .x = {.label = "requests per second"},
          .y = {.label = "latency", .format = [](double value) { return std::to_string(value); }},
          .series = {{"p50", {{0, 1, "first"}, {10, 2, "a < b"}}}, {"p99", {{0, 3}, {10, 4}}}}};
}

TEST(ChartTest, DrawsSeriesWithTitlesAndLegend) {
  const std::string svg = LineChart(TwoSeries());
  EXPECT_THAT(svg, AllOf(HasSubstr("Latency &lt;by&gt; load"), HasSubstr("a &lt; b"),
                         HasSubstr("p99"), HasSubstr("requests per second"), HasSubstr("4.000000"),
                         HasSubstr("var(--series1)")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(ChartTest, NoughtIsNotNegative) {
  EXPECT_THAT(LineChart({.series = {{"s", {{0, 0}, {10, 10}}}}}),
              AllOf(HasSubstr(">0</text>"), Not(HasSubstr(">-0</text>"))));
}

TEST(ChartTest, LimitsAreDrawnUnlessFarAway) {
  Chart chart = TwoSeries();
  chart.y_limit = 5;
  chart.y_limit_label = "the limit";
  EXPECT_THAT(LineChart(chart), HasSubstr("the limit"));
  chart.y_limit = 500;
  EXPECT_THAT(LineChart(chart), Not(HasSubstr("the limit")));
}

TEST(ChartTest, LeavesOutWhatCannotBeDrawn) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Chart chart = TwoSeries();
  chart.y.logarithmic = true;
  chart.series = {{"s", {{1, 5}, {2, nan}, {nan, 3}, {3, 0}, {4, 50}, {5, INFINITY}}}};
  const std::string svg = LineChart(chart);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  EXPECT_THAT(svg, HasSubstr("<circle"));
  chart.series = {{"s", {{nan, 1}}}};
  EXPECT_THAT(LineChart(chart), HasSubstr("Nothing to show"));
  chart.series = {{"s", {{3, 3}}}};  // one point has no extent
  EXPECT_THAT(LineChart(chart), AllOf(HasSubstr("<circle"), Not(HasSubstr("nan"))));
}

}  // namespace
}  // namespace reluserve::html
