// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/measurement.h"

#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

// 10 requests a second of 100 ms, for `length` from the second `begin` on.
void RecordSteady(Recorder& recorder, int begin, int length) {
  for (int i = 0; i < length * 10; ++i) {
    const Nanoseconds due = seconds(begin) + milliseconds(100) * i;
    recorder.Record({.intended = due, .sent = due, .done = due + milliseconds(50)});
  }
}

TEST(MeasurementTest, TimelineEndsWithAShorterWindow) {
  Stage stage = OpenStage(10, {.duration = milliseconds(2500), .window = seconds(1)});
  Recorder recorder({.window = seconds(1), .end = milliseconds(2500)});
  RecordSteady(recorder, 0, 3);
  const Measurement measured = Measure(recorder, stage, 0);
  EXPECT_EQ(measured.total.ok, 25);
  EXPECT_DOUBLE_EQ(measured.throughput, 10);
  ASSERT_EQ(measured.timeline.size(), 3);
  EXPECT_EQ(measured.timeline[2].start, seconds(2));
  EXPECT_EQ(measured.timeline[2].length, milliseconds(500));
  EXPECT_DOUBLE_EQ(measured.timeline[2].due, 10);
  EXPECT_DOUBLE_EQ(measured.timeline[2].throughput, 10);
  EXPECT_EQ(measured.timeline[2].p99, milliseconds(50));
}

TEST(MeasurementTest, AStageIsStableWhenItsThirdsAgree) {
  const Stage stage = OpenStage(10, {.duration = seconds(9), .window = seconds(1)});
  Recorder steady({.window = seconds(1), .end = seconds(9)});
  RecordSteady(steady, 0, 9);
  EXPECT_TRUE(Measure(steady, stage, 0).stable);
  Recorder fading({.window = seconds(1), .end = seconds(9)});
  RecordSteady(fading, 0, 6);
  EXPECT_FALSE(Measure(fading, stage, 0).stable);
}

TEST(MeasurementTest, UntilStableReportsTheLastWindowsAlone) {
  MeasureOptions measure = {.duration = seconds(60), .window = seconds(1)};
  measure.until_stable = true;
  Recorder recorder({.window = seconds(1), .end = seconds(60)});
  recorder.Record({.intended = seconds(0), .done = seconds(1)});
  RecordSteady(recorder, 2, 5);
  const Measurement measured = Measure(recorder, ClosedStage(1, measure), 6);
  EXPECT_TRUE(measured.stable);
  EXPECT_EQ(measured.length, seconds(3));
  EXPECT_EQ(measured.total.ok, 30);
  EXPECT_DOUBLE_EQ(measured.throughput, 10);
  EXPECT_EQ(measured.total.latency.max(), milliseconds(50));
  EXPECT_EQ(measured.timeline.size(), 7);
}

TEST(MeasurementTest, NothingRecorded) {
  const Recorder recorder({.window = seconds(1), .end = seconds(9)});
  const Measurement measured =
      Measure(recorder, OpenStage(10, {.duration = seconds(9), .window = seconds(1)}), 0);
  EXPECT_EQ(measured.total.requests(), 0);
  EXPECT_EQ(measured.throughput, 0);
  EXPECT_FALSE(measured.stable);
}

}  // namespace
}  // namespace reluserve::load
