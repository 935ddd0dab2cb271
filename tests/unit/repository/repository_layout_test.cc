// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/repository_layout.h"

#include <filesystem>
#include <string>
#include <vector>

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

std::vector<std::string> Names(const FoundModels& found) {
  std::vector<std::string> names;
  for (const auto& [name, folder] : found.models) names.push_back(name);
  return names;
}

TEST(RepositoryLayoutTest, FindsTheModelsOfARepository) {
  const TempDir dir;
  dir.Write("resnet/2/model.onnx", "x");
  dir.Write("alexnet/3/model.onnx", "x");
  dir.Write("no_versions/labels.txt", "x");
  dir.Write("README.md", "x");
  dir.Write(".git/1/model.onnx", "x");
  dir.Write("line\nbreak/1/model.onnx", "x");
  dir.Write("\xff/1/model.onnx", "x");
  dir.Write(fs::path(std::string(129, 'n')) / "1" / "model.onnx", "x");
  // A model may have a number for a name: it holds versions, not a model's file.
  dir.Write("7/1/model.onnx", "x");
  fs::create_symlink("loop", dir.path() / "loop");
  fs::create_symlink("nowhere", dir.path() / "dangling");
  const auto found = FindModels(dir.path(), "ignored");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(Names(*found), ElementsAre("7", "alexnet", "no_versions", "resnet"));
  EXPECT_EQ(found->ignored.size(), 3u);
  EXPECT_THAT(found->models.at("resnet")->Versions().value(), ElementsAre(2));
}

TEST(RepositoryLayoutTest, FollowsLinksToDirectories) {
  const TempDir dir;
  const TempDir elsewhere;
  elsewhere.Write("data/4/model.onnx", "x");
  fs::create_symlink(elsewhere.path() / "data", dir.path() / "linked");
  const auto found = FindModels(dir.path(), "");
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_THAT(Names(*found), ElementsAre("linked"));
  EXPECT_THAT(found->models.at("linked")->Versions().value(), ElementsAre(4));
}

struct SingleCase {
  const char* what;
  std::vector<const char*> files;
  const char* path;  // below the directory
  const char* single_name;
  const char* name;
};

TEST(RepositoryLayoutTest, TakesASingleModelInEveryForm) {
  const SingleCase cases[] = {
      {"a file", {"models/net.onnx"}, "models/net.onnx", "", "net"},
      {"a file without a name of its own", {"tiny/model.onnx"}, "tiny/model.onnx", "", "tiny"},
      {"the only file", {"models/net.onnx", "models/labels.txt"}, "models", "", "net"},
      {"the only file, called model", {"models/model.onnx"}, "models/", "", "models"},
      {"a model's directory", {"net/1/model.onnx", "net/3/model.onnx"}, "net", "", "net"},
      {"a model's directory with another file name",
       {"net/1/n.onnx", "net/config.pbtxt"},
       "net",
       "",
       "net"},
      {"a file with its configuration", {"net/model.onnx", "net/config.pbtxt"}, "net", "", "net"},
      {"a name that is given", {"models/model.onnx"}, "models", "resnet", "resnet"},
  };
  for (const SingleCase& each : cases) {
    const TempDir dir;
    for (const char* file : each.files) dir.Write(file, "content");
    const auto found = FindModels(dir.path() / each.path, each.single_name);
    ASSERT_TRUE(found.ok()) << each.what << ": " << found.status();
    ASSERT_THAT(Names(*found), ElementsAre(each.name)) << each.what;
    const std::string file =
        std::string(each.files[0]).ends_with("n.onnx") ? "1/n.onnx" : "1/model.onnx";
    EXPECT_EQ(found->models.begin()->second->Read(file, 100).value(), "content") << each.what;
  }
}

TEST(RepositoryLayoutTest, SaysWhatIsWrong) {
  const TempDir dir;
  dir.Write("two/a.onnx", "x");
  dir.Write("two/b.onnx", "x");
  dir.Write("odd name/model.onnx", "x");
  dir.Write("empty/README", "x");
  const auto missing = FindModels(dir.path() / "missing", "");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("is neither a directory nor"));
  const auto two = FindModels(dir.path() / "two", "");
  EXPECT_EQ(two.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(two.status().message()), HasSubstr("2 model files side by side (a.onnx"));
  const auto odd = FindModels(dir.path() / "odd name", "");
  EXPECT_EQ(odd.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(odd.status().message()), HasSubstr("\"odd name\" cannot be the name"));
  EXPECT_THAT(Names(FindModels(dir.path() / "empty", "").value()), IsEmpty());
}

}  // namespace
}  // namespace reluserve::repository
