// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/commands/load_options.h"
#include "client/json_output.h"
#include "client/load/compare.h"
#include "client/load/execute.h"
#include "client/load/report_html.h"
#include "client/load/report_text.h"
#include "client/load/result_json.h"
#include "client/output_file.h"
#include "client/request_input.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

// Tells on standard error how a run gets on: on a terminal in one line that is written over, or
// else in a line for each load that is done.
load::RunObserver ProgressObserver(bool quiet) {
  if (quiet) return {.on_progress = [](auto&&...) {}, .on_stage = [](auto&&) {}};
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const auto on_progress = [terminal](const std::string& label, const load::StageProgress& stage) {
    if (!terminal) return;
    fmt::print(stderr, "\r\x1b[K{}  {}{}  {} sent, {} ok, {} failed, {} under way", label,
               load::FormatDuration(stage.elapsed), stage.warming_up ? " (warming up)" : "",
               stage.counts.sent, stage.counts.ok, stage.counts.failed, stage.counts.outstanding);
    std::fflush(stderr);
  };
  const auto on_stage = [terminal](const load::StageResult& stage) {
    const load::Histogram& latency = stage.measurement.total.latency;
    fmt::print(stderr, "{}{}: {}/s, p50 {}, p99 {}, {} failed\n", terminal ? "\r\x1b[K" : "",
               stage.label, load::FormatRate(stage.measurement.throughput),
               load::FormatDuration(latency.Percentile(50)),
               load::FormatDuration(latency.Percentile(99)), stage.measurement.total.failed());
  };
  return {.on_progress = on_progress, .on_stage = on_stage};
}

absl::Status WriteReports(const LoadOptions& options, const load::RunResult& run) {
  if (!options.save_path.empty()) {
    RELUSERVE_RETURN_IF_ERROR(WriteFile(options.save_path, Dump(load::ToJson(run))));
  }
  if (!options.csv_path.empty()) {
    RELUSERVE_RETURN_IF_ERROR(WriteFile(options.csv_path, load::ReportCsv(run)));
  }
  if (!options.html_path.empty()) {
    RELUSERVE_RETURN_IF_ERROR(WriteFile(options.html_path, load::ReportHtml(run)));
  }
  return absl::OkStatus();
}

// A search succeeds when it found a rate; other runs when every load kept the objectives.
bool KeptObjectives(const load::RunResult& run) {
  if (run.search) return run.search->rate > 0;
  for (const load::StageResult& stage : run.stages) {
    if (!stage.slo_misses.empty()) return false;
  }
  return true;
}

absl::StatusOr<int> Load(const Session& session, const LoadOptions& options,
                         load::RunOptions run_options) {
  // The first Ctrl-C ends the run early, a second one the program.
  struct sigaction action = {};
  action.sa_handler = [](int) { load::Interrupt(); };
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  const load::RunObserver observer = ProgressObserver(options.quiet);
  RELUSERVE_ASSIGN_OR_RETURN(const load::RunResult run, load::Execute(run_options, observer));
  RELUSERVE_RETURN_IF_ERROR(WriteReports(options, run));
  fmt::print("{}", session.json ? Dump(load::ToJson(run)) : load::ReportText(run, session.style));
  return KeptObjectives(run) ? kExitOk : kExitObjectives;
}

absl::StatusOr<load::RunResult> ReadRun(const std::string& path) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  absl::StatusOr<load::RunResult> run = load::RunFromJson(text);
  return run.ok() ? std::move(run) : Annotate(run.status(), path);
}

struct CompareOptions {
  std::string before;
  std::string after;
  double tolerance_percent = 10;
};

absl::StatusOr<int> CompareRuns(const Session& session, const CompareOptions& options) {
  RELUSERVE_ASSIGN_OR_RETURN(const load::RunResult before, ReadRun(options.before));
  RELUSERVE_ASSIGN_OR_RETURN(const load::RunResult after, ReadRun(options.after));
  RELUSERVE_ASSIGN_OR_RETURN(const load::Comparison comparison,
                             load::Compare(before, after, options.tolerance_percent / 100));
  fmt::print("{}", session.json ? Dump(load::ToJson(comparison))
                                : load::ComparisonText(comparison, session.style));
  return comparison.worse() ? kExitObjectives : kExitOk;
}

void AddCompareCommand(CLI::App* parent, Action* action) {
  CLI::App* command =
      parent->add_subcommand("compare", "Two saved runs side by side, load by load");
  const auto options = std::make_shared<CompareOptions>();
  command->add_option("BEFORE", options->before, "A file that --save wrote")->required();
  command->add_option("AFTER", options->after, "Another one")->required();
  command
      ->add_option("--tolerance", options->tolerance_percent,
                   "Percent by which a figure may change without a verdict")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  command->footer(
      "Exit code: 0 nothing is worse, 3 something is, 1 a file cannot be read.\n\n"
      "Example:\n  reluctl load compare before.json after.json --tolerance 5");
  command->callback([action, options] {
    *action = [options](const Session& session) { return CompareRuns(session, *options); };
  });
}

constexpr char kFooter[] =
    "Exit code: 0 done, 3 an objective of --slo was missed, 1 the run failed, 2 wrong usage. "
    "Requests\n"
    "that fail are counted, and no failure of the run. Ctrl-C ends it with what was measured.\n\n"
    "Examples:\n"
    "  reluctl load digits -c 1:32:x2 --html report.html\n"
    "  reluctl load digits -r 500 --arrivals constant -d 30s --slo p99=20ms,errors=0\n"
    "  reluctl load digits --schedule 100@10s,100..2000@60s,2000@10s -f client/samples\n"
    "  reluctl load digits --find-max-rate 50:20000 --slo p99=10ms -d 5s\n"
    "  reluctl load a b:2 -e host1:8001 -e host2:8001 -r 200 --retries 3\n"
    "  reluctl load digits -c 8 --save after.json && reluctl load compare before.json after.json";

}  // namespace

void AddLoadCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand("load", "Put a server under load and measure it");
  const auto options = std::make_shared<LoadOptions>();
  AddLoadOptions(command, options.get());
  AddCompareCommand(command, action);
  command->footer(kFooter);
  command->callback([command, action, options] {
    if (!command->get_subcommands().empty()) return;
    // Whether the options are right shows before anything is sent; addresses come with the session.
    const auto checked = ToRunOptions(*options, "", std::chrono::seconds(1));
    if (!checked.ok()) {
      throw CLI::ValidationError(std::string(checked.status().message()));
    }
    *action = [options](const Session& session) -> absl::StatusOr<int> {
      RELUSERVE_ASSIGN_OR_RETURN(load::RunOptions run,
                                 ToRunOptions(*options, session.server, session.timeout));
      run.security = session.security;
      return Load(session, *options, std::move(run));
    };
  });
}

}  // namespace reluserve::client
