// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A made-up run, for the tests of what is done with runs.

#ifndef RELUSERVE_TESTS_UNIT_CLIENT_LOAD_SAMPLE_RUN_H_
#define RELUSERVE_TESTS_UNIT_CLIENT_LOAD_SAMPLE_RUN_H_

#include <string>

#include "client/load/result.h"
#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {

// A closed loop of `requests` requests within 10 s, whose latencies are `base` times 1 to 2.
inline StageResult SampleStage(int concurrency, int requests, Nanoseconds base) {
  StageResult stage;
  stage.label = LabelOf(ClosedStage(concurrency, {}));
  stage.load = concurrency;
  Measurement& measured = stage.measurement;
  measured.length = seconds(10);
  measured.stable = true;
  measured.throughput = requests / 10.0;
  measured.by_model.resize(1);
  measured.by_endpoint.resize(1);
  for (int i = 0; i < requests; ++i) {
    measured.by_model[0].Add({.done = base + base * i / requests});
  }
  measured.total = measured.by_model[0];
  measured.by_endpoint[0].ok = requests;
  for (int i = 0; i < 4; ++i) {
    measured.timeline.push_back({.start = milliseconds(2500) * i,
                                 .length = milliseconds(2500),
                                 .due = 10.0 + i,
                                 .throughput = 9.0 + i,
                                 .p50 = base,
                                 .p99 = base * 2});
  }
  return stage;
}

inline RunResult SampleRun() {
  RunResult run;
  run.started = "2026-01-31T12:00:00Z";
  run.version = "0.1.0";
  run.endpoints = {"localhost:8001"};
  run.models = {"digits"};
  run.input = "random (seed 1), batch 1";
  run.stages = {SampleStage(1, 2000, milliseconds(5)), SampleStage(8, 9000, milliseconds(9))};
  return run;
}

// The same with an objective missed, failures, retries, two endpoints and a server's statistics.
inline RunResult EventfulRun() {
  RunResult run = SampleRun();
  run.slo = "p99=12ms,errors=0";
  run.endpoints.push_back("other:8001");
  StageResult& stage = run.stages[1];
  stage.slo_misses = {"p99 17.9 ms, over 12.0 ms"};
  stage.measurement.stable = false;
  stage.measurement.total.errors[absl::StatusCode::kUnavailable] = 7;
  stage.measurement.total.retries = 12;
  stage.measurement.by_endpoint.push_back({.ok = 4321, .failed = 19});
  stage.first_messages[absl::StatusCode::kUnavailable] = "<script>connection\nrefused";
  stage.server =
      ServerCounters{.success = 1000, .inferences = 4000, .executions = 1000, .queue = seconds(3)};
  return run;
}

}  // namespace reluserve::load

#endif  // RELUSERVE_TESTS_UNIT_CLIENT_LOAD_SAMPLE_RUN_H_
