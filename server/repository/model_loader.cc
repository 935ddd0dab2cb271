// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_loader.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "server/base/printable.h"
#include "server/base/status.h"
#include "server/repository/config_parser.h"
#include "server/repository/config_support.h"

namespace reluserve::repository {
namespace {

constexpr int64_t kMaxModelBytes = int64_t{2} << 30;  // protobuf's own limit
constexpr int64_t kMaxConfigBytes = int64_t{1} << 20;
constexpr int64_t kMaxLabelBytes = int64_t{16} << 20;
constexpr size_t kMaxShownBytes = 200;
constexpr int64_t kMaxTuningBytes = int64_t{4} << 20;
constexpr char kDefaultFile[] = "model.onnx";
constexpr char kTuningFile[] = "tuning.pbtxt";

void LogUnsupported(const std::string& name, const inference::ModelConfig& config) {
  for (const std::string& field : UnsupportedFields(config)) {
    spdlog::warn("config_ignored model={} field=\"{}\"", name, field);
  }
}

absl::StatusOr<std::string> ModelFile(int64_t version, const inference::ModelConfig& config) {
  const std::string& file = config.default_model_filename();
  if (file.empty()) return fmt::format("{}/{}", version, kDefaultFile);
  if (IsFileName(file)) return fmt::format("{}/{}", version, file);
  return InvalidArgument("default_model_filename is \"{}\", expected a file name without a path",
                         Printable(file, kMaxShownBytes));
}

absl::Status ReadLabels(const ModelFolder& folder, ModelSource& source) {
  auto labels = folder.Read("labels.txt", kMaxLabelBytes);
  if (labels.ok()) {
    source.labels = SplitLines(*labels);
  } else if (!absl::IsNotFound(labels.status())) {
    return labels.status();
  }
  for (const inference::ModelOutput& output : source.config.output()) {
    const std::string& file = output.label_filename();
    if (file.empty()) continue;
    if (!IsFileName(file)) {
      return InvalidArgument(
          "output \"{}\": label_filename is \"{}\", expected a file name "
          "without a path",
          output.name(), Printable(file, kMaxShownBytes));
    }
    RELUSERVE_ASSIGN_OR_RETURN(const std::string text, folder.Read(file, kMaxLabelBytes));
    source.output_labels[output.name()] = SplitLines(text);
  }
  return absl::OkStatus();
}

void LogTuningIgnored(const std::string& name, int64_t version, const absl::Status& status) {
  spdlog::warn("tuning_ignored model={} version={} file={} reason=\"{}\"", name, version,
               kTuningFile, std::string(status.message()));
}

// A model serves as well without its tuning, only more slowly.
std::string ReadTuning(const std::string& name, const ModelFolder& folder, int64_t version) {
  absl::StatusOr<ByteSource> file = folder.OpenBesideModel(version, kTuningFile, kMaxTuningBytes);
  absl::StatusOr<std::string> text = file.ok() ? file->ReadAll() : file.status();
  if (text.ok()) return *std::move(text);
  if (!absl::IsNotFound(text.status())) LogTuningIgnored(name, version, text.status());
  return "";
}

absl::StatusOr<std::shared_ptr<const LoadedModel>> Load(const std::string& name,
                                                        const ModelFolder& folder, int64_t version,
                                                        const inference::ModelConfig& config,
                                                        const BatchingOptions& batching,
                                                        bool winograd) {
  ModelSource source;
  source.name = name;
  source.version = version;
  source.config = config;
  source.batching = batching;
  source.winograd = winograd;
  RELUSERVE_ASSIGN_OR_RETURN(const std::string file, ModelFile(version, config));
  RELUSERVE_RETURN_IF_ERROR(ReadLabels(folder, source));
  RELUSERVE_ASSIGN_OR_RETURN(source.onnx, folder.Open(file, kMaxModelBytes));
  source.tuning = ReadTuning(name, folder, version);
  source.read_external = [&](const std::string& beside) {
    return folder.OpenBesideModel(version, beside, kMaxModelBytes);
  };
  return LoadedModel::Load(std::move(source));
}

}  // namespace

absl::StatusOr<inference::ModelConfig> LoadConfig(const std::string& name,
                                                  const ModelFolder& folder,
                                                  const std::string& json) {
  if (!json.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(inference::ModelConfig config, ParseConfigJson(json));
    LogUnsupported(name, config);
    return config;
  }
  const absl::StatusOr<std::string> text = folder.Read("config.pbtxt", kMaxConfigBytes);
  if (absl::IsNotFound(text.status())) return inference::ModelConfig();
  if (!text.ok()) return text.status();
  RELUSERVE_ASSIGN_OR_RETURN(ParsedConfig parsed, ParseConfigText(*text));
  for (const std::string& warning : parsed.warnings) {
    spdlog::warn("config_ignored model={} field=\"config.pbtxt {}\"", name, warning);
  }
  LogUnsupported(name, parsed.config);
  return std::move(parsed.config);
}

absl::StatusOr<std::shared_ptr<const LoadedModel>> LoadVersion(
    const std::string& name, const ModelFolder& folder, int64_t version,
    const inference::ModelConfig& config, const BatchingOptions& batching, bool winograd) {
  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<std::shared_ptr<const LoadedModel>> model =
      Load(name, folder, version, config, batching, winograd);
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  if (model.ok()) {
    const LoadedModel::LoadPhases& phases = (*model)->load_phases();
    spdlog::info(
        "model_loaded model={} version={} activation_layers={} ms={:.0f} import_ms={:.0f} "
        "compile_ms={:.0f}",
        name, version, (*model)->compiled().layers().size(), elapsed.count(),
        absl::ToDoubleMilliseconds(phases.import), absl::ToDoubleMilliseconds(phases.compile));
    const absl::Status& tuning = (*model)->tuning_status();
    if (!tuning.ok()) LogTuningIgnored(name, version, tuning);
  } else {
    spdlog::error("model_failed model={} version={} error=\"{}\"", name, version,
                  std::string(model.status().message()));
  }
  return model;
}

void FindRunSizes(const LoadedModel& model, const std::function<bool()>& go_on) {
  const auto start = std::chrono::steady_clock::now();
  const bool found = model.FindRunSizes(go_on);
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  if (found) {
    spdlog::info("model_tried model={} version={} run_sizes={} nodes_by_sample={} ms={:.0f}",
                 model.name(), model.version(), fmt::join(model.run_sizes(), ","),
                 model.compiled().by_sample().size(), elapsed.count());
  } else {
    spdlog::info("model_trial_ended model={} version={} ms={:.0f}", model.name(), model.version(),
                 elapsed.count());
  }
}

}  // namespace reluserve::repository
