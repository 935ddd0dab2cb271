// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <memory>
#include <string>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/json_output.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

using grpc::health::v1::HealthCheckResponse;

absl::StatusOr<int> Health(const Session& session, const std::string& model) {
  RELUSERVE_ASSIGN_OR_RETURN(const HealthCheckResponse::ServingStatus status,
                             session.client.CheckHealth(model));
  const bool serving = status == HealthCheckResponse::SERVING;
  if (session.json) {
    fmt::print("{}", Dump({{"name", model}, {"serving", serving}}));
  } else {
    fmt::print("{} {}\n", model.empty() ? "server" : model, serving ? "serving" : "not serving");
  }
  return serving ? kExitOk : kExitNotServing;
}

}  // namespace

void AddHealthCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand("health", "Ask whether the server or a model is serving");
  const auto model = std::make_shared<std::string>();
  command->add_option("MODEL", *model,
                      "A model, or the full name of a gRPC service; default: the whole server");
  command->footer(
      "Exit code: 0 serving, 4 not serving, 1 no answer or no such model.\n\n"
      "Examples:\n  reluctl health\n  reluctl health digits");
  command->callback([action, model] {
    *action = [model](const Session& session) { return Health(session, *model); };
  });
}

}  // namespace reluserve::client
