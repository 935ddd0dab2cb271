// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_directory.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::repository {
namespace {

namespace fs = std::filesystem;

using test_support::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ModelDirectoryTest, ListsModelsAndVersions) {
  const TempDir dir;
  dir.Write("resnet/2/model.onnx", "x");
  dir.Write("resnet/10/model.onnx", "x");
  dir.Write("resnet/1/model.onnx", "x");
  dir.Write("alexnet/3/model.onnx", "x");
  const auto models = ListModelDirectories(dir.path());
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 2u);
  EXPECT_EQ((*models)[0].name, "alexnet");
  EXPECT_EQ((*models)[0].path, dir.path() / "alexnet");
  EXPECT_THAT((*models)[0].versions, ElementsAre(3));
  EXPECT_EQ((*models)[1].name, "resnet");
  EXPECT_THAT((*models)[1].versions, ElementsAre(1, 2, 10));
}

TEST(ModelDirectoryTest, PassesOverWhatIsNoModelAndNoVersion) {
  const TempDir dir;
  for (const char* version : {"01", "0", "-1", "+1", "1.0", "latest", ".1", "1 ",
                              "9223372036854775808", "9223372036854775807"}) {
    dir.Write(fs::path("m") / version / "model.onnx", "x");
  }
  dir.Write("m/2", "a file, no directory");
  dir.Write("README.md", "x");
  dir.Write(".git/1/model.onnx", "x");
  dir.Write("line\nbreak/1/model.onnx", "x");
  dir.Write("\xff/1/model.onnx", "x");
  dir.Write(fs::path(std::string(129, 'n')) / "1" / "model.onnx", "x");
  fs::create_symlink("loop", dir.path() / "loop");
  fs::create_symlink("nowhere", dir.path() / "dangling");
  const auto models = ListModelDirectories(dir.path());
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 1u);
  EXPECT_EQ((*models)[0].name, "m");
  EXPECT_THAT((*models)[0].versions, ElementsAre(9223372036854775807));
}

TEST(ModelDirectoryTest, FollowsLinksToDirectories) {
  const TempDir dir;
  const TempDir elsewhere;
  elsewhere.Write("data/4/model.onnx", "x");
  fs::create_symlink(elsewhere.path() / "data", dir.path() / "linked");
  const auto models = ListModelDirectories(dir.path());
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 1u);
  EXPECT_EQ((*models)[0].name, "linked");
  EXPECT_THAT((*models)[0].versions, ElementsAre(4));
}

TEST(ModelDirectoryTest, NamesTheDirectoryThatIsNotThere) {
  const TempDir dir;
  const fs::path file = dir.Write("file", "x");
  for (const fs::path& path : {dir.path() / "missing", file}) {
    const auto models = ListModelDirectories(path);
    EXPECT_EQ(models.status().code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(models.status().message()), HasSubstr(path.string()));
  }
}

TEST(ModelDirectoryTest, ReadsWholeFilesUpToALimit) {
  const TempDir dir;
  const std::string content("a\0b\n", 4);
  const fs::path path = dir.Write("file", content);
  EXPECT_EQ(ReadFile(path, 4).value(), content);
  EXPECT_EQ(ReadFile(dir.Write("empty", ""), 4).value(), "");

  const auto larger = ReadFile(path, 3);
  EXPECT_EQ(larger.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(larger.status().message()), HasSubstr("has 4 bytes, expected at most 3"));
  EXPECT_EQ(ReadFile(dir.path() / "missing", 4).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFile(dir.path(), 4).status().code(), absl::StatusCode::kNotFound);
}

TEST(ModelDirectoryTest, SplitsLines) {
  EXPECT_THAT(SplitLines(""), IsEmpty());
  EXPECT_THAT(SplitLines("\n\n"), IsEmpty());
  EXPECT_THAT(SplitLines("cat"), ElementsAre("cat"));
  EXPECT_THAT(SplitLines("cat\r\ndog\r\n"), ElementsAre("cat", "dog"));
  // An empty line in the middle holds a class's place.
  EXPECT_THAT(SplitLines("cat\n\nbig dog\n\n"), ElementsAre("cat", "", "big dog"));
}

}  // namespace
}  // namespace reluserve::repository
