// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/request_input.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/tensor/data_type.h"
#include "server/tensor/half.h"
#include "tests/support/temp_dir.h"

namespace reluserve::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

InputSpec SpecOf(const std::string& datatype, const std::vector<int64_t>& shape) {
  InputSpec spec;
  spec.set_name("image");
  spec.set_datatype(datatype);
  for (int64_t extent : shape) spec.add_shape(extent);
  return spec;
}

template <typename T>
std::vector<T> ValuesOf(const v1::Tensor& tensor) {
  std::vector<T> values(tensor.data().size() / sizeof(T));
  std::memcpy(values.data(), tensor.data().data(), tensor.data().size());
  return values;
}

TEST(RequestInputTest, ParsesShapes) {
  InputShapes shapes;
  ASSERT_TRUE(ParseInputShape("1,3,224,224", &shapes).ok());
  ASSERT_TRUE(ParseInputShape("mask=5", &shapes).ok());
  ASSERT_TRUE(ParseInputShape("a=b=0,2", &shapes).ok());
  EXPECT_EQ(shapes.at(""), Shape({1, 3, 224, 224}));
  EXPECT_EQ(shapes.at("mask"), Shape({5}));
  EXPECT_EQ(shapes.at("a=b"), Shape({0, 2}));
}

TEST(RequestInputTest, RefusesWhatIsNoShape) {
  for (const char* text : {"", "x", "1,", ",1", "1,,2", "1x2", "-1,2", "1, 2",
                           "image=", "9223372036854775808", "1.5"}) {
    InputShapes shapes;
    EXPECT_FALSE(ParseInputShape(text, &shapes).ok()) << text;
    EXPECT_TRUE(shapes.empty()) << text;
  }
  InputShapes shapes = {{"image", Shape({1})}};
  EXPECT_THAT(std::string(ParseInputShape("image=2", &shapes).message()), HasSubstr("two shapes"));
}

TEST(RequestInputTest, ShapesMustBeForInputsOfTheModel) {
  inference::ModelMetadataResponse model;
  model.set_name("detector");
  *model.add_inputs() = SpecOf("FP32", {-1, 4});
  EXPECT_TRUE(CheckShapeNames({{"", Shape({1, 4})}}, model).ok());
  EXPECT_TRUE(CheckShapeNames({{"image", Shape({1, 4})}}, model).ok());
  EXPECT_THAT(std::string(CheckShapeNames({{"imgae", Shape({1, 4})}}, model).message()),
              HasSubstr("model \"detector\" has no input \"imgae\", its inputs are \"image\""));
  model.add_inputs()->set_name("scale");
  EXPECT_THAT(std::string(CheckShapeNames({{"", Shape({1, 4})}}, model).message()),
              HasSubstr("has 2 inputs"));
}

TEST(RequestInputTest, TellsImagesByTheirFirstBytes) {
  EXPECT_TRUE(IsImage("\x89PNG\r\n\x1a\n..."));
  EXPECT_TRUE(IsImage("\xff\xd8\xff\xe0..."));
  EXPECT_FALSE(IsImage("\x89PNG"));
  EXPECT_FALSE(IsImage(""));
}

TEST(RequestInputTest, RawElementsTakeTheOpenExtentFromTheirSize) {
  struct Row {
    std::vector<int64_t> model_shape;
    size_t bytes;
    std::string shape;
  };
  const std::vector<Row> rows = {
      {{-1, 1, 2, 2}, 16, "[1,1,2,2]"},
      {{-1, 1, 2, 2}, 48, "[3,1,2,2]"},
      {{2, -1}, 24, "[2,3]"},
      {{2, 3}, 24, "[2,3]"},
  };
  for (const Row& row : rows) {
    const std::string file(row.bytes, '\1');
    const auto tensor = TensorFromFile(file, SpecOf("FP32", row.model_shape), {});
    ASSERT_TRUE(tensor.ok()) << tensor.status();
    EXPECT_EQ(Shape(std::span(tensor->shape().data(), tensor->shape().size())).ToString(),
              row.shape);
    EXPECT_EQ(tensor->name(), "image");
    EXPECT_EQ(tensor->datatype(), "FP32");
    EXPECT_EQ(tensor->data(), file);
  }
}

TEST(RequestInputTest, RefusesRawElementsThatDoNotFit) {
  struct Row {
    std::vector<int64_t> model_shape;
    size_t bytes;
    InputShapes shapes;
    std::string message;
  };
  const std::vector<Row> rows = {
      {{-1, 4}, 0, {}, "a multiple of 16 bytes"},
      {{-1, 4}, 17, {}, "17 bytes, expected elements of input \"image\", FP32 [-1,4]"},
      {{-1, 0}, 16, {}, "a multiple of 0 bytes"},
      {{-1, -1}, 16, {}, "give its --shape"},
      {{2, 4}, 16, {}, "16 bytes, expected 32"},
      {{-1, 4}, 16, {{"", Shape({2, 4})}}, "16 bytes, expected 32"},
      {{-1, 4}, 16, {{"image", Shape({int64_t{1} << 40, int64_t{1} << 40})}}, "more than one"},
      {{-1, int64_t{1} << 62}, 16, {}, "more than one request can carry"},
  };
  for (const Row& row : rows) {
    const auto tensor =
        TensorFromFile(std::string(row.bytes, '\1'), SpecOf("FP32", row.model_shape), row.shapes);
    ASSERT_FALSE(tensor.ok()) << row.message;
    EXPECT_THAT(std::string(tensor.status().message()), HasSubstr(row.message));
  }
}

