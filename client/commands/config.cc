// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <memory>
#include <string>

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "client/commands/command.h"
#include "client/json_output.h"
#include "client/server_report.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct ConfigOptions {
  std::string model;
  std::string version;
};

absl::StatusOr<int> Config(const Session& session, const ConfigOptions& options) {
  RELUSERVE_ASSIGN_OR_RETURN(const inference::ModelConfigResponse response,
                             session.client.ModelConfig(options.model, options.version));
  std::string text;
  google::protobuf::TextFormat::PrintToString(response.config(), &text);
  fmt::print("{}", session.json ? Dump(ProtoJson(response.config())) : text);
  return kExitOk;
}

}  // namespace

void AddConfigCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand(
      "config", "Show a model's configuration, complete with what its file leaves out");
  const auto options = std::make_shared<ConfigOptions>();
  command->add_option("MODEL", options->model, "The model")->required();
  command->add_option("--model-version", options->version, "Default: the newest");
  command->footer("What it prints is a valid config.pbtxt.\n\nExample:\n  reluctl config digits");
  command->callback([action, options] {
    *action = [options](const Session& session) { return Config(session, *options); };
  });
}

}  // namespace reluserve::client
