// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What a run is to do: a list of stages, each one point of the report, and the texts of the command
// line that stand for them.

#ifndef RELUSERVE_CLIENT_LOAD_STAGE_H_
#define RELUSERVE_CLIENT_LOAD_STAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "client/load/arrival.h"
#include "client/load/duration.h"

namespace reluserve::load {

enum class LoopKind {
  kClosed,  // a number of callers, each of which sends when its last answer is there
  kOpen,    // requests are sent when the schedule says so, whatever became of earlier ones
};

// How much of each stage is measured, and when.
struct MeasureOptions {
  // Load before what is measured.
  Nanoseconds warmup{0};
  // How long is measured; the limit of it where `count` or `until_stable` may end it earlier.
  Nanoseconds duration{0};
  // Measure that many requests and end.
  std::optional<int64_t> count;
  // End when throughput and mean latency of kStableWindows windows in a row lie within `tolerance`
  // of their mean, and report those windows.
  bool until_stable = false;
  double tolerance = 0.1;
  Nanoseconds window{0};
};

// One load that is applied and measured.
struct Stage {
  LoopKind loop = LoopKind::kClosed;
  int concurrency = 0;                // closed loop
  std::vector<RateSegment> segments;  // open loop, warm-up included
  MeasureOptions measure;

  // Requests per second that an open loop means to send while it is measured, on average.
  double offered_rate() const;
};

// "1,2,8", "1:4" (1 2 3 4), "10:50:20" (10 30 50), "1:16:x2" (1 2 4 8 16), and lists of those:
// positive numbers, at most kMaxSweep of them. INVALID_ARGUMENT for anything else.
absl::StatusOr<std::vector<double>> ParseSweep(std::string_view text);
inline constexpr size_t kMaxSweep = 1000;

// "100@10s,100..1000@30s,1000@5s": rates held, and rates that go evenly from one to another, for a
// time each. INVALID_ARGUMENT for anything else.
absl::StatusOr<std::vector<RateSegment>> ParseSchedule(std::string_view text);

// A closed loop of that many callers.
Stage ClosedStage(int concurrency, const MeasureOptions& measure);
// An open loop at one rate.
Stage OpenStage(double rate, const MeasureOptions& measure);
// An open loop along a schedule, after a warm-up at its first rate. The schedule is what is
// measured, so it takes the place of the duration.
Stage ScheduleStage(const std::vector<RateSegment>& schedule, MeasureOptions measure);

// "concurrency 8", "500/s", "100..1000/s".
std::string LabelOf(const Stage& stage);
// Three digits, as in "0.5", "12.3", "5000".
std::string FormatRate(double rate);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_STAGE_H_
