// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A model repository on disk, laid out as Triton's:
//
//   <repository>/<model>/<version>/model.onnx     version: a positive whole number
//   <repository>/<model>/labels.txt               optional: a class a line
//
// Nothing here is reached by names from requests: the directory is read, names are compared.

#ifndef RELUSERVE_SERVER_REPOSITORY_MODEL_DIRECTORY_H_
#define RELUSERVE_SERVER_REPOSITORY_MODEL_DIRECTORY_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace reluserve::repository {

// One model's directory.
struct ModelDirectory {
  std::string name;
  std::filesystem::path path;
  std::vector<int64_t> versions;  // ascending
};

// The models of a repository, by name. Files, hidden entries, and directories that are no versions
// are passed over, and, with a warning, directories that cannot be names of models: only letters,
// digits, '_', '-' and '.', 128 at most. A model without versions is listed with none. NOT_FOUND
// when there is no such directory, INVALID_ARGUMENT for one that cannot be read.
absl::StatusOr<std::vector<ModelDirectory>> ListModelDirectories(
    const std::filesystem::path& repository);

// A whole regular file of at most `max_bytes`. NOT_FOUND, or INVALID_ARGUMENT naming the path and
// why.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path, int64_t max_bytes);

// The lines of a text, without line ends and without empty lines at the end.
std::vector<std::string> SplitLines(std::string_view text);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_MODEL_DIRECTORY_H_
