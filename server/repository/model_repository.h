// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The models that are served, by name and version.

#ifndef RELUSERVE_SERVER_REPOSITORY_MODEL_REPOSITORY_H_
#define RELUSERVE_SERVER_REPOSITORY_MODEL_REPOSITORY_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/repository/loaded_model.h"

namespace reluserve::repository {

// A model as the repository knows it: loaded, or with the reason why it is not.
struct ModelEntry {
  std::string name;
  int64_t version = 0;                       // 0 where the model has no version
  std::shared_ptr<const LoadedModel> model;  // null where loading failed
  absl::Status status;                       // why
};

// Loaded once and then immutable; thread-safe. A handle keeps its model alive however long a
// request takes.
class ModelRepository {
 public:
  // The model that comes with the binary.
  static absl::StatusOr<ModelRepository> LoadBuiltin();
  // The newest version of each model of a directory (model_directory.h). A model that does not load
  // is logged and kept as an entry that is not ready; the others are served. An error only where
  // the directory itself cannot be read or holds no model.
  static absl::StatusOr<ModelRepository> LoadDirectory(const std::filesystem::path& path);

  // The model of that name, in that version (a decimal number), or the newest when `version` is
  // empty. NOT_FOUND saying which there are; UNAVAILABLE with the reason for one that did not load.
  absl::StatusOr<std::shared_ptr<const LoadedModel>> Find(std::string_view name,
                                                          std::string_view version) const;

  // By name.
  const std::vector<ModelEntry>& entries() const { return entries_; }
  // Whether every model has loaded.
  bool ready() const;

 private:
  std::vector<ModelEntry> entries_;
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_MODEL_REPOSITORY_H_
