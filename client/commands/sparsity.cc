// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/json_output.h"
#include "client/sparsity_report.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct SparsityOptions {
  std::string model;
  std::string version;
  std::string window = "load";
  std::string channels;  // a layer
  bool dead = false;
  uint64_t min_samples = 100;
  bool drift = false;
  bool set_baseline = false;
  bool reset = false;
  bool csv = false;
  bool watch = false;
  double interval_seconds = 1.0;
};

v1::SparsityWindow WindowOf(const std::string& name) {
  if (name == "1m") return v1::SPARSITY_WINDOW_ONE_MINUTE;
  if (name == "10m") return v1::SPARSITY_WINDOW_TEN_MINUTES;
  if (name == "1h") return v1::SPARSITY_WINDOW_ONE_HOUR;
  return v1::SPARSITY_WINDOW_UNSPECIFIED;
}

// The fields that every request of the service begins with.
template <typename Request>
Request RequestOf(const SparsityOptions& options) {
  Request request;
  request.set_model_name(options.model);
  request.set_model_version(options.version);
  return request;
}

template <typename Request>
Request WindowedRequestOf(const SparsityOptions& options) {
  auto request = RequestOf<Request>(options);
  request.set_window(WindowOf(options.window));
  return request;
}

v1::GetSparsityRequest ReportRequestOf(const Session& session, const SparsityOptions& options) {
  auto request = WindowedRequestOf<v1::GetSparsityRequest>(options);
  if (!options.channels.empty()) {
    if (options.channels != "all") request.add_layers(options.channels);
    request.set_channels(true);
  }
  request.set_distribution(session.json);
  return request;
}

void PrintReport(const Session& session, const SparsityOptions& options,
                 const v1::SparsityReport& report) {
  if (session.json) {
    fmt::print("{}", Dump(ToJson(report)));
  } else if (options.csv) {
    fmt::print("{}", SparsityCsv(report));
  } else if (!options.channels.empty() && report.layers_size() > 0) {
    for (const auto& layer : report.layers()) {
      fmt::print("{}", ChannelStripText(layer, session.style));
    }
  } else {
    fmt::print("{}", SparsityText(report, session.style));
  }
}

absl::StatusOr<int> Watch(const Session& session, const SparsityOptions& options) {
  v1::WatchSparsityRequest request;
  *request.mutable_sparsity() = ReportRequestOf(session, options);
  request.set_interval_ms(static_cast<uint32_t>(options.interval_seconds * 1000));
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  RELUSERVE_RETURN_IF_ERROR(
      session.client.WatchSparsity(request, [&](const v1::SparsityReport& report) {
        // On a terminal each report takes the place of the one before.
        if (terminal) fmt::print("\x1b[H\x1b[2J{}\n", report.model_name());
        PrintReport(session, options, report);
        return std::fflush(stdout) == 0;
      }));
  return kExitOk;
}

absl::StatusOr<int> Sparsity(const Session& session, const SparsityOptions& options) {
  const Client& client = session.client;
  if (options.reset) {
    RELUSERVE_RETURN_IF_ERROR(client.ResetSparsity(RequestOf<v1::ResetSparsityRequest>(options)));
    return kExitOk;
  }
  if (options.set_baseline) {
    RELUSERVE_ASSIGN_OR_RETURN(
        const v1::SetBaselineResponse baseline,
        client.SetBaseline(WindowedRequestOf<v1::SetBaselineRequest>(options)));
    fmt::print("The baseline is of {} samples.\n", baseline.samples());
    return kExitOk;
  }
  if (options.drift) {
    RELUSERVE_ASSIGN_OR_RETURN(const v1::GetDriftResponse drift,
                               client.GetDrift(WindowedRequestOf<v1::GetDriftRequest>(options)));
    fmt::print("{}", session.json ? Dump(ToJson(drift)) : DriftText(drift, session.style));
    return drift.drifting() ? kExitDrift : kExitOk;
  }
  if (options.dead) {
    auto request = WindowedRequestOf<v1::ListDeadChannelsRequest>(options);
    request.set_min_samples(options.min_samples);
    RELUSERVE_ASSIGN_OR_RETURN(const v1::ListDeadChannelsResponse dead,
                               client.ListDeadChannels(request));
    fmt::print("{}", session.json ? Dump(ToJson(dead)) : DeadChannelsText(dead, session.style));
    return kExitOk;
  }
  if (options.watch) return Watch(session, options);
  RELUSERVE_ASSIGN_OR_RETURN(const v1::SparsityReport report,
                             client.GetSparsity(ReportRequestOf(session, options)));
  PrintReport(session, options, report);
  return kExitOk;
}

void AddOptions(CLI::App& command, SparsityOptions& options) {
  command.add_option("MODEL", options.model, "A model of the server")->required();
  command.add_option("--model-version", options.version, "Default: the newest served");
  command.add_option("--window", options.window, "What to look at: 1m, 10m, 1h, or load (all)")
      ->check(CLI::IsMember({"1m", "10m", "1h", "load"}))
      ->capture_default_str();
  CLI::Option* channels = command.add_option("--channels", options.channels,
                                             "The channels of this layer, or of \"all\"");
  CLI::Option* dead =
      command.add_flag("--dead", options.dead, "Channels that are never or rarely active");
  command
      .add_option("--min-samples", options.min_samples, "Samples before a channel is called dead")
      ->check(CLI::PositiveNumber)
      ->needs(dead)
      ->capture_default_str();
  CLI::Option* drift =
      command.add_flag("--drift", options.drift, "How far the window is from the baseline");
  CLI::Option* baseline =
      command.add_flag("--set-baseline", options.set_baseline, "Make the window the baseline");
  CLI::Option* reset = command.add_flag("--reset", options.reset, "Begin counting anew at zero");
  CLI::Option* csv = command.add_flag("--csv", options.csv, "Print CSV, for spreadsheets");
  CLI::Option* watch =
      command.add_flag("--watch", options.watch, "Again and again, until interrupted");
  command.add_option("--interval", options.interval_seconds, "Seconds between, with --watch")
      ->check(CLI::Range(0.1, 3600.0))
      ->needs(watch)
      ->capture_default_str();
  for (CLI::Option* action : {dead, drift, baseline, reset}) {
    for (CLI::Option* other : {dead, drift, baseline, reset, channels, csv, watch}) {
      if (action != other) action->excludes(other);
    }
  }
}

}  // namespace

void AddSparsityCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand(
      "sparsity", "Show how sparse a model's activations were over all its traffic");
  const auto options = std::make_shared<SparsityOptions>();
  AddOptions(*command, *options);
  command->footer(
      "Exit code: 5 when --drift finds that the model drifts.\n\n"
      "Examples:\n  reluctl sparsity digits\n  reluctl sparsity digits --watch --window 1m\n"
      "  reluctl sparsity digits --channels stem/relu\n  reluctl sparsity digits --dead\n"
      "  reluctl sparsity digits --set-baseline\n  reluctl sparsity digits --drift --window 10m\n"
      "  reluctl sparsity digits --channels all --csv > channels.csv");
  command->callback([action, options] {
    *action = [options](const Session& session) { return Sparsity(session, *options); };
  });
}

}  // namespace reluserve::client
