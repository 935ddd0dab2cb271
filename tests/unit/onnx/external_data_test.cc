// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/external_data.h"

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/base/status.h"
#include "server/onnx/importer.h"
#include "tests/unit/onnx/model_builder.h"

namespace reluserve::onnx_import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Keys = std::vector<std::pair<std::string, std::string>>;

// Four floats that lie elsewhere.
onnx::TensorProto Elsewhere(const Keys& keys, int onnx_type = onnx::TensorProto::FLOAT) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx_type);
  tensor.add_dims(4);
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : keys) {
    onnx::StringStringEntryProto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  return tensor;
}

std::string BytesOf(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// Files in memory, and how often they were read.
class Files {
 public:
  explicit Files(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  ReadExternalFile reader() {
    return [this](const std::string& path) -> absl::StatusOr<std::string> {
      ++reads_;
      const auto found = files_.find(path);
      if (found == files_.end()) return NotFound("there is no file {}", path);
      return found->second;
    };
  }
  int reads() const { return reads_; }

 private:
  const std::map<std::string, std::string> files_;
  int reads_ = 0;
};

std::string ModelWith(const onnx::TensorProto& weights) {
  return ModelBuilder(13)
      .Input("x", {4})
      .Initializer("w", weights)
      .Node("Mul", {"x", "w"}, {"y"})
      .Output("y")
      .Bytes();
}

TEST(ExternalDataTest, TakesWeightsFromTheirFile) {
  Files files({{"net.onnx.data", BytesOf({9, 1, 2, 3, 4, 8})}});
  ImportOptions options;
  options.read_external = files.reader();
  const auto model = ImportModel(
      ModelWith(Elsewhere({{"location", "net.onnx.data"}, {"offset", "4"}, {"length", "16"}})),
      options);
  ASSERT_TRUE(model.ok()) << model.status();
  const auto weights = model->graph.nodes.at(0).inputs.at(1);
  EXPECT_THAT(model->graph.ConstantOf(weights)->values<float>(), ElementsAre(1, 2, 3, 4));
}

TEST(ExternalDataTest, WidensHalves) {
  const std::vector<uint16_t> halves = {0x3c00, 0x4000, 0xc000, 0x0000};
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), halves.data(), bytes.size());
  Files files({{"w", bytes}});
  ImportOptions options;
  options.read_external = files.reader();
  const auto model =
      ImportModel(ModelWith(Elsewhere({{"location", "w"}}, onnx::TensorProto::FLOAT16)), options);
  ASSERT_TRUE(model.ok()) << model.status();
  const auto weights = model->graph.nodes.at(0).inputs.at(1);
  EXPECT_THAT(model->graph.ConstantOf(weights)->values<float>(), ElementsAre(1, 2, -2, 0));
}

TEST(ExternalDataTest, ReadsAFileOnce) {
  Files files({{"below/w", BytesOf({1, 2, 3, 4, 5, 6, 7, 8})}});
  ExternalData external(files.reader());
  for (const char* location : {"below/w", "./below/w", "x/../below/w"}) {
    const auto bytes = external.Find(Elsewhere({{"location", location}, {"offset", "16"}}), 16);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    std::string content(16, '?');
    EXPECT_EQ(bytes->Read(0, content), absl::OkStatus());
    EXPECT_EQ(content, BytesOf({5, 6, 7, 8}));
  }
  EXPECT_EQ(files.reads(), 1);
}

// Some exporters write a file for each tensor, and a process may have some thousand files open.
TEST(ExternalDataTest, ClosesFilesAndOpensThemAgain) {
  std::map<std::string, std::string> contents;
  const auto name = [](int i) { return "w" + std::to_string(i); };
  for (int i = 0; i < 600; ++i) contents[name(i)] = BytesOf({1, 2, 3, 4});
  Files files(contents);
  ExternalData external(files.reader());
  for (int i = 0; i < 600; ++i) {
    EXPECT_TRUE(external.Find(Elsewhere({{"location", name(i)}}), 16).ok()) << i;
  }
  EXPECT_EQ(files.reads(), 600);
  const onnx::TensorProto first = Elsewhere({{"location", name(0)}});
  EXPECT_TRUE(external.Find(first, 16).ok());
  EXPECT_EQ(files.reads(), 601);
  // What it may still be asked for was not forgotten.
  EXPECT_FALSE(external.Find(first, 16).ok());
}

TEST(ExternalDataTest, RefusesWhatDoesNotFit) {
  const struct {
    Keys keys;
    absl::StatusCode code;
    const char* message;
  } kRows[] = {
      {{{"location", "w"}, {"offset", "1"}}, absl::StatusCode::kInvalidArgument, "16 bytes only"},
      {{{"location", "w"}, {"offset", "9223372036854775807"}},
       absl::StatusCode::kInvalidArgument,
       "from byte 9223372036854775807"},
      {{{"location", "w"}, {"length", "12"}},
       absl::StatusCode::kInvalidArgument,
       "takes 16 bytes, but 12 are said to be"},
      {{{"location", "w"}, {"offset", "-4"}},
       absl::StatusCode::kInvalidArgument,
       "offset in another file that is not a number of bytes"},
      {{{"location", "w"}, {"length", "16 "}},
       absl::StatusCode::kInvalidArgument,
       "length in another file that is not a number of bytes"},
      {{{"location", "other"}}, absl::StatusCode::kNotFound, "there is no file other"},
      {{}, absl::StatusCode::kInvalidArgument, "expected one in the directory of the model"},
  };
  for (const auto& row : kRows) {
    Files files({{"w", BytesOf({1, 2, 3, 4})}});
    ExternalData external(files.reader());
    const absl::Status status = external.Find(Elsewhere(row.keys), 16).status();
    EXPECT_EQ(status.code(), row.code) << row.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
}

TEST(ExternalDataTest, NeverAsksForFilesElsewhere) {
  for (const char* location : {"/etc/passwd", "../w", "a/../../w", "..", ".", "./", "a/..", "w/",
                               "//w", "w\n", "w\xff", ""}) {
    Files files({});
    ExternalData external(files.reader());
    const absl::Status status = external.Find(Elsewhere({{"location", location}}), 16).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << location;
    EXPECT_EQ(files.reads(), 0) << location;
  }
}

// Each names the same range: one file must not become any amount of memory.
TEST(ExternalDataTest, BoundsWhatTensorsTakeTogether) {
  Files files({{"w", BytesOf({1, 2, 3, 4})}});
  ExternalData external(files.reader());
  const onnx::TensorProto tensor = Elsewhere({{"location", "w"}});
  EXPECT_TRUE(external.Find(tensor, 16).ok());
  EXPECT_TRUE(external.Find(tensor, 16).ok());
  EXPECT_THAT(std::string(external.Find(tensor, 16).status().message()),
              HasSubstr("together more than twice its 16 bytes"));
}

TEST(ExternalDataTest, RefusesWithoutFiles) {
  const auto model = ImportModel(ModelWith(Elsewhere({{"location", "net.onnx.data"}})));
  EXPECT_EQ(model.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(std::string(model.status().message()),
            "initializer \"w\" has its data in file \"net.onnx.data\", but there are no files "
            "beside this model; save it with the weights inside");
}

}  // namespace
}  // namespace reluserve::onnx_import
