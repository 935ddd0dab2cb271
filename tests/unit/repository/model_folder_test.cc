// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_folder.h"

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

TEST(ModelFolderTest, ListsTheVersionsOfADirectory) {
  const TempDir dir;
  for (const char* version : {"2", "10", "1", "9223372036854775807"}) {
    dir.Write(fs::path(version) / "model.onnx", "x");
  }
  for (const char* no_version :
       {"01", "0", "-1", "+1", "1.0", "latest", ".3", "3 ", "9223372036854775808"}) {
    dir.Write(fs::path(no_version) / "model.onnx", "x");
  }
  dir.Write("4", "a file, no directory");
  const auto folder = DirectoryFolder(dir.path());
  EXPECT_THAT(folder->Versions().value(), ElementsAre(1, 2, 10, 9223372036854775807));
}

TEST(ModelFolderTest, StampsChangeWithTheFiles) {
  const TempDir dir;
  dir.Write("1/model.onnx", "one");
  dir.Write("2/model.onnx", "two");
  dir.Write("config.pbtxt", "");
  const auto folder = DirectoryFolder(dir.path());
  const Stamp model = folder->StampOfModel();
  const Stamp first = folder->StampOfVersion(1);
  const Stamp second = folder->StampOfVersion(2);
  ASSERT_EQ(model.size(), 1u);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].bytes, 3);
  EXPECT_EQ(folder->StampOfVersion(1), first);

  dir.Write("1/model.onnx", "longer");
  EXPECT_NE(folder->StampOfVersion(1), first);
  EXPECT_EQ(folder->StampOfVersion(2), second);
  EXPECT_EQ(folder->StampOfModel(), model);
  // As many bytes, but written later.
  fs::last_write_time(dir.path() / "2/model.onnx",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_NE(folder->StampOfVersion(2), second);
  // A file that comes.
  dir.Write("labels.txt", "cat");
  EXPECT_EQ(folder->StampOfModel().size(), 2u);
  EXPECT_THAT(folder->StampOfVersion(3), IsEmpty());
}

TEST(ModelFolderTest, ServesOneFileAsVersionOne) {
  const TempDir dir;
  const fs::path file = dir.Write("net.onnx", "bytes");
  dir.Write("labels.txt", "cat");
  const auto alone = FileFolder(file, /*with_siblings=*/false);
  EXPECT_THAT(alone->Versions().value(), ElementsAre(1));
  EXPECT_EQ(alone->Read("1/model.onnx", 100).value(), "bytes");
  EXPECT_EQ(alone->Read("labels.txt", 100).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FileFolder(file, /*with_siblings=*/true)->Read("labels.txt", 100).value(), "cat");
}

TEST(ModelFolderTest, ReadsWeightsBesideAModel) {
  const TempDir dir;
  dir.Write("secret", "s");
  dir.Write("net/1/model.onnx", "bytes");
  dir.Write("net/1/a b/w.bin", "ww");
  fs::create_symlink("a b/w.bin", dir.path() / "net/1/link.bin");
  fs::create_symlink("../../secret", dir.path() / "net/1/escape.bin");
  fs::create_directory_symlink("../..", dir.path() / "net/1/up");
  const auto directory = DirectoryFolder(dir.path() / "net");
  const auto file = FileFolder(dir.path() / "net/1/model.onnx", /*with_siblings=*/false);
  for (const ModelFolder* folder : {directory.get(), file.get()}) {
    EXPECT_EQ(folder->OpenBesideModel(1, "a b/w.bin", 2)->ReadAll().value(), "ww");
    EXPECT_EQ(folder->OpenBesideModel(1, "link.bin", 2)->ReadAll().value(), "ww");
    EXPECT_EQ(folder->OpenBesideModel(1, "a b/w.bin", 1).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(folder->OpenBesideModel(1, "w.bin", 2).status().code(), absl::StatusCode::kNotFound);
    for (const char* outside : {"escape.bin", "up/secret", "../../secret"}) {
      const auto read = folder->OpenBesideModel(1, outside, 9);
      EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << outside;
      EXPECT_THAT(std::string(read.status().message()),
                  HasSubstr("is not in the directory of the model"));
    }
  }
}

// A change of the weights is a change of the model.
TEST(ModelFolderTest, StampsOfOneFileHaveItsWeights) {
  const TempDir dir;
  const fs::path file = dir.Write("net.onnx", "bytes");
  dir.Write("other.onnx", "x");
  const auto folder = FileFolder(file, /*with_siblings=*/false);
  EXPECT_EQ(folder->StampOfVersion(1).size(), 1u);
  dir.Write("net.onnx.data", "w");
  const Stamp stamp = folder->StampOfVersion(1);
  EXPECT_EQ(stamp.size(), 2u);
  dir.Write("net.onnx.data", "ww");
  EXPECT_NE(folder->StampOfVersion(1), stamp);
}

TEST(ModelFolderTest, HoldsFilesInMemory) {
  const auto folder = MemoryFolder({{"3/model.onnx", "bytes"}, {"x/y", ""}, {"labels.txt", "cat"}});
  EXPECT_THAT(folder->Versions().value(), ElementsAre(3));
  EXPECT_EQ(folder->Read("3/model.onnx", 5).value(), "bytes");
  EXPECT_EQ(folder->Read("3/model.onnx", 4).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(folder->OpenBesideModel(3, "model.onnx", 5)->ReadAll().value(), "bytes");
  EXPECT_EQ(folder->Read("../labels.txt", 5).status().code(), absl::StatusCode::kNotFound);
}

TEST(ModelFolderTest, KnowsFileNamesFromPaths) {
  for (const char* name : {"model.onnx", "labels-v1_2.txt", "m"}) EXPECT_TRUE(IsFileName(name));
  for (const char* name : {"", ".", "..", ".hidden", "a/b", "../m", "/m", "a\\b", "a b", "a\n"}) {
    EXPECT_FALSE(IsFileName(name)) << name;
  }
}

TEST(ModelFolderTest, ReadsWholeFilesUpToALimit) {
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

TEST(ModelFolderTest, SplitsLines) {
  EXPECT_THAT(SplitLines(""), IsEmpty());
  EXPECT_THAT(SplitLines("\n\n"), IsEmpty());
  EXPECT_THAT(SplitLines("cat"), ElementsAre("cat"));
  EXPECT_THAT(SplitLines("cat\r\ndog\r\n"), ElementsAre("cat", "dog"));
  // An empty line in the middle holds a class's place.
  EXPECT_THAT(SplitLines("cat\n\nbig dog\n\n"), ElementsAre("cat", "", "big dog"));
}

}  // namespace
}  // namespace reluserve::repository
