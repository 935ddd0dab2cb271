// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/repository_layout.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "server/base/printable.h"
#include "server/base/status.h"

namespace reluserve::repository {
namespace {

namespace fs = std::filesystem;

// Regular files directly in a directory with that extension, by name.
std::vector<fs::path> FilesWithExtension(const fs::path& directory, std::string_view extension) {
  std::error_code error;
  std::vector<fs::path> files;
  for (auto entry = fs::directory_iterator(directory, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const fs::path& path = entry->path();
    if (path.extension() == extension && entry->is_regular_file(ignored)) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

// A version's directory holds a model's file, which tells it from a model with a number for a name.
bool IsVersionDirectory(const fs::path& directory) {
  return ParseVersion(directory.filename().string()) > 0 &&
         !FilesWithExtension(directory, ".onnx").empty();
}

std::string NameOfDirectory(const fs::path& directory) {
  std::error_code error;
  // "/mnt/models/" and "." have their names only once they are made whole.
  const fs::path whole = fs::weakly_canonical(directory, error);
  return (error ? directory : whole).filename().string();
}

std::string NameOfFile(const fs::path& file) {
  const std::string stem = file.stem().string();
  return stem == "model" ? NameOfDirectory(file.parent_path()) : stem;
}

absl::StatusOr<FoundModels> OneModel(const std::string& single_name, const std::string& found_name,
                                     std::unique_ptr<const ModelFolder> folder) {
  const std::string& name = single_name.empty() ? found_name : single_name;
  if (!IsModelName(name)) {
    return InvalidArgument(
        "\"{}\" cannot be the name of a model, expected at most 128 letters, "
        "digits, _ - . (--model-name gives another)",
        Printable(name, 128));
  }
  FoundModels found;
  found.models.emplace(name, std::move(folder));
  return found;
}

FoundModels ModelsOf(const std::vector<fs::path>& directories) {
  FoundModels found;
  for (const fs::path& directory : directories) {
    const std::string name = directory.filename().string();
    if (IsModelName(name)) {
      found.models.emplace(name, DirectoryFolder(directory));
    } else {
      found.ignored.push_back(name);
    }
  }
  return found;
}

}  // namespace

bool IsModelName(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  return !name.empty() && name.size() <= 128 &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

absl::StatusOr<FoundModels> FindModels(const fs::path& path, const std::string& single_name) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    return OneModel(single_name, NameOfFile(path), FileFolder(path, /*with_siblings=*/false));
  }
  if (!fs::is_directory(path, error)) {
    return NotFound("model repository {} is neither a directory nor a file", path.string());
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<fs::path> directories, SubDirectories(path));
  if (fs::is_regular_file(path / "config.pbtxt", error) ||
      std::any_of(directories.begin(), directories.end(), IsVersionDirectory)) {
    const std::vector<fs::path> files = FilesWithExtension(path, ".onnx");
    const bool flat = files.size() == 1 &&
                      std::none_of(directories.begin(), directories.end(), IsVersionDirectory);
    return OneModel(single_name, NameOfDirectory(path),
                    flat ? FileFolder(files[0], /*with_siblings=*/true) : DirectoryFolder(path));
  }
  const std::vector<fs::path> files = FilesWithExtension(path, ".onnx");
  if (files.size() > 1) {
    return InvalidArgument(
        "model repository {} has {} model files side by side ({}, {}, ...), "
        "expected one, or {}/<model>/1/model.onnx",
        path.string(), files.size(), files[0].filename().string(), files[1].filename().string(),
        path.string());
  }
  if (files.size() == 1) {
    return OneModel(single_name, NameOfFile(files[0]),
                    FileFolder(files[0], /*with_siblings=*/true));
  }
  return ModelsOf(directories);
}

}  // namespace reluserve::repository
