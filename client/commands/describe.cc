// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/commands/planned_shapes.h"
#include "client/json_output.h"
#include "client/model_report.h"
#include "client/request_input.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct DescribeOptions {
  std::string model;
  std::string version;
  uint32_t batch = 1;
  std::vector<std::string> shape_texts;
  InputShapes shapes;
  std::string graph;
};

absl::StatusOr<int> Describe(const Session& session, const DescribeOptions& options) {
  v1::DescribeModelRequest request;
  request.set_name(options.model);
  request.set_version(options.version);
  RELUSERVE_RETURN_IF_ERROR(SetPlannedShapes(session, options.model, options.version,
                                             options.shapes, options.batch, &request));
  RELUSERVE_ASSIGN_OR_RETURN(const v1::DescribeModelResponse response,
                             session.client.DescribeModel(request));
  const GraphChoice graphs{.before = options.graph == "before" || options.graph == "both",
                           .after = options.graph == "after" || options.graph == "both"};
  fmt::print("{}", session.json ? Dump(ToJson(response))
                                : DescriptionText(response, graphs, session.style));
  return kExitOk;
}

}  // namespace

void AddDescribeCommand(CLI::App& app, Action* action) {
  CLI::App* command =
      app.add_subcommand("describe", "Show what the server made of a model: graph, plan, memory");
  const auto options = std::make_shared<DescribeOptions>();
  command->add_option("MODEL", options->model, "A model of the server")->required();
  command->add_option("--model-version", options->version, "Default: the newest served");
  command->add_option("--batch", options->batch, "The batch to plan for")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--shape", options->shape_texts,
                   "[NAME=]N,C,H,W: the shape of an input to plan for; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--graph", options->graph, "Also print the graph: before, after or both passes")
      ->check(CLI::IsMember({"before", "after", "both"}));
  command->footer(
      "Examples:\n  reluctl describe digits\n  reluctl describe digits --batch 8 --graph both\n"
      "  reluctl describe segmenter --shape 1,3,512,512 --output json");
  command->callback([action, options] {
    for (const std::string& text : options->shape_texts) {
      const absl::Status status = ParseInputShape(text, &options->shapes);
      if (!status.ok()) throw CLI::ValidationError("--shape", std::string(status.message()));
    }
    *action = [options](const Session& session) { return Describe(session, *options); };
  });
}

}  // namespace reluserve::client
