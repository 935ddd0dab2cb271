// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/hostile.h"

#include <omp.h>
#include <sys/resource.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "server/base/status.h"
#include "server/engine/compiled_model.h"
#include "server/engine/kernels/kernel.h"
#include "server/onnx/importer.h"
#include "tests/conformance/isolate.h"

namespace reluserve::conformance {
namespace {

constexpr int kTimeoutS = 60;
constexpr double kRefusalS = 1.0;
constexpr int64_t kSlackBytes = int64_t{256} << 20;

absl::Status Load(const std::string& bytes) {
  onnx_import::ImportOptions options;
  options.evaluate = engine::EvaluateNode;
  RELUSERVE_ASSIGN_OR_RETURN(onnx_import::ImportedModel imported,
                             onnx_import::ImportModel(bytes, options));
  return engine::CompiledModel::Create(std::move(imported.graph)).status();
}

rusage Usage() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double CpuSeconds(const rusage& usage) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Bytes of the heap, of private mappings that can be written, and of the stack.
int64_t DataBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;  // the sixth figure
  for (int i = 0; i < 6; ++i) file >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

// Lets this process allocate `bytes` more than it has and not a page beyond, touched or not.
void LimitAllocation(int64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__)  // which maps terabytes for its own use
  const auto limit = static_cast<rlim_t>(DataBytes() + bytes);
  const rlimit both = {limit, limit};
  setrlimit(RLIMIT_DATA, &both);
#else
  (void)bytes;
#endif
}

// What is wrong with how a damaged copy was taken; empty when nothing is.
std::string FaultOf(const LoadCost& cost, int64_t limit) {
  if (cost.crashed) return cost.message;
  if (cost.peak_bytes > limit) {
    return fmt::format("took {} bytes of memory, at most {} are fine", cost.peak_bytes, limit);
  }
  if (cost.loaded) return "";
  if (cost.cpu_s > kRefusalS) {
    return fmt::format("refused after {:.1f} s: {}", cost.cpu_s, cost.message);
  }
  return cost.message.empty() ? "refused without a reason" : "";
}

}  // namespace

int64_t LoadLimit(size_t file_bytes) { return 4 * static_cast<int64_t>(file_bytes) + kSlackBytes; }

LoadCost LoadIsolated(const std::string& bytes) {
  const Verdict verdict = RunIsolated(
      [&] {
        LimitAllocation(LoadLimit(bytes.size()));
        // This process has none of the OpenMP threads that its parent may have started, and would
        // wait for them.
        omp_set_num_threads(1);
        const rusage before = Usage();
        const absl::Status status = Load(bytes);
        const rusage after = Usage();
        if (absl::IsResourceExhausted(status)) {
          return Verdict{false, "",
                         fmt::format("asked for more memory than {} bytes: {}",
                                     LoadLimit(bytes.size()), std::string(status.message()))};
        }
        const nlohmann::json cost = {
            {"loaded", status.ok()},
            {"peak_bytes", (after.ru_maxrss - before.ru_maxrss) * int64_t{1024}},
            {"cpu_s", CpuSeconds(after) - CpuSeconds(before)}};
        return Verdict{true, cost.dump(), std::string(status.message())};
      },
      kTimeoutS);
  LoadCost cost;
  cost.message = verdict.message;
  cost.crashed = !verdict.passed;
  if (cost.crashed) return cost;
  const nlohmann::json record = nlohmann::json::parse(verdict.note);
  cost.loaded = record["loaded"];
  cost.peak_bytes = record["peak_bytes"];
  cost.cpu_s = record["cpu_s"];
  return cost;
}

std::vector<std::string> Damaged(const std::string& bytes, int count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> files;
  for (int i = 0; i < count; ++i) files.push_back(bytes.substr(0, random() % bytes.size()));
  for (int i = 0; i < count; ++i) {
    std::string file = bytes;
    for (uint64_t changes = 1 + random() % 16; changes > 0; --changes) {
      file[random() % file.size()] = static_cast<char>(random());
    }
    files.push_back(std::move(file));
  }
  return files;
}

DamageReport CheckDamaged(const std::string& bytes, int count, uint64_t seed) {
  DamageReport report;
  const auto take = [&](const std::string& file, const std::string& which) {
    const LoadCost cost = LoadIsolated(file);
    const std::string fault = FaultOf(cost, LoadLimit(file.size()));
    if (!fault.empty()) report.fault = fmt::format("{}: {}", which, fault);
    report.peak_bytes = std::max(report.peak_bytes, cost.peak_bytes);
    if (!cost.loaded) report.slowest_refusal_s = std::max(report.slowest_refusal_s, cost.cpu_s);
    return cost.loaded;
  };
  take(bytes, "undamaged");
  const std::vector<std::string> files = Damaged(bytes, count, seed);
  for (size_t i = 0; i < files.size() && report.fault.empty(); ++i) {
    report.loaded += take(files[i], fmt::format("seed {}, damaged file {}", seed, i)) ? 1 : 0;
  }
  return report;
}

}  // namespace reluserve::conformance
