// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_repository.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "server/base/status.h"
#include "server/builtin/builtin_model.h"
#include "server/repository/model_directory.h"

namespace reluserve::repository {
namespace {

constexpr int64_t kMaxModelBytes = int64_t{2} << 30;  // protobuf's own limit
constexpr int64_t kMaxLabelBytes = int64_t{16} << 20;

// Loads and logs; a failure becomes part of the entry.
ModelEntry LoadEntry(const ModelSource& source) {
  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<std::shared_ptr<const LoadedModel>> model = LoadedModel::Load(source);
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  ModelEntry entry = {source.name, source.version, nullptr, model.status()};
  if (model.ok()) {
    entry.model = *std::move(model);
    spdlog::info("model_loaded model={} version={} bytes={} activation_layers={} ms={:.0f}",
                 source.name, source.version, source.onnx.size(),
                 entry.model->compiled().layers().size(), elapsed.count());
  } else {
    spdlog::error("model_failed model={} version={} error=\"{}\"", source.name, source.version,
                  std::string(entry.status.message()));
  }
  return entry;
}

ModelEntry LoadNewest(const ModelDirectory& directory) {
  ModelEntry entry = {directory.name, 0, nullptr, absl::OkStatus()};
  if (directory.versions.empty()) {
    entry.status = NotFound("directory {} has no version: expected {}/1/model.onnx",
                            directory.path.string(), directory.path.string());
  } else {
    ModelSource source;
    source.name = directory.name;
    source.version = directory.versions.back();
    entry.version = source.version;
    const auto bytes =
        ReadFile(directory.path / std::to_string(source.version) / "model.onnx", kMaxModelBytes);
    if (bytes.ok()) {
      source.onnx = *bytes;
      const auto labels = ReadFile(directory.path / "labels.txt", kMaxLabelBytes);
      if (labels.ok()) {
        source.labels = SplitLines(*labels);
      } else if (!absl::IsNotFound(labels.status())) {
        spdlog::warn("labels_ignored model={} error=\"{}\"", directory.name,
                     std::string(labels.status().message()));
      }
      return LoadEntry(source);
    }
    entry.status = bytes.status();
  }
  spdlog::error("model_failed model={} error=\"{}\"", directory.name,
                std::string(entry.status.message()));
  return entry;
}

}  // namespace

absl::StatusOr<ModelRepository> ModelRepository::LoadBuiltin() {
  ModelSource source;
  source.name = "digits";
  source.onnx = builtin::DigitsModel();
  source.labels = SplitLines(builtin::DigitsLabels());
  ModelRepository repository;
  repository.entries_.push_back(LoadEntry(source));
  RELUSERVE_RETURN_IF_ERROR(repository.entries_[0].status);
  return repository;
}

absl::StatusOr<ModelRepository> ModelRepository::LoadDirectory(const std::filesystem::path& path) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<ModelDirectory> directories,
                             ListModelDirectories(path));
  if (directories.empty()) {
    return NotFound("model repository {} holds no model: expected {}/<model>/1/model.onnx",
                    path.string(), path.string());
  }
  ModelRepository repository;
  for (const ModelDirectory& directory : directories) {
    repository.entries_.push_back(LoadNewest(directory));
  }
  return repository;
}

absl::StatusOr<std::shared_ptr<const LoadedModel>> ModelRepository::Find(
    std::string_view name, std::string_view version) const {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const ModelEntry& each) { return each.name == name; });
  if (entry == entries_.end()) {
    std::vector<std::string_view> names;
    for (const ModelEntry& each : entries_) names.push_back(each.name);
    return NotFound("there is no model \"{}\"; this server has {}", name, fmt::join(names, ", "));
  }
  if (!version.empty() && version != std::to_string(entry->version)) {
    return NotFound("model \"{}\" has no version \"{}\"; this server has version {}", name, version,
                    entry->version);
  }
  if (entry->model == nullptr) {
    return absl::UnavailableError(
        fmt::format("model \"{}\" is not ready: {}", name, std::string(entry->status.message())));
  }
  return entry->model;
}

bool ModelRepository::ready() const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [](const ModelEntry& entry) { return entry.model != nullptr; });
}

}  // namespace reluserve::repository
