// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_MEASUREMENT_H_
#define RELUSERVE_CLIENT_LOAD_MEASUREMENT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "client/load/duration.h"
#include "client/load/histogram.h"
#include "client/load/recorder.h"
#include "client/load/stage.h"

namespace reluserve::load {

// One window of a stage, for a chart over time.
struct TimelinePoint {
  Nanoseconds start{0};  // since the end of the warm-up
  Nanoseconds length{0};
  double due = 0;         // requests per second that were due
  double throughput = 0;  // successful answers per second
  int64_t failed = 0;
  Nanoseconds p50{0};
  Nanoseconds p99{0};
};

// What one stage measured.
struct Measurement {
  Nanoseconds length{0};  // of what was measured
  // Its last windows agree; of a stage that does not run until it is stable, its three thirds.
  bool stable = false;
  Tally total;
  std::vector<Tally> by_model;
  std::vector<EndpointTally> by_endpoint;
  Histogram send_lag;
  double throughput = 0;                // successful answers per second
  std::vector<TimelinePoint> timeline;  // of the whole stage
};

// Puts together what was recorded. `windows` is how many windows had ended when a stage that runs
// until it is stable was stopped; of such a stage the last kStableWindows of those are reported.
// Other stages are reported whole.
Measurement Measure(const Recorder& recorder, const Stage& stage, size_t windows);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_MEASUREMENT_H_
