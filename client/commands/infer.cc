// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/infer_report.h"
#include "client/json_output.h"
#include "client/request_input.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct InferOptions {
  std::string model;
  std::string version;
  std::vector<std::string> files;
  std::vector<std::string> input_texts;
  std::vector<std::pair<std::string, std::string>> inputs;  // name and file
  bool random = false;
  uint64_t seed = 1;
  int64_t batch = 1;
  std::vector<std::string> shape_texts;
  InputShapes shapes;
  uint32_t top_k = 3;
  std::string sparsity = "layers";
  bool truth_from_name = false;
};

// The part of the file's name between its first two underscores: "7" of digit_7_2.png.
absl::StatusOr<std::string> TruthFromName(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename();
  const size_t first = name.find('_');
  const size_t second = first == std::string::npos ? first : name.find('_', first + 1);
  if (second == std::string::npos) {
    return InvalidArgument("{}: no true class in the name, expected one as in digit_7_2.png", path);
  }
  return name.substr(first + 1, second - first - 1);
}

// Fills a request from one file of the command line.
absl::Status FillFromFile(const std::string& path, const InferOptions& options,
                          const inference::ModelMetadataResponse& metadata,
                          v1::PredictRequest* request) {
  RELUSERVE_ASSIGN_OR_RETURN(std::string file, ReadFile(path));
  if (IsImage(file)) {
    request->set_image(std::move(file));
    return absl::OkStatus();
  }
  if (metadata.inputs_size() != 1) {
    return InvalidArgument(
        "{}: model \"{}\" has {} inputs, give a file for each: --input NAME=FILE", path,
        metadata.name(), metadata.inputs_size());
  }
  auto tensor = TensorFromFile(std::move(file), metadata.inputs(0), options.shapes);
  if (!tensor.ok()) return Annotate(tensor.status(), path);
  *request->mutable_tensors()->add_tensors() = *std::move(tensor);
  return absl::OkStatus();
}

// Fills a request from the files given by --input.
absl::Status FillFromNamedFiles(const InferOptions& options,
                                const inference::ModelMetadataResponse& metadata,
                                v1::PredictRequest* request) {
  for (const auto& [name, path] : options.inputs) {
    RELUSERVE_ASSIGN_OR_RETURN(const InputSpec spec, FindInput(name, metadata));
    RELUSERVE_ASSIGN_OR_RETURN(std::string file, ReadFile(path));
    auto tensor = TensorFromFile(std::move(file), spec, options.shapes);
    if (!tensor.ok()) return Annotate(tensor.status(), path);
    *request->mutable_tensors()->add_tensors() = *std::move(tensor);
  }
  return absl::OkStatus();
}

absl::Status FillRandom(const InferOptions& options,
                        const inference::ModelMetadataResponse& metadata,
                        v1::PredictRequest* request) {
  RELUSERVE_ASSIGN_OR_RETURN(*request->mutable_tensors(),
                             RandomInputs(metadata, options.shapes, options.batch, options.seed));
  return absl::OkStatus();
}

v1::PredictRequest RequestWithoutInput(const InferOptions& options, bool json) {
  v1::PredictRequest request;
  request.set_model_name(options.model);
  request.set_model_version(options.version);
  request.set_top_k(options.top_k);
  // The tables show output tensors only in place of classes.
  request.set_omit_outputs(!json && options.top_k > 0);
  if (options.sparsity == "layers") request.set_sparsity(v1::SPARSITY_DETAIL_LAYERS);
  if (options.sparsity == "channels") request.set_sparsity(v1::SPARSITY_DETAIL_CHANNELS);
  return request;
}

