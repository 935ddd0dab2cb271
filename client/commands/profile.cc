// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <absl/time/clock.h>
#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/json_output.h"
#include "client/profile_report.h"
#include "client/request_input.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct ProfileOptions {
  std::string model;
  std::string version;
  int runs = 20;
  int64_t batch = 1;
  std::vector<std::string> shape_texts;
  InputShapes shapes;
  uint64_t seed = 1;
  double live_seconds = 0;
  std::string order = "plan";
  size_t top = 0;
};

absl::StatusOr<v1::PredictRequest> RandomRequest(const Session& session,
                                                 const ProfileOptions& options) {
  RELUSERVE_ASSIGN_OR_RETURN(const inference::ModelMetadataResponse metadata,
                             session.client.ModelMetadata(options.model, options.version));
  RELUSERVE_RETURN_IF_ERROR(CheckShapeNames(options.shapes, metadata));
  v1::PredictRequest request;
  request.set_model_name(options.model);
  request.set_model_version(options.version);
  request.set_omit_outputs(true);
  // Asked for, so that it is counted whatever the server counts by itself.
  request.set_sparsity(v1::SPARSITY_DETAIL_LAYERS);
  RELUSERVE_ASSIGN_OR_RETURN(*request.mutable_tensors(),
                             RandomInputs(metadata, options.shapes, options.batch, options.seed));
  return request;
}

// Has the server run the model on random elements, or waits for others to.
absl::Status RunWhileProfiled(const Session& session, const ProfileOptions& options) {
  if (options.live_seconds > 0) {
    RELUSERVE_RETURN_IF_ERROR(session.client.StartProfile(options.model, options.version));
    absl::SleepFor(absl::Seconds(options.live_seconds));
    return absl::OkStatus();
  }
  RELUSERVE_ASSIGN_OR_RETURN(const v1::PredictRequest request, RandomRequest(session, options));
  // The first makes the plan.
  RELUSERVE_RETURN_IF_ERROR(session.client.Predict(request).status());
  RELUSERVE_RETURN_IF_ERROR(session.client.StartProfile(options.model, options.version));
  for (int run = 0; run < options.runs; ++run) {
    RELUSERVE_RETURN_IF_ERROR(session.client.Predict(request).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Profile(const Session& session, const ProfileOptions& options) {
  const absl::Status ran = RunWhileProfiled(session, options);
  const absl::Status stopped = session.client.StopProfile(options.model, options.version);
  RELUSERVE_RETURN_IF_ERROR(ran);
  RELUSERVE_RETURN_IF_ERROR(stopped);
  RELUSERVE_ASSIGN_OR_RETURN(const v1::Profile profile,
                             session.client.GetProfile(options.model, options.version));
  const ProfileView view{.by_time = options.order == "time", .top = options.top};
  fmt::print("{}",
             session.json ? Dump(ToJson(profile)) : ProfileText(profile, view, session.style));
  return kExitOk;
}

}  // namespace

void AddProfileCommand(CLI::App& app, Action* action) {
  CLI::App* command =
      app.add_subcommand("profile", "Show where the time of a model's runs goes, step by step");
  const auto options = std::make_shared<ProfileOptions>();
  command->add_option("MODEL", options->model, "A model of the server")->required();
  command->add_option("--model-version", options->version, "Default: the newest served");
  CLI::Option* live =
      command
          ->add_option("--live", options->live_seconds,
                       "Seconds to watch what others ask, instead of sending random elements")
          ->check(CLI::Range(0.1, 86400.0));
  command->add_option("--runs", options->runs, "Requests to send, one after the other")
      ->excludes(live)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--batch", options->batch, "Samples of each")
      ->excludes(live)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--shape", options->shape_texts,
                   "[NAME=]N,C,H,W: the shape of an input; may be repeated")
      ->excludes(live)
      ->allow_extra_args(false);
  command->add_option("--seed", options->seed, "Of the random elements")
      ->excludes(live)
      ->capture_default_str();
  command->add_option("--order", options->order, "Of the table: plan, or time, the slowest first")
      ->check(CLI::IsMember({"plan", "time"}))
      ->capture_default_str();
  command->add_option("--top", options->top, "Show only so many steps; 0: all")
      ->capture_default_str();
  command->footer(
      "Examples:\n  reluctl profile digits\n  reluctl profile resnet50 --batch 8 --order time "
      "--top 15\n  reluctl profile resnet50 --live 30 --output json");
  command->callback([action, options] {
    for (const std::string& text : options->shape_texts) {
      const absl::Status status = ParseInputShape(text, &options->shapes);
      if (!status.ok()) throw CLI::ValidationError("--shape", std::string(status.message()));
    }
    *action = [options](const Session& session) { return Profile(session, *options); };
  });
}

}  // namespace reluserve::client
