// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "server/base/status.h"

namespace reluserve::repository {
namespace {

namespace fs = std::filesystem;

// Deep enough for any version directory, and an end to links that go round.
constexpr int kMaxStampedDepth = 4;

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::optional<FileStamp> StampOf(const fs::path& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileStamp{path.string(), status.st_size,
                   int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                   status.st_ino};
}

// The regular files of a directory and, down to `depth` levels, of those in it; by path.
void AddStamps(const fs::path& directory, int depth, Stamp& stamp) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (auto entry = fs::directory_iterator(directory, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!IsHidden(entry->path())) entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end());
  for (const fs::path& entry : entries) {
    std::error_code ignored;  // of an entry that vanished: it is neither then
    if (auto file = StampOf(entry)) {
      stamp.push_back(*std::move(file));
    } else if (depth > 1 && fs::is_directory(entry, ignored)) {
      AddStamps(entry, depth - 1, stamp);
    }
  }
}

// A file of a directory, or below it, wherever links lead as long as it is there.
absl::StatusOr<ByteSource> OpenWithin(const fs::path& directory, const std::string& file,
                                      int64_t max_bytes) {
  std::error_code error;
  const fs::path path = fs::canonical(directory / file, error);
  if (error) return NotFound("there is no file {}", (directory / file).string());
  const fs::path below = path.lexically_relative(fs::canonical(directory, error));
  if (error || below.empty() || *below.begin() == "..") {
    return InvalidArgument("file {} is not in the directory of the model",
                           (directory / file).string());
  }
  return ByteSource::OpenFile(path, max_bytes);
}

class Directory final : public ModelFolder {
 public:
  explicit Directory(fs::path path) : path_(std::move(path)) {}

  absl::StatusOr<std::vector<int64_t>> Versions() const override {
    RELUSERVE_ASSIGN_OR_RETURN(const std::vector<fs::path> directories, SubDirectories(path_));
    std::vector<int64_t> versions;
    for (const fs::path& directory : directories) {
      const int64_t version = ParseVersion(directory.filename().string());
      if (version > 0) versions.push_back(version);
    }
    std::sort(versions.begin(), versions.end());
    return versions;
  }
  absl::StatusOr<ByteSource> Open(const std::string& file, int64_t max_bytes) const override {
    return ByteSource::OpenFile(path_ / file, max_bytes);
  }
  absl::StatusOr<ByteSource> OpenBesideModel(int64_t version, const std::string& file,
                                             int64_t max_bytes) const override {
    return OpenWithin(path_ / std::to_string(version), file, max_bytes);
  }
  Stamp StampOfModel() const override {
    Stamp stamp;
    AddStamps(path_, /*depth=*/1, stamp);
    return stamp;
  }
  Stamp StampOfVersion(int64_t version) const override {
    Stamp stamp;
    AddStamps(path_ / std::to_string(version), kMaxStampedDepth, stamp);
    return stamp;
  }

