// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_repository.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::repository {
namespace {

using test_support::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(ModelRepositoryTest, ServesTheBuiltinModel) {
  const auto repository = ModelRepository::LoadBuiltin();
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_TRUE(repository->ready());
  const auto model = repository->Find("digits", "");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->version(), 1);
  EXPECT_EQ((*model)->labels().size(), 10u);
}

TEST(ModelRepositoryTest, ServesTheNewestVersion) {
  const TempDir dir;
  dir.Write("m/9/model.onnx", SumBytes());
  dir.Write("m/10/model.onnx", ReluBytes());
  dir.Write("m/labels.txt", "cat\ndog\nowl\n");
  const auto repository = ModelRepository::LoadDirectory(dir.path());
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_TRUE(repository->ready());
  for (const char* version : {"", "10"}) {
    const auto model = repository->Find("m", version);
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ((*model)->version(), 10);
    EXPECT_EQ((*model)->inputs()[0].name, "x");
    EXPECT_THAT((*model)->labels(), ElementsAre("cat", "dog", "owl"));
  }
}

TEST(ModelRepositoryTest, SaysWhatThereIsInstead) {
  const TempDir dir;
  dir.Write("one/3/model.onnx", ReluBytes());
  dir.Write("two/1/model.onnx", SumBytes());
  const auto repository = ModelRepository::LoadDirectory(dir.path());
  ASSERT_TRUE(repository.ok()) << repository.status();
  const absl::Status model = repository->Find("three", "").status();
  EXPECT_EQ(model.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(model), HasSubstr("there is no model \"three\"; this server has one, two"));
  for (const char* version : {"1", "03", "3.0", "latest", "../3"}) {
    const absl::Status status = repository->Find("one", version).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << version;
    EXPECT_THAT(Message(status), HasSubstr("this server has version 3"));
  }
  // Names are compared, never looked up in the file system.
  EXPECT_EQ(repository->Find("one/../two", "").status().code(), absl::StatusCode::kNotFound);
}

TEST(ModelRepositoryTest, ServesTheOthersWhereOneIsBroken) {
  const TempDir dir;
  dir.Write("broken/1/model.onnx", "not a model");
  dir.Write("empty/labels.txt", "cat\n");
  dir.Write("fine/1/model.onnx", ReluBytes());
  dir.Write("mislabelled/1/model.onnx", ReluBytes());
  dir.Write("mislabelled/labels.txt", "cat\n");
  dir.Write("older/1/model.onnx", ReluBytes());
  dir.Write("older/2/other.onnx", ReluBytes());
  const auto repository = ModelRepository::LoadDirectory(dir.path());
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_FALSE(repository->ready());
  EXPECT_TRUE(repository->Find("fine", "").ok());
  const std::pair<const char*, const char*> reasons[] = {
      {"broken", "model \"broken\" is not ready: "},
      {"empty", "has no version: expected"},
      {"mislabelled", "labels.txt has 1 labels"},
      {"older", "there is no file"},
  };
  for (const auto& [name, reason] : reasons) {
    const absl::Status status = repository->Find(name, "").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << name;
    EXPECT_THAT(Message(status), HasSubstr(reason));
  }
}

TEST(ModelRepositoryTest, RefusesADirectoryWithoutModels) {
  const TempDir dir;
  dir.Write("model.onnx", ReluBytes());
  const absl::Status status = ModelRepository::LoadDirectory(dir.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(status), HasSubstr("holds no model: expected"));
}

}  // namespace
}  // namespace reluserve::repository
