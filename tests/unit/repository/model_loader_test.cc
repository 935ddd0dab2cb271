// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_loader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::repository {
namespace {

using test_support::TempDir;
using testing::HasSubstr;

// y = x * w, with three weights in a file of their own.
std::string WithWeightsIn(const std::string& location) {
  onnx::TensorProto elsewhere;
  elsewhere.set_data_type(onnx::TensorProto::FLOAT);
  elsewhere.add_dims(3);
  elsewhere.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto& entry = *elsewhere.add_external_data();
  entry.set_key("location");
  entry.set_value(location);
  return ModelBuilder()
      .Input("x", {-1, 3})
      .Initializer("w", elsewhere)
      .Node("Mul", {"x", "w"}, {"y"})
      .Output("y")
      .Bytes();
}

absl::StatusOr<std::shared_ptr<const LoadedModel>> LoadFrom(const TempDir& dir) {
  return LoadVersion("m", *DirectoryFolder(dir.path() / "m"), 1, {}, {});
}

TEST(ModelLoaderTest, LoadsWeightsBesideTheModel) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", WithWeightsIn("model.onnx.data"));
  dir.Write("m/1/model.onnx.data", std::string(12, '\0'));
  const auto model = LoadFrom(dir);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->outputs()[0].name, "y");
}

TEST(ModelLoaderTest, SaysWhichWeightsAreMissing) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", WithWeightsIn("model.onnx.data"));
  const auto model = LoadFrom(dir);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("initializer \"w\" has its data"));
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("m/1/model.onnx.data"));
}

TEST(ModelLoaderTest, KeepsAModelFromFilesOutsideItsDirectory) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", WithWeightsIn("../../secret"));
  dir.Write("secret", std::string(12, '\0'));
  const auto model = LoadFrom(dir);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("\"../../secret\""));
}

}  // namespace
}  // namespace reluserve::repository
