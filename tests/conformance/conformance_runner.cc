// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Runs a folder of ONNX test cases through the importer and the engine: README.md.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "server/base/status.h"
#include "tests/conformance/check_case.h"
#include "tests/conformance/hostile.h"
#include "tests/conformance/isolate.h"
#include "tests/conformance/model_file.h"
#include "tests/conformance/operator_table.h"
#include "tests/conformance/report.h"
#include "tests/conformance/skip_list.h"
#include "tests/conformance/test_case.h"

namespace reluserve::conformance {
namespace {

struct Options {
  std::filesystem::path directory;
  std::string filter;
  std::vector<std::filesystem::path> skips;
  int timeout_s = 120;
  bool list = false;
  bool list_failures = false;
  bool without_passes = false;
  bool operators = false;
  int damage = 0;
  uint64_t seed = 1;
};

// Runs the cases of a folder one after the other, prints them, and counts.
class Runner {
 public:
  explicit Runner(const Options& options) : options_(options) {}

  absl::StatusOr<Report> Run() {
    RELUSERVE_ASSIGN_OR_RETURN(const std::vector<TestCase> cases, FindCases(options_.directory));
    for (const std::filesystem::path& file : options_.skips) {
      RELUSERVE_RETURN_IF_ERROR(skips_.Add(file));
    }
    for (const TestCase& test : cases) {
      if (test.id().find(options_.filter) == std::string::npos) continue;
      const absl::StatusOr<ModelFile> file = ModelFile::Read(test.model_file());
      const std::set<std::string> operators =
          file.ok() ? file->operators() : std::set<std::string>();
      report_.Add(test.category, operators, RunCase(test, operators));
    }
    if (report_.empty()) return NotFound("no case's name contains \"{}\"", options_.filter);
    if (options_.damage > 0) {
      fmt::print(
          "loading took at most {:.1f} MB beyond four times the file, of 256 that are fine; "
          "the slowest refusal took {:.3f} s of computing\n",
          static_cast<double>(most_memory_over_file_) / (1 << 20), slowest_refusal_s_);
    }
    return report_;
  }

 private:
  Result RunCase(const TestCase& test, const std::set<std::string>& operators) {
    const std::string reason = skips_.ReasonFor(test.id(), operators);
    if (!reason.empty()) {
      if (options_.list) fmt::print("skip {}: {}\n", test.id(), reason);
      return Result::kSkipped;
    }
    if (options_.damage > 0) return RunDamaged(test);
    const CheckOptions check = {.passes = !options_.without_passes};
    const Verdict verdict = RunIsolated([&] { return CheckCase(test, check); }, options_.timeout_s);
    if (!verdict.passed) {
      if (options_.list || options_.list_failures) {
        fmt::print("FAIL {} [{}]: {}\n", test.id(), verdict.note, verdict.message);
      }
      return Result::kFailed;
    }
    if (verdict.vacuous) report_.AddVacuous();
    if (options_.list) {
      fmt::print("pass {} [{}]{}\n", test.id(), verdict.note,
                 verdict.vacuous ? " outputs empty or constant" : "");
    }
    return Result::kPassed;
  }

  // Loads the case's model damaged, instead of running it.
  Result RunDamaged(const TestCase& test) {
    std::ifstream file(test.model_file(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const DamageReport damage = CheckDamaged(bytes, options_.damage, options_.seed);
    most_memory_over_file_ = std::max(most_memory_over_file_,
                                      damage.peak_bytes - 4 * static_cast<int64_t>(bytes.size()));
    slowest_refusal_s_ = std::max(slowest_refusal_s_, damage.slowest_refusal_s);
    const bool passed = damage.fault.empty();
    if (!passed || options_.list) {
      fmt::print(
          "{} {} [{} bytes; {} of {} damaged copies load; at most {:.1f} MB of memory, "
          "refused within {:.3f} s] {}\n",
          passed ? "pass" : "FAIL", test.id(), bytes.size(), damage.loaded, 2 * options_.damage,
          static_cast<double>(damage.peak_bytes) / (1 << 20), damage.slowest_refusal_s,
          damage.fault);
    }
    return passed ? Result::kPassed : Result::kFailed;
  }

  const Options& options_;
  SkipList skips_;
  Report report_;
  // Over all models of a run with damage.
  int64_t most_memory_over_file_ = 0;
  double slowest_refusal_s_ = 0.0;
};

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Runs ONNX test cases through reluserve's importer and engine.");
  auto* directory = app.add_option("directory", options.directory,
                                   "Folder of <category>/<name>/model.onnx, with a MANIFEST.tsv or "
                                   "laid out as the onnx package's backend/test/data");
  app.add_option("--filter", options.filter, "Run only cases whose category/name contains this");
  app.add_option("--skips", options.skips, "Files of cases not to run, with reasons");
  app.add_option("--timeout-s", options.timeout_s, "Seconds that one case may take");
  app.add_flag("--list", options.list, "Print every case");
  app.add_flag("--list-failures", options.list_failures, "Print every failed case");
  app.add_flag("--without-passes", options.without_passes, "Leave all graph passes out");
  app.add_option(
      "--damage", options.damage,
      "Instead of running each model, load it this many times truncated and as often with "
      "bytes changed: it may be refused, at little cost, but not crash");
  app.add_option("--seed", options.seed, "Of the damage");
  auto* operators = app.add_flag("--operators", options.operators,
                                 "Print the table of supported operators and opsets, and stop");
  directory->excludes(operators);
  CLI11_PARSE(app, argc, argv);

  if (options.operators) {
    fmt::print("{}", OperatorTableAsMarkdown());
    return 0;
  }
  const absl::StatusOr<Report> report = Runner(options).Run();
  if (!report.ok()) {
    fmt::print(stderr, "conformance_runner: {}\n", std::string(report.status().message()));
    return 2;
  }
  fmt::print("\n{}\n{}\n", report->Tables(), report->Summary());
  return report->any_failed() ? 1 : 0;
}

}  // namespace
}  // namespace reluserve::conformance

int main(int argc, char** argv) { return reluserve::conformance::Main(argc, argv); }
