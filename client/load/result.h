// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What a run found out: what all reports are made of, what is saved, and what runs are compared by.

#ifndef RELUSERVE_CLIENT_LOAD_RESULT_H_
#define RELUSERVE_CLIENT_LOAD_RESULT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "client/load/measurement.h"
#include "client/load/server_statistics.h"
#include "client/load/stage.h"

namespace reluserve::load {

struct StageResult {
  std::string label;  // LabelOf() its stage; what stages of two runs are matched by
  LoopKind loop = LoopKind::kClosed;
  double load = 0;      // concurrency, or the offered rate in requests per second
  bool shaped = false;  // the rate was a schedule's
  Measurement measurement;
  double samples_per_request = 1;
  std::map<absl::StatusCode, std::string> first_messages;
  double generator_cpu = 0;              // CPUs that the generator took
  std::optional<ServerCounters> server;  // over all models and endpoints; none: not offered
  std::vector<std::string> slo_misses;   // what was promised and what came, one text for each

  double samples_per_second() const { return measurement.throughput * samples_per_request; }
};

// The outcome of a search for the highest rate.
struct SearchResult {
  double rate = 0;           // the highest that kept the objectives; 0: none did
  bool at_limit = false;     // it is the end of the range, and might be higher
  double lowest_missed = 0;  // the lowest rate that did not keep them; 0: all did
};

struct RunResult {
  std::string started;  // UTC, as in 2026-01-31T12:00:00Z
  std::string version;  // of reluctl
  std::vector<std::string> endpoints;
  std::vector<std::string> models;
  std::string input;     // what was sent, in words
  std::string arrivals;  // "constant" or "poisson" where a stage is an open loop
  std::string slo;       // as given; "" for none
  std::vector<StageResult> stages;
  std::optional<SearchResult> search;
};

// The percentiles that reports show.
inline constexpr double kPercentiles[] = {50, 90, 95, 99, 99.9};
// "p50", "p99.9".
std::string PercentileName(double percent);

// Whether the generator's own lateness may have coloured what it measured: a hundredth of the
// requests or more were sent late by over a tenth of the median latency, and over a millisecond.
bool GeneratorWasLate(const Measurement& measurement);

// The code of a name such as "UNAVAILABLE"; none for OK and other names.
std::optional<absl::StatusCode> CodeFromName(const std::string& name);

// "OK" or "RESOURCE_EXHAUSTED 12, UNAVAILABLE 3".
std::string ErrorsText(const Tally& tally);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_RESULT_H_
