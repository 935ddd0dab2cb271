// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_SUPPORT_TEMP_DIR_H_
#define RELUSERVE_TESTS_SUPPORT_TEMP_DIR_H_

#include <filesystem>
#include <string_view>

namespace reluserve::test_support {

// A fresh directory under the system's temporary one, removed with all it holds when this object is
// destroyed.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Writes `content` to the file at `relative`, with the folders it needs, and returns its path.
  std::filesystem::path Write(const std::filesystem::path& relative,
                              std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_TEMP_DIR_H_
