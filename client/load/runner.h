// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_RUNNER_H_
#define RELUSERVE_CLIENT_LOAD_RUNNER_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "client/load/driver.h"
#include "client/load/measurement.h"
#include "client/load/request_set.h"
#include "client/load/transport.h"

namespace reluserve::load {

// What a stage that ran has to show, besides what was measured.
struct StageRun {
  Measurement measurement;
  std::map<absl::StatusCode, std::string> first_messages;  // of attempts that failed
  // CPU time that this process took, per second of the stage with its warm-up: 0.5 is half a CPU.
  double generator_cpu = 0;
};

// Told several times a second how a stage gets on.
struct StageProgress {
  Nanoseconds elapsed{0};
  Nanoseconds limit{0};  // of elapsed, as far as it is known
  bool warming_up = false;
  Driver::Progress counts;
};
using OnProgress = std::function<void(const StageProgress&)>;

// What is asked around the measured part: once when the warm-up is over, once when the last request
// of the stage was due.
using OnMeasure = std::function<void(bool begin)>;

// Runs one stage in real time and waits for all its answers: one thread sends what is due, the
// transport's thread takes answers and, in a closed loop, sends what follows. Models take turns by
// request, and each model's requests take turns among its own. CANCELLED after Interrupt(), once
// what was under way has ended.
absl::StatusOr<StageRun> RunStage(const Driver::Options& options,
                                  const std::vector<PreparedModel>& models, Transport& transport,
                                  const OnProgress& on_progress, const OnMeasure& on_measure);

// Makes the stage that runs, and those that would follow, end at once. May be called from a signal
// handler.
void Interrupt();

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_RUNNER_H_
