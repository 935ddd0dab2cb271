// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_EXECUTE_H_
#define RELUSERVE_CLIENT_LOAD_EXECUTE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "client/load/driver.h"
#include "client/load/request_set.h"
#include "client/load/result.h"
#include "client/load/runner.h"
#include "client/load/slo.h"
#include "client/load/stage.h"

namespace reluserve::load {

// A search for the highest rate that keeps the objectives, each rate a stage of its own.
struct SearchOptions {
  double lowest = 0;
  double highest = 0;
  double precision = 0.05;
  MeasureOptions measure;
};

struct RunOptions {
  std::vector<std::string> endpoints;  // not empty
  int connections = 1;                 // to each
  client::Security security;           // the same for all
  Nanoseconds timeout{0};              // of a request
  struct Model {
    std::string name;
    std::string version;  // "": the newest
  };
  std::vector<Model> models;  // not empty
  InputOptions input;
  ArrivalKind arrivals = ArrivalKind::kPoisson;
  uint64_t seed = 1;
  int max_outstanding = 10000;
  RetryPolicy retry;
  std::string slo;            // ParseSlo() has taken it; "" for none
  std::vector<Stage> stages;  // one after the other; or
  std::optional<SearchOptions> search;
};

// Told about a run while it lasts.
struct RunObserver {
  std::function<void(const std::string& label, const StageProgress&)> on_progress;
  std::function<void(const StageResult&)> on_stage;
};

// Asks the first endpoint what the models take, makes the requests, applies every load, and judges
// it. Errors are those of asking and of making requests; that requests of the load fail is a
// result. An interrupted run gives what it had measured, or CANCELLED where that is nothing.
absl::StatusOr<RunResult> Execute(const RunOptions& options, const RunObserver& observer);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_EXECUTE_H_
