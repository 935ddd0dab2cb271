// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/server_statistics.h"

namespace reluserve::load {
namespace {

Nanoseconds TimeOf(const inference::StatisticDuration& duration) {
  return Nanoseconds(static_cast<int64_t>(duration.ns()));
}

}  // namespace

ServerCounters& ServerCounters::operator+=(const ServerCounters& other) {
  success += other.success;
  fail += other.fail;
  inferences += other.inferences;
  executions += other.executions;
  total += other.total;
  queue += other.queue;
  compute_input += other.compute_input;
  compute_infer += other.compute_infer;
  compute_output += other.compute_output;
  return *this;
}

ServerCounters CountersOf(const inference::ModelStatisticsResponse& response,
                          const std::string& model) {
  ServerCounters sum;
  for (const inference::ModelStatistics& statistics : response.model_stats()) {
    if (statistics.name() != model) continue;
    const inference::InferStatistics& times = statistics.inference_stats();
    sum += {.success = static_cast<int64_t>(times.success().count()),
            .fail = static_cast<int64_t>(times.fail().count()),
            .inferences = static_cast<int64_t>(statistics.inference_count()),
            .executions = static_cast<int64_t>(statistics.execution_count()),
            .total = TimeOf(times.success()),
            .queue = TimeOf(times.queue()),
            .compute_input = TimeOf(times.compute_input()),
            .compute_infer = TimeOf(times.compute_infer()),
            .compute_output = TimeOf(times.compute_output())};
  }
  return sum;
}

std::optional<ServerCounters> Growth(const ServerCounters& begin, const ServerCounters& end) {
  const ServerCounters growth = {.success = end.success - begin.success,
                                 .fail = end.fail - begin.fail,
                                 .inferences = end.inferences - begin.inferences,
                                 .executions = end.executions - begin.executions,
                                 .total = end.total - begin.total,
                                 .queue = end.queue - begin.queue,
                                 .compute_input = end.compute_input - begin.compute_input,
                                 .compute_infer = end.compute_infer - begin.compute_infer,
                                 .compute_output = end.compute_output - begin.compute_output};
  for (const int64_t count : {growth.success, growth.fail, growth.inferences, growth.executions}) {
    if (count < 0) return std::nullopt;
  }
  for (const Nanoseconds time : {growth.total, growth.queue, growth.compute_input,
                                 growth.compute_infer, growth.compute_output}) {
    if (time.count() < 0) return std::nullopt;
  }
  return growth;
}

Nanoseconds MeanOf(Nanoseconds part, const ServerCounters& counters) {
  return counters.success == 0 ? Nanoseconds(0) : part / counters.success;
}

double MeanBatch(const ServerCounters& counters) {
  return counters.executions == 0
             ? 0
             : static_cast<double>(counters.inferences) / static_cast<double>(counters.executions);
}

}  // namespace reluserve::load
