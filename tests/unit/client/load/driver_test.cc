// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/driver.h"

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/load/measurement.h"
#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

using ::testing::ElementsAre;

constexpr double kPercents[] = {50, 90, 95, 99, 99.9};

// From 1 to 5 ms, as if drawn.
Nanoseconds Varied(int64_t number) { return microseconds(1000 + number * 2654435761 % 4001); }

MeasureOptions MeasureFor(Nanoseconds duration, Nanoseconds warmup = {}) {
  return {.warmup = warmup, .duration = duration, .window = seconds(1)};
}

Driver::Options OptionsOf(Stage stage) {
  return {.stage = std::move(stage),
          .arrivals = ArrivalKind::kConstant,
          .timeout = seconds(1000),
          .max_outstanding = 1 << 30};
}

void ExpectPercentilesOf(const std::vector<Nanoseconds>& truth, const Histogram& reported) {
  ASSERT_EQ(reported.count(), std::ssize(truth));
  for (const double percent : kPercents) {
    const Nanoseconds exact = NearestRank(truth, percent);
    EXPECT_GE(reported.Percentile(percent), Histogram::LowestOf(exact)) << "p" << percent;
    EXPECT_LE(reported.Percentile(percent), Histogram::HighestOf(exact)) << "p" << percent;
  }
  EXPECT_EQ(reported.max(), NearestRank(truth, 100));
  EXPECT_EQ(reported.min(), NearestRank(truth, 0));
}

// A server that stalls for 3 of 20 seconds under a constant rate: who should have sent during the
// stall waited for it.
TEST(DriverTest, AStallShowsInAnOpenLoop) {
  const Stage stage = OpenStage(100, MeasureFor(seconds(18), seconds(2)));
  SerialServer server(Varied, seconds(10), seconds(13));
  Driver driver(OptionsOf(stage));
  Simulate(driver, [&](Nanoseconds start, const Attempt&) { return Reply{server.DoneAt(start)}; });

  SerialServer same(Varied, seconds(10), seconds(13));
  std::vector<Nanoseconds> truth;
  for (int i = 0; i < 2000; ++i) {
    const Nanoseconds due = milliseconds(10) * i;
    const Nanoseconds latency = same.DoneAt(due) - due;
    if (due >= seconds(2)) truth.push_back(latency);
  }
  const Measurement measured = Measure(driver.recorder(), stage, 0);
  ExpectPercentilesOf(truth, measured.total.latency);
  EXPECT_GT(measured.total.latency.Percentile(90), seconds(1));
  EXPECT_EQ(measured.send_lag.max(), Nanoseconds(0));
  EXPECT_NEAR(measured.throughput, 100, 0.2);
}

// The same, with so few requests allowed at a time that the generator itself has to hold requests
// back: latency still counts from when they were due.
TEST(DriverTest, HoldingBackHidesNothing) {
  const Stage stage = OpenStage(100, MeasureFor(seconds(20)));
  Driver::Options options = OptionsOf(stage);
  options.max_outstanding = 3;
  SerialServer server(Varied, seconds(10), seconds(13));
  Driver driver(options);
  int64_t outstanding = 0;
  Simulate(driver, [&](Nanoseconds start, const Attempt&) {
    outstanding = std::max(outstanding, driver.progress().outstanding);
    return Reply{server.DoneAt(start)};
  });
  SerialServer same(Varied, seconds(10), seconds(13));
  std::vector<Nanoseconds> truth;
  for (int i = 0; i < 2000; ++i) {
    truth.push_back(same.DoneAt(milliseconds(10) * i) - milliseconds(10) * i);
  }
  const Measurement measured = Measure(driver.recorder(), stage, 0);
  ExpectPercentilesOf(truth, measured.total.latency);
  EXPECT_EQ(outstanding, 3);
  EXPECT_GT(measured.send_lag.max(), seconds(2));
}

