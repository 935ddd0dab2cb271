// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How many CPUs this process may really use: the least of its affinity mask and the quotas of its
// control groups. More threads than that only get in each other's way.

#ifndef RELUSERVE_SERVER_BATCHING_CPU_GRANT_H_
#define RELUSERVE_SERVER_BATCHING_CPU_GRANT_H_

#include <filesystem>
#include <optional>
#include <string_view>

namespace reluserve::batching {

// Where the numbers come from, for the log.
struct CpuGrant {
  int affinity = 1;             // CPUs in the affinity mask
  std::optional<double> quota;  // CPUs by the tightest control-group quota, if any
  // Whole CPUs: the quota rounded down, but one at least.
  int cpus() const;
};

// The quota of the control group that /proc/self/cgroup names, and of every group above it, under
// `root` ("/" but in tests): cpu.max of version 2, cpu.cfs_quota_us and cpu.cfs_period_us of
// version 1. Nothing where none is set or the files cannot be read.
std::optional<double> ReadCpuQuota(const std::filesystem::path& root);

// The grant of this process now.
CpuGrant GetCpuGrant();

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_CPU_GRANT_H_