 private:
  const fs::path path_;
};

fs::path DirectoryOf(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

class SingleFile final : public ModelFolder {
 public:
  SingleFile(fs::path file, bool with_siblings)
      : file_(std::move(file)), with_siblings_(with_siblings) {}

  absl::StatusOr<std::vector<int64_t>> Versions() const override { return std::vector<int64_t>{1}; }
  absl::StatusOr<ByteSource> Open(const std::string& file, int64_t max_bytes) const override {
    if (file.starts_with("1/")) return ByteSource::OpenFile(file_, max_bytes);
    if (with_siblings_) return ByteSource::OpenFile(file_.parent_path() / file, max_bytes);
    return NotFound("there is no file {} with the model {}", file, file_.string());
  }
  absl::StatusOr<ByteSource> OpenBesideModel(int64_t, const std::string& file,
                                             int64_t max_bytes) const override {
    return OpenWithin(DirectoryOf(file_), file, max_bytes);
  }
  Stamp StampOfModel() const override {
    Stamp stamp;
    if (with_siblings_) AddStamps(file_.parent_path(), /*depth=*/1, stamp);
    return stamp;
  }
  // Exporters begin the name of a file of weights with that of the model.
  Stamp StampOfVersion(int64_t) const override {
    Stamp files;
    AddStamps(DirectoryOf(file_), /*depth=*/1, files);
    const std::string start = (DirectoryOf(file_) / file_.filename()).string();
    std::erase_if(files, [&](const FileStamp& stamp) { return !stamp.path.starts_with(start); });
    return files;
  }

 private:
  const fs::path file_;
  const bool with_siblings_;
};

class Memory final : public ModelFolder {
 public:
  explicit Memory(std::map<std::string, std::string> files) {
    for (auto& [path, content] : files) files_.emplace(path, std::move(content));
  }

  absl::StatusOr<std::vector<int64_t>> Versions() const override {
    std::set<int64_t> versions;
    for (const auto& [path, content] : files_) {
      const size_t slash = path.find('/');
      if (slash == std::string::npos) continue;
      const int64_t version = ParseVersion(std::string_view(path).substr(0, slash));
      if (version > 0) versions.insert(version);
    }
    return std::vector<int64_t>(versions.begin(), versions.end());
  }
  absl::StatusOr<ByteSource> Open(const std::string& file, int64_t max_bytes) const override {
    const auto found = files_.find(file);
    if (found == files_.end()) return NotFound("there is no file {} among those given", file);
    if (found->second.size() > max_bytes) {
      return InvalidArgument("file {} has {} bytes, expected at most {}", file,
                             found->second.size(), max_bytes);
    }
    return found->second;
  }
  absl::StatusOr<ByteSource> OpenBesideModel(int64_t version, const std::string& file,
                                             int64_t max_bytes) const override {
    return Open(std::to_string(version) + "/" + file, max_bytes);
  }
  Stamp StampOfModel() const override { return {}; }
  Stamp StampOfVersion(int64_t) const override { return {}; }

 private:
  std::map<std::string, ByteSource> files_;
};

}  // namespace

std::unique_ptr<const ModelFolder> DirectoryFolder(fs::path directory) {
  return std::make_unique<Directory>(std::move(directory));
}

std::unique_ptr<const ModelFolder> FileFolder(fs::path file, bool with_siblings) {
  return std::make_unique<SingleFile>(std::move(file), with_siblings);
}

std::unique_ptr<const ModelFolder> MemoryFolder(std::map<std::string, std::string> files) {
  return std::make_unique<Memory>(std::move(files));
}

int64_t ParseVersion(std::string_view text) {
  int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  const bool canonical =
      error == std::errc() && end == text.data() + text.size() && version >= 1 && text[0] != '0';
  return canonical ? version : 0;
}

bool IsFileName(std::string_view name) {
  const auto allowed = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '/' && c != '\\';
  };
  return !name.empty() && name.size() <= 255 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), allowed);
}

absl::StatusOr<std::string> ReadFile(const fs::path& path, int64_t max_bytes) {
  RELUSERVE_ASSIGN_OR_RETURN(const ByteSource source, ByteSource::OpenFile(path, max_bytes));
  return source.ReadAll();
}

absl::StatusOr<std::string> ModelFolder::Read(const std::string& file, int64_t max_bytes) const {
  RELUSERVE_ASSIGN_OR_RETURN(const ByteSource source, Open(file, max_bytes));
  return source.ReadAll();
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

absl::StatusOr<std::vector<fs::path>> SubDirectories(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> result;
  for (auto entry = fs::directory_iterator(path, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code
        ignored;  // of an entry that vanished or points nowhere: it is no directory then
    if (entry->is_directory(ignored) && !IsHidden(entry->path())) result.push_back(entry->path());
  }
  if (error)
    return InvalidArgument("directory {} cannot be read: {}", path.string(), error.message());
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace reluserve::repository
