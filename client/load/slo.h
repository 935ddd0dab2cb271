// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_SLO_H_
#define RELUSERVE_CLIENT_LOAD_SLO_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "client/load/duration.h"
#include "client/load/result.h"

namespace reluserve::load {

// Service level objectives: what a stage has to keep.
struct Slo {
  struct LatencyBound {
    std::string name;  // "p99", "p99.9", "mean", "max"
    double percent = 0;
    Nanoseconds bound{0};
  };
  std::vector<LatencyBound> latencies;
  std::optional<int64_t> max_errors;      // requests
  std::optional<double> max_error_share;  // of all requests
  std::optional<double> min_throughput;   // successful answers per second
};

// "p99=20ms,errors=0": any of pN (N from 0 to 100), mean and max with a duration, errors with a
// number of requests or a share such as 0.1%, throughput with a rate. INVALID_ARGUMENT for anything
// else, and for an objective given twice.
absl::StatusOr<Slo> ParseSlo(std::string_view text);

// What of it the stage missed, as "p99 25.3 ms, over 20.0 ms"; none where it kept everything. A
// stage in which nothing was answered misses every objective of latency.
std::vector<std::string> Misses(const Slo& slo, const StageResult& stage);

// Whether an open loop's answers came as fast as its requests: at least 95 % of what was due in the
// measured time was answered in it. Where not, the queue grows, whatever latency says so far.
bool KeptUp(const StageResult& stage);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_SLO_H_
