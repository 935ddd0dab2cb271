// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_loader.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "server/base/status.h"
#include "server/repository/config_parser.h"

namespace reluserve::repository {
namespace {

constexpr int64_t kMaxModelBytes = int64_t{2} << 30;  // protobuf's own limit
constexpr int64_t kMaxConfigBytes = int64_t{1} << 20;
constexpr int64_t kMaxLabelBytes = int64_t{16} << 20;
constexpr char kDefaultFile[] = "model.onnx";

absl::StatusOr<std::shared_ptr<const LoadedModel>> Load(const std::string& name,
                                                        const ModelFolder& folder, int64_t version,
                                                        const inference::ModelConfig& config) {
  ModelSource source;
  source.name = name;
  source.version = version;
  source.config = config;
  const std::string& file = config.default_model_filename();
  RELUSERVE_ASSIGN_OR_RETURN(
      const std::string onnx,
      folder.Read(fmt::format("{}/{}", version, file.empty() ? kDefaultFile : file),
                  kMaxModelBytes));
  source.onnx = onnx;
  const auto labels = folder.Read("labels.txt", kMaxLabelBytes);
  if (labels.ok()) {
    source.labels = SplitLines(*labels);
  } else if (!absl::IsNotFound(labels.status())) {
    return labels.status();
  }
  return LoadedModel::Load(source);
}

}  // namespace

absl::StatusOr<inference::ModelConfig> LoadConfig(const std::string& name,
                                                  const ModelFolder& folder,
                                                  const std::string& json) {
  if (!json.empty()) return ParseConfigJson(json);
  const absl::StatusOr<std::string> text = folder.Read("config.pbtxt", kMaxConfigBytes);
  if (absl::IsNotFound(text.status())) return inference::ModelConfig();
  if (!text.ok()) return text.status();
  RELUSERVE_ASSIGN_OR_RETURN(ParsedConfig parsed, ParseConfigText(*text));
  for (const std::string& warning : parsed.warnings) {
    spdlog::warn("config_ignored model={} config.pbtxt {}", name, warning);
  }
  return std::move(parsed.config);
}

absl::StatusOr<std::shared_ptr<const LoadedModel>> LoadVersion(
    const std::string& name, const ModelFolder& folder, int64_t version,
    const inference::ModelConfig& config) {
  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<std::shared_ptr<const LoadedModel>> model = Load(name, folder, version, config);
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  if (model.ok()) {
    spdlog::info("model_loaded model={} version={} activation_layers={} ms={:.0f}", name, version,
                 (*model)->compiled().layers().size(), elapsed.count());
  } else {
    spdlog::error("model_failed model={} version={} error=\"{}\"", name, version,
                  std::string(model.status().message()));
  }
  return model;
}

}  // namespace reluserve::repository
