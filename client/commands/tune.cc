// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/commands/planned_shapes.h"
#include "client/json_output.h"
#include "client/output_file.h"
#include "client/request_input.h"
#include "client/tuning_report.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct TuneOptions {
  std::string model;
  std::string version;
  uint32_t batch = 1;
  std::vector<std::string> shape_texts;
  InputShapes shapes;
  uint32_t runs = 20;
  std::string file;
};

// In one line that is written over, if a person looks at it.
void ShowProgress(const v1::TuneProgress& progress) {
  if (isatty(STDERR_FILENO) != 1) return;
  const bool done = progress.runs_done() == progress.runs();
  fmt::print(stderr, "\r\x1b[K{}",
             done ? "" : fmt::format("{} of {} runs", progress.runs_done(), progress.runs()));
  std::fflush(stderr);
}

absl::StatusOr<int> Tune(const Session& session, const TuneOptions& options) {
  v1::TuneRequest request;
  request.set_model_name(options.model);
  request.set_model_version(options.version);
  request.set_runs(options.runs);
  RELUSERVE_RETURN_IF_ERROR(SetPlannedShapes(session, options.model, options.version,
                                             options.shapes, options.batch, &request));
  const absl::StatusOr<v1::TuneResult> result = session.client.Tune(request, ShowProgress);
  ShowProgress({});
  if (!result.ok()) return result.status();
  if (!options.file.empty()) {
    RELUSERVE_RETURN_IF_ERROR(WriteFile(options.file, TuningFile(result->tuning())));
  }
  fmt::print("{}", session.json ? Dump(ToJson(*result)) : TuningText(*result, session.style));
  return kExitOk;
}

}  // namespace

void AddTuneCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand(
      "tune", "Measure how the server computes a model's convolutions fastest on its machine");
  const auto options = std::make_shared<TuneOptions>();
  command->add_option("MODEL", options->model, "A model of the server")->required();
  command->add_option("--model-version", options->version, "Default: the newest served");
  command->add_option("--batch", options->batch, "The batch to tune for")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--shape", options->shape_texts,
                   "[NAME=]N,C,H,W: the shape of an input; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--runs", options->runs, "Runs of each way of computing")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--save", options->file,
                      "File to write the tuning to: <model>/<version>/tuning.pbtxt of the "
                      "repository has the server go by it from when it loads that version next");
  command->footer(
      "Best while nothing else runs there. It holds for every replica with the same kind of CPU "
      "and "
      "the same oneDNN; others leave it aside, and say so.\n\n"
      "Examples:\n  reluctl tune resnet50 --save models/resnet50/1/tuning.pbtxt\n"
      "  reluctl tune resnet50 --batch 8 --runs 50");
  command->callback([action, options] {
    for (const std::string& text : options->shape_texts) {
      const absl::Status status = ParseInputShape(text, &options->shapes);
      if (!status.ok()) throw CLI::ValidationError("--shape", std::string(status.message()));
    }
    *action = [options](const Session& session) { return Tune(session, *options); };
  });
}

}  // namespace reluserve::client