absl::StatusOr<std::vector<InferResult>> Predict(const Session& session,
                                                 const InferOptions& options) {
  RELUSERVE_ASSIGN_OR_RETURN(const inference::ModelMetadataResponse metadata,
                             session.client.ModelMetadata(options.model, options.version));
  RELUSERVE_RETURN_IF_ERROR(CheckShapeNames(options.shapes, metadata));
  const v1::PredictRequest base = RequestWithoutInput(options, session.json);
  std::vector<InferResult> results;
  if (options.files.empty()) {
    v1::PredictRequest request = base;
    RELUSERVE_RETURN_IF_ERROR(options.random ? FillRandom(options, metadata, &request)
                                             : FillFromNamedFiles(options, metadata, &request));
    RELUSERVE_ASSIGN_OR_RETURN(v1::PredictResponse response, session.client.Predict(request));
    results.push_back({options.random ? "random" : "files", std::nullopt, std::move(response)});
  }
  for (const std::string& path : options.files) {
    InferResult result;
    result.input = path;
    if (options.truth_from_name) {
      RELUSERVE_ASSIGN_OR_RETURN(result.truth, TruthFromName(path));
    }
    v1::PredictRequest request = base;
    RELUSERVE_RETURN_IF_ERROR(FillFromFile(path, options, metadata, &request));
    absl::StatusOr<v1::PredictResponse> response = session.client.Predict(request);
    if (!response.ok()) return Annotate(response.status(), path);
    result.response = *std::move(response);
    results.push_back(std::move(result));
  }
  return results;
}

absl::StatusOr<int> Infer(const Session& session, const InferOptions& options) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<InferResult> results, Predict(session, options));
  if (session.json) {
    RELUSERVE_ASSIGN_OR_RETURN(const nlohmann::ordered_json report, InferReportJson(results));
    fmt::print("{}", Dump(report));
  } else {
    RELUSERVE_ASSIGN_OR_RETURN(const std::string report, InferReportText(results, session.style));
    fmt::print("{}", report);
  }
  return kExitOk;
}

// What no single option can tell: whether they fit together.
void CheckTogether(InferOptions& options) {
  const int sources = (options.files.empty() ? 0 : 1) + (options.input_texts.empty() ? 0 : 1) +
                      (options.random ? 1 : 0);
  if (sources != 1) throw CLI::ValidationError("infer", "expected one of FILES, --input, --random");
  for (const std::string& text : options.input_texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      throw CLI::ValidationError("--input", fmt::format("\"{}\" is not NAME=FILE", text));
    }
    options.inputs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const std::string& text : options.shape_texts) {
    const absl::Status status = ParseInputShape(text, &options.shapes);
    if (!status.ok()) throw CLI::ValidationError("--shape", std::string(status.message()));
  }
}

void AddInputOptions(CLI::App* command, InferOptions* options) {
  command->add_option("FILES", options->files,
                      "One request for each: a PNG or JPEG image, a .npy array, or raw elements");
  command
      ->add_option("--input", options->input_texts,
                   "NAME=FILE: a .npy or raw file for an input; one request of all that are given")
      ->allow_extra_args(false);
  CLI::Option* random =
      command->add_flag("--random", options->random, "One request of random elements");
  command->add_option("--seed", options->seed, "Of the random elements")
      ->needs(random)
      ->capture_default_str();
  command->add_option("--batch", options->batch, "Samples of random elements")
      ->needs(random)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--shape", options->shape_texts,
                   "[NAME=]N,C,H,W: the shape of an input, for raw and random elements; may be "
                   "repeated")
      ->allow_extra_args(false);
}

}  // namespace

void AddInferCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand("infer", "Run a model and show classes and sparsity");
  const auto options = std::make_shared<InferOptions>();
  command->add_option("MODEL", options->model, "A model of the server")->required();
  AddInputOptions(command, options.get());
  command->add_option("--model-version", options->version, "Default: the newest served");
  command->add_option("--top-k", options->top_k, "Classes to show for each sample; 0: the outputs")
      ->capture_default_str();
  command->add_option("--sparsity", options->sparsity, "layers, channels or none")
      ->check(CLI::IsMember({"layers", "channels", "none"}))
      ->capture_default_str();
  command->add_flag(
      "--truth-from-name", options->truth_from_name,
      "Compare with the true class, the part of each file's name between its first two "
      "underscores");
  command->footer(
      "Examples:\n"
      "  reluctl infer digits client/samples/*.png --truth-from-name\n"
      "  reluctl infer digits batch.npy --sparsity channels\n"
      "  reluctl infer detector --input image=image.raw --input scale=scale.npy --top-k 0\n"
      "  reluctl infer digits --random --batch 8 --seed 3 --output json");
  command->callback([action, options] {
    CheckTogether(*options);
    *action = [options](const Session& session) { return Infer(session, *options); };
  });
}

}  // namespace reluserve::client
