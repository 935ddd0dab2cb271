// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/cpu_grant.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace reluserve::batching {
namespace {

namespace fs = std::filesystem;

// "max 100000" or "150000 100000": quota and period in microseconds.
std::optional<double> QuotaOfVersion2(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0;
  double period = 0;
  // "max" is no number, which ends the reading: no quota.
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> QuotaOfVersion1(const fs::path& group) {
  double quota = 0;
  double period = 0;
  // A quota of -1 is none.
  if (!(std::ifstream(group / "cpu.cfs_quota_us") >> quota) || quota <= 0) return std::nullopt;
  if (!(std::ifstream(group / "cpu.cfs_period_us") >> period) || period <= 0) return std::nullopt;
  return quota / period;
}

void Tighten(std::optional<double>& limit, std::optional<double> other) {
  if (other) limit = limit ? std::min(*limit, *other) : *other;
}

// The group and those above it, up to the mount point. Inside a container the path may name a group
// that is not visible there; the mount point itself then is the container's group.
template <typename ReadQuota>
std::optional<double> TightestQuota(const fs::path& mount, fs::path group, ReadQuota read_quota) {
  std::optional<double> limit = read_quota(mount);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    Tighten(limit, read_quota(mount / group));
  }
  return limit;
}

bool Lists(std::string_view controllers, std::string_view wanted) {
  while (!controllers.empty()) {
    const size_t end = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, end) == wanted) return true;
    controllers.remove_prefix(std::min(end + 1, controllers.size()));
  }
  return false;
}

}  // namespace

int CpuGrant::cpus() const {
  if (!quota) return affinity;
  return std::clamp(static_cast<int>(*quota), 1, affinity);
}

std::optional<double> ReadCpuQuota(const fs::path& root) {
  const fs::path cgroup = root / "sys/fs/cgroup";
  std::ifstream file(root / "proc/self/cgroup");
  std::optional<double> limit;
  // Lines of "hierarchy:controllers:path"; version 2 is hierarchy 0 with no controllers.
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) Tighten(limit, TightestQuota(cgroup, group, QuotaOfVersion2));
    if (Lists(controllers, "cpu"))
      Tighten(limit, TightestQuota(cgroup / "cpu", group, QuotaOfVersion1));
  }
  return limit;
}

CpuGrant GetCpuGrant() {
  CpuGrant grant;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  // The mask fails to fit on machines of over 1,024 CPUs; one CPU is then a poor but safe guess.
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0)
    grant.affinity = std::max(1, CPU_COUNT(&mask));
  grant.quota = ReadCpuQuota("/");
  return grant;
}

}  // namespace reluserve::batching