TEST(DriverTest, PoissonArrivalsCountFromTheirOwnTimes) {
  const Stage stage = OpenStage(200, MeasureFor(seconds(30)));
  Driver::Options options = OptionsOf(stage);
  options.arrivals = ArrivalKind::kPoisson;
  options.seed = 11;
  SerialServer server(Varied, seconds(5), seconds(6));
  Driver driver(options);
  Simulate(driver, [&](Nanoseconds start, const Attempt&) { return Reply{server.DoneAt(start)}; });
  SerialServer same(Varied, seconds(5), seconds(6));
  std::vector<Nanoseconds> truth;
  ArrivalProcess arrivals(stage.segments, ArrivalKind::kPoisson, 11);
  while (const auto due = arrivals.Next()) truth.push_back(same.DoneAt(*due) - *due);
  ExpectPercentilesOf(truth, Measure(driver.recorder(), stage, 0).total.latency);
}

// Callers of a closed loop send when they have their answer, and what they see is what counts.
TEST(DriverTest, AStallShowsInAClosedLoop) {
  constexpr int kCallers = 4;
  const Stage stage = ClosedStage(kCallers, MeasureFor(seconds(18), seconds(2)));
  SerialServer server(Varied, seconds(10), seconds(13));
  Driver driver(OptionsOf(stage));
  Simulate(driver, [&](Nanoseconds start, const Attempt&) { return Reply{server.DoneAt(start)}; });

  SerialServer same(Varied, seconds(10), seconds(13));
  std::vector<Nanoseconds> truth;
  std::deque<std::pair<Nanoseconds, Nanoseconds>> waiting;  // sent and done
  for (int i = 0; i < kCallers; ++i) waiting.emplace_back(Nanoseconds(0), same.DoneAt({}));
  int64_t answered = 0;
  while (!waiting.empty()) {
    const auto [sent, done] = waiting.front();
    waiting.pop_front();
    if (sent >= seconds(2)) truth.push_back(done - sent);
    if (done >= seconds(2) && done < seconds(20)) ++answered;
    if (done < seconds(20)) waiting.emplace_back(done, same.DoneAt(done));
  }
  const Measurement measured = Measure(driver.recorder(), stage, 0);
  ExpectPercentilesOf(truth, measured.total.latency);
  EXPECT_GT(measured.total.latency.max(), seconds(3));
  EXPECT_DOUBLE_EQ(measured.throughput, static_cast<double>(answered) / 18);
}

// Where there is no server, a caller asks it a hundred times a second and not as often as it can.
TEST(DriverTest, CallersOfAClosedLoopThatFindNoServerPause) {
  constexpr int kCallers = 3;
  const Stage stage = ClosedStage(kCallers, MeasureFor(seconds(2)));
  Driver driver(OptionsOf(stage));
  // Nobody listens for a second; then answers take 20 ms.
  std::vector<Nanoseconds> starts;
  const Nanoseconds end = Simulate(driver, [&](Nanoseconds start, const Attempt&) {
    starts.push_back(start);
    if (start < seconds(1)) return Reply{start, absl::StatusCode::kUnavailable};
    return Reply{start + milliseconds(20)};
  });
  EXPECT_EQ(end, seconds(2));
  const Measurement measured = Measure(driver.recorder(), stage, 0);
  EXPECT_EQ(measured.total.failed(), kCallers * 100);
  EXPECT_EQ(measured.total.ok, kCallers * 50);
  for (size_t i = 0; i < starts.size() && starts[i] < seconds(1); ++i) {
    EXPECT_EQ(starts[i], Driver::kPause * static_cast<int64_t>(i / kCallers));
  }
}

TEST(DriverTest, WaitsForTheAnswersOfWhatWasDueInTime) {
  const Stage stage = OpenStage(10, MeasureFor(seconds(1)));
  Driver driver(OptionsOf(stage));
  const Nanoseconds end =
      Simulate(driver, [](Nanoseconds start, const Attempt&) { return Reply{start + seconds(7)}; });
  EXPECT_EQ(end, seconds(7) + milliseconds(900));
  EXPECT_TRUE(driver.finished(end));
  const Measurement measured = Measure(driver.recorder(), stage, 0);
  EXPECT_EQ(measured.total.ok, 10);
  EXPECT_EQ(measured.total.latency.min(), seconds(7));
  // None of them was answered within what was measured.
  EXPECT_EQ(measured.throughput, 0);
}

