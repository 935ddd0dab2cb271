// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/report_html.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/load/sample_run.h"

namespace reluserve::load {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReportHtmlTest, StandsAloneAndEscapes) {
  const std::string html = ReportHtml(EventfulRun());
  EXPECT_THAT(html, AllOf(HasSubstr("Load on digits"), HasSubstr("Latency over throughput"),
                          HasSubstr("objective: p99 12.0 ms"), HasSubstr("<svg"),
                          HasSubstr("missed p99 17.9 ms"), HasSubstr("other:8001"),
                          HasSubstr("&lt;script&gt;connection"), HasSubstr("Mean batch"),
                          HasSubstr("Over time")));
  for (const char* unwanted : {"<script", "http", "nan", "src="}) {
    EXPECT_THAT(html, Not(HasSubstr(unwanted)));
  }
}

TEST(ReportHtmlTest, OfARunWithoutAnswers) {
  RunResult run = SampleRun();
  run.stages = {SampleStage(1, 0, milliseconds(1))};
  run.stages[0].measurement.total.errors[absl::StatusCode::kUnavailable] = 7;
  EXPECT_THAT(ReportHtml(run), AllOf(HasSubstr("Nothing to show"), Not(HasSubstr("nan"))));
  run.stages.clear();
  EXPECT_THAT(ReportHtml(run), HasSubstr("Nothing was measured"));
}

}  // namespace
}  // namespace reluserve::load
