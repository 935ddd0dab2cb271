// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <memory>
#include <string>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/json_output.h"
#include "client/server_report.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

absl::StatusOr<int> Stats(const Session& session, const std::string& model) {
  RELUSERVE_ASSIGN_OR_RETURN(const inference::ModelStatisticsResponse response,
                             session.client.ModelStatistics(model));
  fmt::print("{}",
             session.json ? Dump(ProtoJson(response)) : StatisticsText(response, session.style));
  return kExitOk;
}

}  // namespace

void AddStatsCommand(CLI::App& app, Action* action) {
  CLI::App* command =
      app.add_subcommand("stats", "Show what the server has served, and how long it took");
  const auto model = std::make_shared<std::string>();
  command->add_option("MODEL", *model, "A model; default: all");
  command->footer(
      "Times are means of the requests that succeeded.\n\n"
      "Examples:\n  reluctl stats\n  reluctl stats digits --output json");
  command->callback([action, model] {
    *action = [model](const Session& session) { return Stats(session, *model); };
  });
}

}  // namespace reluserve::client
