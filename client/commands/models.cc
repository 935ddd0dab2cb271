// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/json_output.h"
#include "client/model_report.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

absl::StatusOr<int> Models(const Session& session) {
  RELUSERVE_ASSIGN_OR_RETURN(const v1::ListModelsResponse response, session.client.ListModels());
  fmt::print("{}", session.json ? Dump(ToJson(response)) : ModelsText(response, session.style));
  return kExitOk;
}

}  // namespace

void AddModelsCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand("models", "List the models of the server");
  command->footer("Example:\n  reluctl models");
  command->callback([action] { *action = Models; });
}

}  // namespace reluserve::client
