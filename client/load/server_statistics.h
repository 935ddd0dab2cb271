// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Where a server says that a model's requests spent their time, by the Open Inference Protocol's
// extension "statistics".

#ifndef RELUSERVE_CLIENT_LOAD_SERVER_STATISTICS_H_
#define RELUSERVE_CLIENT_LOAD_SERVER_STATISTICS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "client/load/duration.h"
#include "proto/model_statistics.pb.h"

namespace reluserve::load {

// A server's counters for a model since it was loaded, or how much they grew. All are sums.
struct ServerCounters {
  int64_t success = 0;  // requests answered
  int64_t fail = 0;
  int64_t inferences = 0;  // samples computed
  int64_t executions = 0;  // batches computed
  Nanoseconds total{0};    // of the requests answered, from arrival to answer
  Nanoseconds queue{0};
  Nanoseconds compute_input{0};
  Nanoseconds compute_infer{0};
  Nanoseconds compute_output{0};

  ServerCounters& operator+=(const ServerCounters& other);
};

// A model's counters in a server's answer, summed over its versions.
ServerCounters CountersOf(const inference::ModelStatisticsResponse& response,
                          const std::string& model);

// What happened between two readings. Nothing where a counter went down: the server or the model
// was started anew in between.
std::optional<ServerCounters> Growth(const ServerCounters& begin, const ServerCounters& end);

// `part` of each answered request, on average; 0 where none was answered.
Nanoseconds MeanOf(Nanoseconds part, const ServerCounters& counters);
// Samples in a batch, on average; 0 where none was computed.
double MeanBatch(const ServerCounters& counters);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_SERVER_STATISTICS_H_
