// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/recorder.h"

#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

RequestOutcome Answered(Nanoseconds intended, Nanoseconds done) {
  return {.intended = intended, .sent = intended, .done = done};
}

TEST(RecorderTest, RequestsBelongToTheWindowTheyWereDueInAndAnswersToTheirOwn) {
  Recorder recorder({.warmup = seconds(10), .window = seconds(1), .end = seconds(13)});
  recorder.Record(Answered(seconds(9), milliseconds(9500)));   // warm-up
  recorder.Record(Answered(seconds(9), milliseconds(10500)));  // its answer counts
  recorder.Record(Answered(seconds(10), milliseconds(12500)));
  recorder.Record(Answered(seconds(12), milliseconds(13500)));  // too late for throughput
  recorder.Record(Answered(seconds(13), milliseconds(13500)));  // after the end
  ASSERT_EQ(recorder.windows().size(), 3);
  EXPECT_EQ(recorder.windows()[0].by_model[0].ok, 1);
  EXPECT_EQ(recorder.windows()[0].by_model[0].latency.max(), milliseconds(2500));
  EXPECT_EQ(recorder.windows()[0].answered, 1);
  EXPECT_EQ(recorder.windows()[1].by_model[0].requests(), 0);
  EXPECT_EQ(recorder.windows()[1].answered, 0);
  EXPECT_EQ(recorder.windows()[2].by_model[0].ok, 1);
  EXPECT_EQ(recorder.windows()[2].answered, 1);
  const auto rates = recorder.RatesUntil(milliseconds(12999));
  ASSERT_EQ(rates.size(), 2);
  EXPECT_EQ(rates[0].throughput, 1);
  EXPECT_EQ(rates[0].mean_latency, milliseconds(1500));
  EXPECT_EQ(rates[1].throughput, 0);
}

TEST(RecorderTest, LateSendingIsTheGeneratorsLag) {
  Recorder recorder({.window = seconds(1)});
  recorder.Record({.intended = seconds(1), .sent = milliseconds(1200), .done = seconds(2)});
  EXPECT_EQ(recorder.windows()[1].send_lag.max(), milliseconds(200));
  EXPECT_EQ(recorder.windows()[1].by_model[0].latency.max(), seconds(1));
}

TEST(RecorderTest, LongRunsHaveLongerWindows) {
  Recorder recorder({.window = seconds(1), .models = 2, .endpoints = 2});
  constexpr int kSeconds = 3600;
  for (int i = 0; i < kSeconds; ++i) {
    RequestOutcome outcome = Answered(seconds(i), seconds(i) + milliseconds(1 + i % 7));
    outcome.model = i % 2;
    outcome.attempts = 2;
    if (i % 10 == 0) outcome.code = absl::StatusCode::kUnavailable;
    recorder.Record(outcome);
    recorder.RecordAttempt(outcome.done, i % 2, i % 10 != 0);
  }
  EXPECT_LE(recorder.windows().size(), Recorder::kMaxWindows);
  EXPECT_EQ(recorder.window_length(), seconds(16));
  Window sum;
  for (const Window& window : recorder.windows()) sum.Merge(window);
  EXPECT_EQ(sum.by_model[0].ok + sum.by_model[1].ok, kSeconds * 9 / 10);
  EXPECT_EQ(sum.by_model[0].failed(), kSeconds / 10);
  EXPECT_EQ(sum.by_model[0].retries + sum.by_model[1].retries, kSeconds);
  EXPECT_EQ(sum.by_endpoint[0].failed, kSeconds / 10);
  EXPECT_EQ(sum.by_endpoint[1].ok, kSeconds / 2);
  EXPECT_EQ(sum.answered, kSeconds * 9 / 10);
  EXPECT_EQ(recorder.windows()[3].by_model[0].requests(), 8);
  EXPECT_EQ(recorder.last_done(), seconds(kSeconds - 1) + milliseconds(1 + (kSeconds - 1) % 7));
}

}  // namespace
}  // namespace reluserve::load
