// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/compare.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/load/sample_run.h"

namespace reluserve::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::map<std::string, Verdict> VerdictsOf(const ComparedStage& stage) {
  std::map<std::string, Verdict> verdicts;
  for (const ComparedFigure& figure : stage.figures) verdicts[figure.name] = figure.verdict;
  return verdicts;
}

TEST(CompareTest, ARunIsNoWorseThanItself) {
  const auto comparison = Compare(SampleRun(), SampleRun(), 0);
  ASSERT_TRUE(comparison.ok()) << comparison.status();
  ASSERT_EQ(comparison->stages.size(), 2);
  EXPECT_FALSE(comparison->worse());
  for (const ComparedFigure& figure : comparison->stages[0].figures) EXPECT_EQ(figure.change, 0);
}

TEST(CompareTest, JudgesBeyondTheTolerance) {
  RunResult before;
  before.stages = {SampleStage(4, 2000, milliseconds(10))};
  RunResult after;
  after.stages = {SampleStage(4, 1500, milliseconds(8))};
  after.stages[0].measurement.total.errors[absl::StatusCode::kInternal] = 15;
  const auto comparison = Compare(before, after, 0.1);
  ASSERT_TRUE(comparison.ok());
  auto verdicts = VerdictsOf(comparison->stages[0]);
  EXPECT_EQ(verdicts["throughput"], Verdict::kWorse);
  EXPECT_EQ(verdicts["p50"], Verdict::kBetter);
  EXPECT_EQ(verdicts["p99"], Verdict::kBetter);
  EXPECT_EQ(verdicts["p99.9"], Verdict::kSame);  // not judged
  EXPECT_EQ(verdicts["errors"], Verdict::kWorse);
  EXPECT_TRUE(comparison->worse());
  EXPECT_NEAR(comparison->stages[0].figures[0].change, -0.25, 1e-9);
  EXPECT_EQ(comparison->stages[0].figures[0].before, "200/s");
  verdicts = VerdictsOf(Compare(before, after, 0.3)->stages[0]);
  EXPECT_EQ(verdicts["throughput"], Verdict::kSame);
  EXPECT_EQ(verdicts["p50"], Verdict::kSame);
}

TEST(CompareTest, FewRequestsAreNotJudged) {
  RunResult before;
  before.stages = {SampleStage(4, 999, milliseconds(10))};
  RunResult after;
  after.stages = {SampleStage(4, 5000, milliseconds(100))};
  EXPECT_FALSE(Compare(before, after, 0.1)->worse());
}

TEST(CompareTest, MatchesStagesByLabelAndTurn) {
  RunResult before;
  before.stages = {SampleStage(1, 10, milliseconds(1)), SampleStage(2, 20, milliseconds(1)),
                   SampleStage(2, 30, milliseconds(1))};
  RunResult after;
  after.stages = {SampleStage(4, 10, milliseconds(1)), SampleStage(2, 40, milliseconds(1))};
  const auto comparison = Compare(before, after, 0.1);
  ASSERT_TRUE(comparison.ok());
  ASSERT_EQ(comparison->stages.size(), 1);
  EXPECT_EQ(comparison->stages[0].figures[0].before, "2/s");
  EXPECT_EQ(comparison->stages[0].figures[0].after, "4/s");
  EXPECT_THAT(comparison->only_before, ElementsAre("concurrency 1", "concurrency 2"));
  EXPECT_THAT(comparison->only_after, ElementsAre("concurrency 4"));
}

TEST(CompareTest, RunsNeedALoadInCommon) {
  RunResult before;
  before.stages = {SampleStage(1, 10, milliseconds(1))};
  RunResult after;
  after.stages = {SampleStage(2, 10, milliseconds(1))};
  EXPECT_THAT(std::string(Compare(before, after, 0.1).status().message()),
              HasSubstr("concurrency 1 in one, concurrency 2 in the other"));
}

}  // namespace
}  // namespace reluserve::load
