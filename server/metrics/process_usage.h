// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the operating system says of this process.

#ifndef RELUSERVE_SERVER_METRICS_PROCESS_USAGE_H_
#define RELUSERVE_SERVER_METRICS_PROCESS_USAGE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace reluserve::metrics {

struct ProcessUsage {
  double cpu_seconds = 0;
  int64_t resident_bytes = 0;
  double start_seconds = 0;  // since 1970
  // Time that the control group was throttled; nothing where it has no CPU quota.
  std::optional<double> throttled_seconds;
};

// Zeros where the system does not say. Thread-safe.
ProcessUsage GetProcessUsage();

// The throttled time in a control group's cpu.stat: throttled_usec (version 2) or throttled_time
// (version 1, nanoseconds).
std::optional<double> ParseThrottledSeconds(const std::string& cpu_stat);

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_PROCESS_USAGE_H_
