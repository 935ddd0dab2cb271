// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/report_text.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/load/sample_run.h"

namespace reluserve::load {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ReportTextTest, HasARowForEachLoad) {
  const std::string text = ReportText(SampleRun(), {});
  EXPECT_THAT(text, AllOf(StartsWith("LOAD"), HasSubstr("concurrency 1"), HasSubstr("200"),
                          HasSubstr("7.5"), HasSubstr("concurrency 8"), HasSubstr("p99.9")));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("SLO")), Not(HasSubstr("SERVER")),
                          Not(HasSubstr("ENDPOINT")), Not(HasSubstr("settled"))));
}

TEST(ReportTextTest, RemarksWhatDeservesIt) {
  const std::string text = ReportText(EventfulRun(), {});
  EXPECT_THAT(text,
              AllOf(HasSubstr("kept"), HasSubstr("concurrency 8: missed p99 17.9 ms"),
                    HasSubstr("UNAVAILABLE 7, first: <script>connection\\x0arefused"),
                    HasSubstr("12 retries"), HasSubstr("had not settled"), HasSubstr("other:8001"),
                    HasSubstr("4321"), HasSubstr("3.00 ms"), HasSubstr("4.00")));
}

TEST(ReportTextTest, OfASearch) {
  RunResult run = SampleRun();
  run.search = SearchResult{.rate = 512, .lowest_missed = 530};
  EXPECT_THAT(ReportText(run, {}), HasSubstr("objectives: 512/s; 530/s missed them"));
  run.search = SearchResult{.rate = 0, .lowest_missed = 10};
  EXPECT_THAT(ReportText(run, {}), HasSubstr("No rate kept the objectives: 10/s missed them"));
  run.search = SearchResult{.rate = 900, .at_limit = true};
  EXPECT_THAT(ReportText(run, {}), HasSubstr("900/s, the end of the range"));
}

TEST(ReportTextTest, CsvHasAsManyFieldsAsTitles) {
  RunResult run = EventfulRun();
  run.stages[0].label = "with, comma and \"quotes\"";
  const std::string csv = ReportCsv(run);
  EXPECT_THAT(csv,
              HasSubstr("\n\"with, comma and \"\"quotes\"\"\",closed,1,10,2000,2000,0,0,200,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
  const std::string last = csv.substr(csv.rfind('\n', csv.size() - 2) + 1);
  const std::string titles = csv.substr(0, csv.find('\n'));
  EXPECT_EQ(std::count(last.begin(), last.end(), ','),
            std::count(titles.begin(), titles.end(), ','));
}

TEST(ReportTextTest, ComparisonsShowChanges) {
  RunResult after = SampleRun();
  after.stages[0] = SampleStage(1, 1000, milliseconds(10));
  const std::string text = ComparisonText(*Compare(SampleRun(), after, 0.1), {});
  EXPECT_THAT(text, AllOf(HasSubstr("-50.0%"), HasSubstr("+100.0%"), HasSubstr("worse")));
}

}  // namespace
}  // namespace reluserve::load
