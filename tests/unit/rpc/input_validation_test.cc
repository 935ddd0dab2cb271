// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/input_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/repository/small_models.h"

namespace reluserve::rpc {
namespace {

using repository::LoadSmall;
using testing::HasSubstr;

// An input of as many zero bytes as asked for.
struct Input {
  std::string name;
  std::string datatype;
  std::vector<int64_t> shape;
  size_t byte_count = 0;
};

absl::Status Validate(const repository::LoadedModel& model, const std::vector<Input>& inputs) {
  std::vector<std::string> bytes;
  for (const Input& input : inputs) bytes.emplace_back(input.byte_count, '\0');
  std::vector<NamedTensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    tensors.push_back({inputs[i].name, inputs[i].datatype, inputs[i].shape, bytes[i]});
  }
  return ValidateInputs(model, tensors).status();
}

struct Row {
  std::vector<Input> inputs;
  std::string message;
};

TEST(InputValidationTest, SaysWhatDoesNotFit) {
  const auto model = LoadSmall(repository::SumBytes());
  constexpr int64_t kHuge = int64_t{1} << 62;
  const Input a = {"a", "FP32", {3, 2}, 24};
  const Input b = {"b", "FP32", {3, 2}, 24};
  const Row rows[] = {
      {{}, "input \"a\" is missing; model \"m\" takes a, b"},
      {{b}, "input \"a\" is missing"},
      {{a, b, a}, "input \"a\" is given twice"},
      {{a, {"c", "FP32", {3, 2}, 24}}, "model \"m\" has no input \"c\"; its inputs are a, b"},
      {{a, {"", "FP32", {3, 2}, 24}}, "model \"m\" has no input \"\""},
      {{a, {"b", "INT32", {3, 2}, 24}}, "input \"b\" has datatype INT32, expected FP32"},
      {{a, {"b", "BYTES", {3, 2}, 24}}, "input \"b\" has the unknown datatype \"BYTES\""},
      {{a, {"b", "fp32", {3, 2}, 24}}, "input \"b\" has the unknown datatype \"fp32\""},
      {{a, {"b", "FP32", {6}, 24}}, "input \"b\" has shape [6], expected [batch,2]"},
      {{a, {"b", "FP32", {3, 2, 1}, 24}}, "input \"b\" has shape [3,2,1], expected [batch,2]"},
      {{a, {"b", "FP32", {2, 3}, 24}}, "input \"b\" has shape [2,3], expected [batch,2]"},
      {{a, {"b", "FP32", {0, 2}, 0}}, "input \"b\" has shape [0,2], expected [batch,2]"},
      {{a, {"b", "FP32", {-3, 2}, 24}}, "input \"b\" has shape [-3,2]: an extent is negative"},
      {{a, {"b", "FP32", {3, -2}, 24}}, "input \"b\" has shape [3,-2]: an extent is negative"},
      {{a, {"b", "FP32", {kHuge, 2}, 0}}, "the product overflows; expected [batch,2]"},
      // The elements can be counted, their bytes cannot.
      {{a, {"b", "FP32", {kHuge / 2, 2}, 0}}, "the product overflows; expected [batch,2]"},
      {{a, {"b", "FP32", {3, 2}, 23}}, "has 23 bytes, expected 24 for shape [3,2] of FP32"},
      {{a, {"b", "FP32", {3, 2}, 28}}, "has 28 bytes, expected 24 for shape [3,2] of FP32"},
      {{a, {"b", "FP32", {3, 2}, 0}}, "has 0 bytes, expected 24"},
      {{a, {"b", "FP32", {2, 2}, 16}}, "input \"b\" has a batch of 2, but input \"a\" one of 3"},
  };
  for (const Row& row : rows) {
    const absl::Status status = Validate(*model, row.inputs);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
  EXPECT_TRUE(Validate(*model, {a, b}).ok());
}

TEST(InputValidationTest, NamesOpenExtentsThatAreNoBatch) {
  const auto model = LoadSmall(repository::ModelBuilder()
                                   .Input("x", {-1, 3, -1, 4})
                                   .Node("Relu", {"x"}, {"y"})
                                   .Output("y")
                                   .Bytes());
  EXPECT_THAT(std::string(Validate(*model, {{"x", "FP32", {1, 3, 0, 4}, 0}}).message()),
              HasSubstr("has shape [1,3,0,4], expected [batch,3,any,4]"));
  EXPECT_TRUE(Validate(*model, {{"x", "FP32", {1, 3, 5, 4}, 240}}).ok());
}

TEST(InputValidationTest, PutsInputsInTheModelsOrderWithoutCopying) {
  const auto model = LoadSmall(repository::SumBytes());
  const std::string a(8, 'a');
  const std::string b(8, 'b');
  const std::vector<int64_t> shape = {1, 2};
  const NamedTensor tensors[] = {{"b", "FP32", shape, b}, {"a", "FP32", shape, a}};
  const auto views = ValidateInputs(*model, tensors);
  ASSERT_TRUE(views.ok()) << views.status();
  ASSERT_EQ(views->size(), 2u);
  EXPECT_EQ((*views)[0].data, a.data());
  EXPECT_EQ((*views)[1].data, b.data());
  EXPECT_EQ((*views)[1].shape, (Shape{1, 2}));
}

TEST(InputValidationTest, RefusesBoolsThatAreNeitherZeroNorOne) {
  const auto model = LoadSmall(repository::CastBytes(onnx::TensorProto::BOOL));
  const std::vector<int64_t> shape = {1, 2};
  const std::pair<std::string, std::string> rows[] = {
      {std::string("\0\1", 2), ""},
      {std::string("\1\2", 2), "input \"x\" has element 2 at position 1, expected 0 or 1 for BOOL"},
      {std::string("\xff\0", 2),
       "input \"x\" has element 255 at position 0, expected 0 or 1 for BOOL"},
  };
  for (const auto& [bytes, message] : rows) {
    const NamedTensor tensors[] = {{"x", "BOOL", shape, bytes}};
    EXPECT_EQ(std::string(ValidateInputs(*model, tensors).status().message()), message);
  }
}

}  // namespace
}  // namespace reluserve::rpc
