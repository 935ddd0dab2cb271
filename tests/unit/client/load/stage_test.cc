// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/stage.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

using ::testing::HasSubstr;

TEST(StageTest, ParsesSweeps) {
  const std::vector<std::pair<std::string, std::vector<double>>> rows = {
      {"8", {8}},
      {"0.5", {0.5}},
      {"1,2,8", {1, 2, 8}},
      {"1:4", {1, 2, 3, 4}},
      {"3:3", {3}},
      {"10:50:20", {10, 30, 50}},
      {"10:45:20", {10, 30}},
      {"1:16:x2", {1, 2, 4, 8, 16}},
      {"0.1:0.3:0.1", {0.1, 0.2, 0.3}},
      {"1:2,10:20:5", {1, 2, 10, 15, 20}},
  };
  for (const auto& [text, levels] : rows) {
    SCOPED_TRACE(text);
    const auto parsed = ParseSweep(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(parsed->size(), levels.size());
    for (size_t i = 0; i < levels.size(); ++i) EXPECT_NEAR((*parsed)[i], levels[i], 1e-9);
  }
}

TEST(StageTest, RefusesWhatIsNoSweep) {
  for (const char* text : {"",        ",",      "x",        "1,",    ",1",    "0",
                           "-1",      "1:",     ":1",       "4:1",   "1:2:0", "1:2:-1",
                           "1:2:3:4", "1:2:x1", "1:2:x0.5", "1:2:x", "nan",   "inf",
                           "1e99",    "1 2",    "1:100000", "1e-9"}) {
    const auto parsed = ParseSweep(text);
    EXPECT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("expected for example")) << text;
  }
}

TEST(StageTest, ParsesSchedules) {
  const auto schedule = ParseSchedule("100@10s,100..1000@1.5m,0@500ms");
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  ASSERT_EQ(schedule->size(), 3);
  EXPECT_EQ((*schedule)[0].duration, seconds(10));
  EXPECT_EQ((*schedule)[0].from, 100);
  EXPECT_EQ((*schedule)[0].to, 100);
  EXPECT_EQ((*schedule)[1].duration, seconds(90));
  EXPECT_EQ((*schedule)[1].from, 100);
  EXPECT_EQ((*schedule)[1].to, 1000);
  EXPECT_EQ((*schedule)[2].to, 0);
}

TEST(StageTest, RefusesWhatIsNoSchedule) {
  for (const char* text : {"", "100", "100@", "@1s", "100@1", "1..2..3@1s", "..2@1s", "1..@1s",
                           "-1@1s", "1@1s,", "1@1s@2s", "1@0s", "nan@1s", "0@1s", "0..0@1s"}) {
    EXPECT_FALSE(ParseSchedule(text).ok()) << text;
  }
}

TEST(StageTest, WarmUpIsNotPartOfTheOfferedRate) {
  const MeasureOptions measure = {.warmup = seconds(3), .duration = seconds(10)};
  EXPECT_DOUBLE_EQ(OpenStage(50, measure).offered_rate(), 50);
  const Stage stage = ScheduleStage({{seconds(10), 100, 300}, {seconds(30), 400, 400}}, measure);
  EXPECT_DOUBLE_EQ(stage.offered_rate(), (200 * 10 + 400 * 30) / 40.0);
  EXPECT_EQ(stage.measure.duration, seconds(40));
  ASSERT_EQ(stage.segments.size(), 3);
  EXPECT_EQ(stage.segments[0].duration, seconds(3));
  EXPECT_EQ(stage.segments[0].to, 100);
}

TEST(StageTest, Labels) {
  const MeasureOptions measure = {.duration = seconds(1)};
  EXPECT_EQ(LabelOf(ClosedStage(8, measure)), "concurrency 8");
  EXPECT_EQ(LabelOf(OpenStage(12.5, measure)), "12.5/s");
  EXPECT_EQ(LabelOf(OpenStage(5000, measure)), "5000/s");
  EXPECT_EQ(LabelOf(OpenStage(0.25, measure)), "0.25/s");
  EXPECT_EQ(LabelOf(ScheduleStage({{seconds(1), 10, 300}, {seconds(1), 5, 5}}, measure)),
            "5..300/s");
}

}  // namespace
}  // namespace reluserve::load
