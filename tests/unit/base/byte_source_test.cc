// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/base/byte_source.h"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve {
namespace {

using test_support::TempDir;
using testing::HasSubstr;

std::string Part(const ByteSource& source, int64_t offset, size_t size) {
  std::string part(size, '?');
  EXPECT_EQ(source.Read(offset, part), absl::OkStatus());
  return part;
}

TEST(ByteSourceTest, ReadsPartsOfFilesAndOfMemory) {
  const TempDir dir;
  const std::string bytes("ab\0cd", 5);
  const ByteSource file = ByteSource::OpenFile(dir.Write("file", bytes), 5).value();
  // An open file stays what it is when another takes its name.
  std::filesystem::rename(dir.Write("other", "xxxxx"), dir.path() / "file");
  for (const ByteSource& source : {file, ByteSource(bytes)}) {
    EXPECT_EQ(source.size(), 5);
    EXPECT_EQ(Part(source, 0, 5), bytes);
    EXPECT_EQ(Part(source, 1, 3), bytes.substr(1, 3));
    EXPECT_EQ(Part(source, 5, 0), "");
    EXPECT_EQ(source.ReadAll().value(), bytes);
    EXPECT_EQ(source.CheckUnchanged(), absl::OkStatus());
  }
  EXPECT_EQ(ByteSource().size(), 0);
}

TEST(ByteSourceTest, RefusesWhatIsNoFileOrTooLarge) {
  const TempDir dir;
  const auto larger = ByteSource::OpenFile(dir.Write("file", "bytes"), 4);
  EXPECT_EQ(larger.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(larger.status().message()), HasSubstr("has 5 bytes, expected at most 4"));
  ASSERT_EQ(mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
  for (const auto& path : {dir.path(), dir.path() / "missing", dir.path() / "pipe"}) {
    EXPECT_EQ(ByteSource::OpenFile(path, 9).status().code(), absl::StatusCode::kNotFound) << path;
  }
}

TEST(ByteSourceTest, SaysThatAFileChanged) {
  const TempDir dir;
  const std::filesystem::path path = dir.Write("file", "bytes");
  const ByteSource source = ByteSource::OpenFile(path, 9).value();
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
  EXPECT_THAT(std::string(source.CheckUnchanged().message()),
              HasSubstr("changed while it was read"));
  // Cut short, it is an error to read what is gone, not the end of the process.
  std::filesystem::resize_file(path, 2);
  std::string all(5, '?');
  EXPECT_THAT(std::string(source.Read(0, all).message()), HasSubstr("cannot be read to its end"));
}

}  // namespace
}  // namespace reluserve
