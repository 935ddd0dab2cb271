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

absl::StatusOr<int> Index(const Session& session) {
  RELUSERVE_ASSIGN_OR_RETURN(const inference::RepositoryIndexResponse response,
                             session.client.RepositoryIndex());
  fmt::print("{}", session.json ? Dump(ProtoJson(response)) : IndexText(response, session.style));
  return kExitOk;
}

absl::StatusOr<int> LoadModel(const Session& session, const std::string& model) {
  inference::RepositoryModelLoadRequest request;
  request.set_model_name(model);
  RELUSERVE_RETURN_IF_ERROR(session.client.LoadModel(request));
  if (!session.json) fmt::print("{} loaded\n", model);
  return kExitOk;
}

absl::StatusOr<int> UnloadModel(const Session& session, const std::string& model) {
  RELUSERVE_RETURN_IF_ERROR(session.client.UnloadModel(model));
  if (!session.json) fmt::print("{} unloaded\n", model);
  return kExitOk;
}

// A command that takes a model's name and does `run` with it.
void AddModelCommand(CLI::App& app, Action* action, const std::string& name,
                     const std::string& description,
                     absl::StatusOr<int> (*run)(const Session&, const std::string&)) {
  CLI::App* command = app.add_subcommand(name, description);
  const auto model = std::make_shared<std::string>();
  command->add_option("MODEL", *model, "The model")->required();
  command->footer(
      fmt::format("The server has to be one that is told which models to serve.\n\n"
                  "Example:\n  reluctl {} resnet50 --timeout 300",
                  name));
  command->callback([action, model, run] {
    *action = [model, run](const Session& session) { return run(session, *model); };
  });
}

}  // namespace

void AddIndexCommand(CLI::App& app, Action* action) {
  CLI::App* command =
      app.add_subcommand("index", "List the models of the repository, and why some are not ready");
  command->footer("Example:\n  reluctl index");
  command->callback([action] { *action = Index; });
}

void AddLoadModelCommand(CLI::App& app, Action* action) {
  AddModelCommand(app, action, "load-model",
                  "Load a model, or load it anew; returns when it serves", LoadModel);
}

void AddUnloadModelCommand(CLI::App& app, Action* action) {
  AddModelCommand(app, action, "unload-model", "Take a model out of service", UnloadModel);
}

}  // namespace reluserve::client