TEST(DriverTest, CountsRequestsAfterTheWarmUp) {
  for (const bool open : {false, true}) {
    MeasureOptions measure = MeasureFor(seconds(86400), seconds(1));
    measure.count = 55;
    const Stage stage = open ? OpenStage(20, measure) : ClosedStage(2, measure);
    Driver driver(OptionsOf(stage));
    const Nanoseconds end = Simulate(
        driver, [](Nanoseconds start, const Attempt&) { return Reply{start + milliseconds(100)}; });
    EXPECT_TRUE(driver.finished(end));
    const Measurement measured = Measure(driver.recorder(), stage, 0);
    EXPECT_EQ(measured.total.ok, 55);
    EXPECT_EQ(driver.progress().sent, 55 + 20);
    EXPECT_NEAR(measured.throughput, 20, 1.2);
  }
}

TEST(DriverTest, FailuresAreCountedByCodeAndOnlyTimeoutsAreLatencies) {
  const Stage stage = OpenStage(100, MeasureFor(seconds(3)));
  Driver driver(OptionsOf(stage));
  Simulate(driver, [](Nanoseconds start, const Attempt& attempt) {
    switch (attempt.sequence % 3) {
      case 0:
        return Reply{start + milliseconds(10)};
      case 1:
        return Reply{start + seconds(2), absl::StatusCode::kDeadlineExceeded};
      default:
        return Reply{start, absl::StatusCode::kResourceExhausted};
    }
  });
  const Tally total = Measure(driver.recorder(), stage, 0).total;
  EXPECT_EQ(total.ok, 100);
  EXPECT_THAT(total.errors, ElementsAre(std::pair(absl::StatusCode::kDeadlineExceeded, 100),
                                        std::pair(absl::StatusCode::kResourceExhausted, 100)));
  EXPECT_EQ(total.failed(), 200);
  EXPECT_EQ(total.latency.count(), 200);
  EXPECT_EQ(total.latency.max(), seconds(2));
  EXPECT_EQ(total.latency.min(), milliseconds(10));
}

TEST(DriverTest, RetriesElsewhereWithinTheDeadline) {
  const Stage stage = OpenStage(100, MeasureFor(seconds(4)));
  Driver::Options options = OptionsOf(stage);
  options.endpoints = 3;
  options.endpoint_rest = milliseconds(500);
  options.retry = {.max_attempts = 3, .backoff = milliseconds(20)};
  Driver driver(options);
  // Endpoint 1 is away for the seconds from 1 to 2.
  Simulate(driver, [](Nanoseconds start, const Attempt& attempt) {
    const bool away = attempt.endpoint == 1 && start >= seconds(1) && start < seconds(2);
    return Reply{start + milliseconds(away ? 1 : 5),
                 away ? absl::StatusCode::kUnavailable : absl::StatusCode::kOk};
  });
  const Measurement measured = Measure(driver.recorder(), stage, 0);
  EXPECT_EQ(measured.total.ok, 400);
  EXPECT_EQ(measured.total.failed(), 0);
  // It was tried when it went away, and again after each rest.
  EXPECT_EQ(measured.total.retries, 2);
  EXPECT_EQ(measured.by_endpoint[1].failed, 2);
  EXPECT_EQ(measured.total.latency.max(), milliseconds(1 + 20 + 5));
  const int64_t served =
      measured.by_endpoint[0].ok + measured.by_endpoint[1].ok + measured.by_endpoint[2].ok;
  EXPECT_EQ(served, 400);
  // The others share its load alike.
  EXPECT_NEAR(static_cast<double>(measured.by_endpoint[0].ok),
              static_cast<double>(measured.by_endpoint[2].ok), 2);
  EXPECT_NEAR(static_cast<double>(measured.by_endpoint[1].ok), 100, 3);
}

