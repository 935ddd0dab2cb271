// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What --model-repository may point to, and the models in it.

#ifndef RELUSERVE_SERVER_REPOSITORY_REPOSITORY_LAYOUT_H_
#define RELUSERVE_SERVER_REPOSITORY_REPOSITORY_LAYOUT_H_

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/repository/model_folder.h"

namespace reluserve::repository {

using ModelFolders = std::map<std::string, std::shared_ptr<const ModelFolder>, std::less<>>;

struct FoundModels {
  ModelFolders models;
  // Directories that cannot be names of models.
  std::vector<std::string> ignored;
};

// The models at `path`, by name, looked for anew with each call:
//
//   a repository            <path>/<model>/<version>/model.onnx
//   one model's directory   <path>/<version>/model.onnx, or <path>/config.pbtxt
//   one model file          <path> itself, or the only *.onnx directly in <path>
//
// One model has the name `single_name`, where that is not empty; otherwise that of its file without
// the extension, or, where that is "model" or there is no file, of its directory. In a repository,
// `single_name` has no meaning.
//
// Hidden entries and files are passed over; directories are ignored that cannot be names of models:
// only letters, digits, '_', '-' and '.', 128 at most. Links are followed, also out of the
// repository: who can write there decides what is served. Names from requests are compared with
// what is found here and never reach the file system.
//
// NOT_FOUND where there is nothing at `path`; INVALID_ARGUMENT for what cannot be read, or several
// model files side by side. A repository may be empty.
absl::StatusOr<FoundModels> FindModels(const std::filesystem::path& path,
                                       const std::string& single_name);

// Whether a model may have that name.
bool IsModelName(std::string_view name);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_REPOSITORY_LAYOUT_H_