TEST(RequestInputTest, NpyBringsItsOwnTypeAndShape) {
  const std::string header = "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2)}";
  const std::string file = "\x93NUMPY" +
                           std::string{'\1', '\0', static_cast<char>(header.size()), '\0'} +
                           header + "abcd";
  const auto tensor = TensorFromFile(file, SpecOf("FP32", {-1, 1, 8, 8}), {});
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->name(), "image");
  EXPECT_EQ(tensor->datatype(), "INT16");
  EXPECT_THAT(tensor->shape(), ElementsAre(1, 2));
  EXPECT_EQ(tensor->data(), "abcd");
}

TEST(RequestInputTest, RandomElementsFollowTheSeed) {
  const InputSpec spec = SpecOf("FP32", {-1, 3, 4, 4});
  std::mt19937_64 first(7);
  std::mt19937_64 again(7);
  std::mt19937_64 other(8);
  const auto tensor = RandomTensor(spec, {}, 5, first);
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_THAT(tensor->shape(), ElementsAre(5, 3, 4, 4));
  EXPECT_EQ(tensor->data(), RandomTensor(spec, {}, 5, again)->data());
  EXPECT_NE(tensor->data(), RandomTensor(spec, {}, 5, other)->data());
  double sum = 0;
  for (float value : ValuesOf<float>(*tensor)) {
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / (5 * 3 * 4 * 4), 0.5, 0.1);
}

TEST(RequestInputTest, RandomElementsOfSixteenBitTypesAreInRange) {
  std::mt19937_64 generator(1);
  const auto half = RandomTensor(SpecOf("FP16", {1000}), {}, 1, generator);
  const auto bfloat16 = RandomTensor(SpecOf("BF16", {1000}), {}, 1, generator);
  ASSERT_TRUE(half.ok() && bfloat16.ok());
  double half_sum = 0;
  double bfloat16_sum = 0;
  for (uint16_t bits : ValuesOf<uint16_t>(*half)) {
    EXPECT_LT(FloatFromHalf(bits), 1);
    EXPECT_GE(FloatFromHalf(bits), 0);
    half_sum += FloatFromHalf(bits);
  }
  for (uint16_t bits : ValuesOf<uint16_t>(*bfloat16)) {
    EXPECT_LT(FloatFromBfloat16(bits), 1);
    EXPECT_GE(FloatFromBfloat16(bits), 0);
    bfloat16_sum += FloatFromBfloat16(bits);
  }
  EXPECT_NEAR(half_sum / 1000, 0.5, 0.05);
  EXPECT_NEAR(bfloat16_sum / 1000, 0.5, 0.05);
}

TEST(RequestInputTest, RandomIntegersAreSmallEnoughForEveryType) {
  for (const char* datatype :
       {"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "BOOL"}) {
    SCOPED_TRACE(datatype);
    std::mt19937_64 generator(3);
    const auto tensor = RandomTensor(SpecOf(datatype, {100}), {}, 1, generator);
    ASSERT_TRUE(tensor.ok()) << tensor.status();
    const size_t bytes = ByteSize(*DataTypeFromName(datatype));
    ASSERT_EQ(tensor->data().size(), 100 * bytes);
    const int limit = std::string(datatype) == "BOOL" ? 2 : 128;
    int largest = 0;
    for (size_t i = 0; i < tensor->data().size(); ++i) {
      const auto byte = static_cast<uint8_t>(tensor->data()[i]);
      EXPECT_LT(byte, i % bytes == 0 ? limit : 1);
      largest = std::max<int>(largest, byte);
    }
    EXPECT_GE(largest, limit / 2);
  }
}

TEST(RequestInputTest, RandomNeedsEveryExtent) {
  std::mt19937_64 generator(1);
  const InputSpec spec = SpecOf("FP32", {-1, 3, -1, -1});
  EXPECT_THAT(std::string(RandomTensor(spec, {}, 1, generator).status().message()),
              HasSubstr("input \"image\" leaves more open than the batch ([-1,3,-1,-1])"));
  const auto given = RandomTensor(spec, {{"image", Shape({2, 3, 4, 5})}}, 1, generator);
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_THAT(given->shape(), ElementsAre(2, 3, 4, 5));
}

TEST(RequestInputTest, ReadsFilesWhole) {
  const test_support::TempDir directory;
  const std::string content("a\0b\n\xff", 5);
  const std::string path = directory.Write("file", content);
  const absl::StatusOr<std::string> file = ReadFile(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*file, content);
  EXPECT_EQ(*ReadFile(directory.Write("empty", "")), "");
}

TEST(RequestInputTest, NamesTheFileThatCannotBeRead) {
  const test_support::TempDir directory;
  const std::string missing = directory.path() / "missing";
  EXPECT_EQ(ReadFile(missing).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(ReadFile(missing).status().message()), HasSubstr(missing));
  EXPECT_THAT(std::string(ReadFile(directory.path()).status().message()),
              HasSubstr(directory.path().string()));
}

}  // namespace
}  // namespace reluserve::client
