// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Where the files of one model come from: a directory of a repository, a single file, or memory.

#ifndef RELUSERVE_SERVER_REPOSITORY_MODEL_FOLDER_H_
#define RELUSERVE_SERVER_REPOSITORY_MODEL_FOLDER_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/byte_source.h"

namespace reluserve::repository {

// What can be seen of a file without reading it. Two that are equal, some time apart, are taken for
// the same content.
struct FileStamp {
  std::string path;
  int64_t bytes = 0;
  int64_t modified_ns = 0;  // since the epoch
  uint64_t inode = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
using Stamp = std::vector<FileStamp>;

// The files of one model, by paths relative to it:
//
//   config.pbtxt            optional
//   labels.txt              optional: a class a line; other label files by their names
//   <version>/model.onnx    version: a positive whole number
//   <version>/...           files that model.onnx keeps weights in
//   <version>/tuning.pbtxt  optional: how it is computed fastest (tuning_file.h)
//
// What is on disk is looked at anew with each call. Thread-safe.
class ModelFolder {
 public:
  virtual ~ModelFolder() = default;

  // Ascending. INVALID_ARGUMENT for a directory that cannot be read.
  virtual absl::StatusOr<std::vector<int64_t>> Versions() const = 0;
  // A file of at most `max_bytes`. NOT_FOUND, or INVALID_ARGUMENT naming the file and why.
  virtual absl::StatusOr<ByteSource> Open(const std::string& file, int64_t max_bytes) const = 0;
  // The same for a file that a version's model names, by its path from there. INVALID_ARGUMENT also
  // where a link leads out of the version's directory: what a model names may be anything.
  virtual absl::StatusOr<ByteSource> OpenBesideModel(int64_t version, const std::string& file,
                                                     int64_t max_bytes) const = 0;
  // The files outside version directories; those of one version, with all below it. Empty where
  // there are none, and for what never changes.
  virtual Stamp StampOfModel() const = 0;
  virtual Stamp StampOfVersion(int64_t version) const = 0;

  // The whole content of what Open gives, with its errors; INVALID_ARGUMENT also where the file
  // changes while it is read.
  absl::StatusOr<std::string> Read(const std::string& file, int64_t max_bytes) const;
};

// A directory laid out as above.
std::unique_ptr<const ModelFolder> DirectoryFolder(std::filesystem::path directory);

// One model file, as version 1; files it keeps weights in are beside it. With `with_siblings`,
// config.pbtxt and label files beside it count too.
std::unique_ptr<const ModelFolder> FileFolder(std::filesystem::path file, bool with_siblings);

// Files in memory, by relative path.
std::unique_ptr<const ModelFolder> MemoryFolder(std::map<std::string, std::string> files);

// The positive number that `text` spells canonically, or 0.
int64_t ParseVersion(std::string_view text);

// Whether `name` is a plain file name: no path, not hidden, nothing that a log line cannot hold.
bool IsFileName(std::string_view name);

// A whole regular file of at most `max_bytes`. NOT_FOUND, or INVALID_ARGUMENT naming the path and
// why, also where the file changes while it is read.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path, int64_t max_bytes);

// The lines of a text, without line ends and without empty lines at the end.
std::vector<std::string> SplitLines(std::string_view text);

// The directories in `path`, by name, without hidden ones. INVALID_ARGUMENT where it cannot be
// read.
absl::StatusOr<std::vector<std::filesystem::path>> SubDirectories(
    const std::filesystem::path& path);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_MODEL_FOLDER_H_
