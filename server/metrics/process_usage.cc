// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace reluserve::metrics {
namespace {

std::string ReadFile(const char* path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

int64_t ResidentBytes() {
  std::istringstream fields(ReadFile("/proc/self/statm"));
  int64_t size_pages = 0, resident_pages = 0;
  fields >> size_pages >> resident_pages;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

// Seconds since 1970: the time of the last boot, and field 22 of stat in clock ticks after it. The
// name in parentheses before may itself hold spaces.
double StartSeconds() {
  const std::string stat = ReadFile("/proc/self/stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  const std::string system = ReadFile("/proc/stat");
  const size_t boot = system.find("\nbtime ");
  if (boot == std::string::npos || field.empty()) return 0;
  return std::strtod(system.c_str() + boot + 7, nullptr) +
         std::strtod(field.c_str(), nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::optional<double> ParseThrottledSeconds(const std::string& cpu_stat) {
  std::istringstream lines(cpu_stat);
  std::string key;
  double value = 0;
  while (lines >> key >> value) {
    if (key == "throttled_usec") return value * 1e-6;
    if (key == "throttled_time") return value * 1e-9;
  }
  return std::nullopt;
}

ProcessUsage GetProcessUsage() {
  ProcessUsage usage;
  usage.cpu_seconds = CpuSeconds();
  usage.resident_bytes = ResidentBytes();
  static const double start_seconds = StartSeconds();
  usage.start_seconds = start_seconds;
  for (const char* path : {"/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu/cpu.stat"}) {
    if (!usage.throttled_seconds) usage.throttled_seconds = ParseThrottledSeconds(ReadFile(path));
  }
  return usage;
}

}  // namespace reluserve::metrics
