// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/hostile.h"

#include <omp.h>
#include <sys/resource.h>

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "server/base/status.h"
#include "server/engine/compiled_model.h"
#include "server/onnx/importer.h"
#include "tests/conformance/isolate.h"

namespace reluserve::conformance {
namespace {

constexpr int kTimeoutS = 60;
constexpr double kRefusalS = 1.0;
constexpr int64_t kSlackBytes = int64_t{256} << 20;

absl::Status Load(const std::string& bytes) {
  RELUSERVE_ASSIGN_OR_RETURN(onnx_import::ImportedModel imported, onnx_import::ImportModel(bytes));
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

}  // namespace

LoadCost LoadIsolated(const std::string& bytes) {
  const Verdict verdict = RunIsolated(
      [&] {
        // This process has none of the OpenMP threads that its parent may have started, and would
        // wait for them.
        omp_set_num_threads(1);
        const rusage before = Usage();
        const absl::Status status = Load(bytes);
        const rusage after = Usage();
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

std::string CheckDamaged(const std::string& bytes, int count, uint64_t seed) {
  const LoadCost whole = LoadIsolated(bytes);
  const int64_t limit =
      std::max(4 * static_cast<int64_t>(bytes.size()) + kSlackBytes, whole.peak_bytes / 10 * 11);
  const std::vector<std::string> files = Damaged(bytes, count, seed);
  for (size_t i = 0; i < files.size(); ++i) {
    const LoadCost cost = LoadIsolated(files[i]);
    const std::string which = fmt::format("seed {}, damaged file {}", seed, i);
    if (cost.crashed) return fmt::format("{}: {}", which, cost.message);
    if (cost.peak_bytes > limit) {
      return fmt::format("{}: took {} bytes of memory, at most {} are fine", which, cost.peak_bytes,
                         limit);
    }
    if (!cost.loaded && cost.cpu_s > kRefusalS) {
      return fmt::format("{}: refused after {:.1f} s: {}", which, cost.cpu_s, cost.message);
    }
    if (!cost.loaded && cost.message.empty()) return which + ": refused without a reason";
  }
  return "";
}

}  // namespace reluserve::conformance
