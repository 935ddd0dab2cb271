// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_directory.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "server/base/printable.h"
#include "server/base/status.h"

namespace reluserve::repository {
namespace {

namespace fs = std::filesystem;

// A positive number in its one canonical spelling.
std::optional<int64_t> ParseVersion(std::string_view text) {
  int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1 || text[0] == '0') {
    return std::nullopt;
  }
  return version;
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// What is safe in protocol messages, log lines and file names alike.
bool IsModelName(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  return name.size() <= 128 && name.find_first_not_of(kAllowed) == std::string_view::npos;
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

}  // namespace

absl::StatusOr<std::vector<ModelDirectory>> ListModelDirectories(const fs::path& repository) {
  std::error_code error;
  if (!fs::is_directory(repository, error)) {
    return NotFound("model repository {} is not a directory", repository.string());
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<fs::path> models, SubDirectories(repository));
  std::vector<ModelDirectory> result;
  for (const fs::path& path : models) {
    ModelDirectory model = {path.filename().string(), path, {}};
    if (!IsModelName(model.name)) {
      spdlog::warn("directory_ignored name=\"{}\" expected=\"at most 128 letters, digits, _ - .\"",
                   Printable(model.name, 128));
      continue;
    }
    RELUSERVE_ASSIGN_OR_RETURN(const std::vector<fs::path> versions, SubDirectories(path));
    for (const fs::path& version : versions) {
      if (const auto number = ParseVersion(version.filename().string())) {
        model.versions.push_back(*number);
      }
    }
    std::sort(model.versions.begin(), model.versions.end());
    result.push_back(std::move(model));
  }
  return result;
}

absl::StatusOr<std::string> ReadFile(const fs::path& path, int64_t max_bytes) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return NotFound("there is no file {}", path.string());
  const auto bytes = static_cast<int64_t>(fs::file_size(path, error));
  if (error) return InvalidArgument("file {} cannot be read: {}", path.string(), error.message());
  if (bytes > max_bytes) {
    return InvalidArgument("file {} has {} bytes, expected at most {}", path.string(), bytes,
                           max_bytes);
  }
  std::string contents(static_cast<size_t>(bytes), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(contents.data(), bytes)) {
    return InvalidArgument("file {} cannot be read to its end ({} bytes)", path.string(), bytes);
  }
  return contents;
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

}  // namespace reluserve::repository