TEST(DriverTest, GivesUpRetryingAtLast) {
  struct Row {
    std::string name;
    RetryPolicy retry;
    Nanoseconds timeout;
    absl::StatusCode code;
    int attempts;
  };
  const std::vector<Row> rows = {
      {"no retries", {}, seconds(9), absl::StatusCode::kUnavailable, 1},
      {"attempts used up", {.max_attempts = 4}, seconds(9), absl::StatusCode::kUnavailable, 4},
      {"another code", {.max_attempts = 4}, seconds(9), absl::StatusCode::kInternal, 1},
      {"a code asked for",
       {.max_attempts = 2, .codes = {absl::StatusCode::kInternal}},
       seconds(9),
       absl::StatusCode::kInternal,
       2},
      // Attempts at 0, 10, 30 and 70 ms; the next would be at 150.
      {"no time left",
       {.max_attempts = 99, .backoff = milliseconds(10)},
       milliseconds(100),
       absl::StatusCode::kUnavailable,
       4},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Stage stage = OpenStage(1, MeasureFor(seconds(1)));
    Driver::Options options = OptionsOf(stage);
    options.retry = row.retry;
    options.timeout = row.timeout;
    Driver driver(options);
    int attempts = 0;
    Simulate(driver, [&](Nanoseconds start, const Attempt&) {
      ++attempts;
      return Reply{start, row.code};
    });
    EXPECT_EQ(attempts, row.attempts);
    const Tally total = Measure(driver.recorder(), stage, 0).total;
    EXPECT_EQ(total.failed(), 1);
    EXPECT_EQ(total.retries, row.attempts - 1);
  }
}

TEST(DriverTest, ModelsTakeTurns) {
  const Stage stage = OpenStage(100, MeasureFor(seconds(3)));
  Driver::Options options = OptionsOf(stage);
  options.models = 3;
  Driver driver(options);
  Simulate(driver, [](Nanoseconds start, const Attempt& attempt) {
    return Reply{start + milliseconds(1 + attempt.sequence % 3)};
  });
  const Measurement measured = Measure(driver.recorder(), stage, 0);
  ASSERT_EQ(measured.by_model.size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(measured.by_model[i].ok, 100);
    EXPECT_EQ(measured.by_model[i].latency.min(), milliseconds(1 + i));
    EXPECT_EQ(measured.by_model[i].latency.max(), milliseconds(1 + i));
  }
}

TEST(DriverTest, StopsWhenToldTo) {
  const Stage stage = ClosedStage(3, MeasureFor(seconds(100)));
  Driver driver(OptionsOf(stage));
  const Nanoseconds end = Simulate(driver, [&](Nanoseconds start, const Attempt&) {
    if (start >= seconds(5)) driver.StopSending(start);
    return Reply{start + milliseconds(250)};
  });
  EXPECT_EQ(end, seconds(5) + milliseconds(250));
  EXPECT_TRUE(driver.finished(end));
}

TEST(DriverTest, SettlesOnceTheServerHasWarmedUp) {
  MeasureOptions measure = MeasureFor(seconds(60));
  measure.until_stable = true;
  const Stage stage = ClosedStage(1, measure);
  Driver driver(OptionsOf(stage));
  size_t windows = 0;
  // Each answer takes 100 ms for the first five seconds, and 10 ms then.
  Simulate(driver, [&](Nanoseconds start, const Attempt&) {
    // The slow windows agree with each other too.
    if (windows == 0 && start > seconds(6) && driver.stable(start)) {
      windows = driver.ended_windows(start);
      driver.StopSending(start);
    }
    return Reply{start + milliseconds(start < seconds(5) ? 100 : 10)};
  });
  EXPECT_EQ(windows, 8);
  const Measurement measured = Measure(driver.recorder(), stage, windows);
  EXPECT_TRUE(measured.stable);
  EXPECT_EQ(measured.length, seconds(3));
  EXPECT_NEAR(measured.throughput, 100, 1);
  EXPECT_EQ(measured.total.latency.max(), milliseconds(10));
}

}  // namespace
}  // namespace reluserve::load
