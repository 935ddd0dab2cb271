// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/open_inference_codec.h"

#include <cstring>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "server/rpc/bytes_tensor.h"
#include "tests/unit/batching/kept_result.h"
#include "tests/unit/repository/small_models.h"
#include "tests/unit/rpc/grey_pixel.h"

namespace reluserve::rpc {
namespace {

using inference::ModelInferRequest;
using inference::ModelInferResponse;
using repository::LoadedModel;
using repository::LoadSmall;
using testing::ElementsAre;
using testing::HasSubstr;

ModelInferRequest Parse(const std::string& text) {
  ModelInferRequest message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

template <typename T>
std::vector<T> Values(const void* data, size_t count) {
  std::vector<T> values(count);
  std::memcpy(values.data(), data, count * sizeof(T));
  return values;
}

template <typename T>
std::vector<T> Values(const std::string& bytes) {
  return Values<T>(bytes.data(), bytes.size() / sizeof(T));
}

const SharedMemoryRegions& NoSharedMemory() {
  static const SharedMemoryRegions regions(false, 0);
  return regions;
}

std::string Message(const ModelInferRequest& message, const LoadedModel& model) {
  const absl::Status status = DecodeRequest(message, model, NoSharedMemory()).status();
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

// Two elements of one input.
template <typename T>
void ExpectDecodes(int onnx_type, const std::string& datatype, const std::string& contents, T first,
                   T second) {
  const auto model = LoadSmall(repository::CastBytes(onnx_type));
  const ModelInferRequest message = Parse("inputs { name: 'x' datatype: '" + datatype +
                                          "' shape: [1, 2] contents { " + contents + " } }");
  const auto request = DecodeRequest(message, *model, NoSharedMemory());
  ASSERT_TRUE(request.ok()) << datatype << request.status();
  EXPECT_THAT(Values<T>(request->inputs[0].data, 2), ElementsAre(first, second)) << datatype;
}

TEST(OpenInferenceCodecTest, DecodesTypedContents) {
  using onnx::TensorProto;
  ExpectDecodes<float>(TensorProto::FLOAT, "FP32", "fp32_contents: [1.5, -2.5]", 1.5f, -2.5f);
  ExpectDecodes<double>(TensorProto::DOUBLE, "FP64", "fp64_contents: [0.1, -1e300]", 0.1, -1e300);
  ExpectDecodes<int8_t>(TensorProto::INT8, "INT8", "int_contents: [127, -128]", 127, -128);
  ExpectDecodes<int16_t>(TensorProto::INT16, "INT16", "int_contents: [32767, -32768]", 32767,
                         -32768);
  ExpectDecodes<int32_t>(TensorProto::INT32, "INT32", "int_contents: [70000, -70000]", 70000,
                         -70000);
  ExpectDecodes<int64_t>(TensorProto::INT64, "INT64", "int64_contents: [5000000000, -5]",
                         5000000000, -5);
  ExpectDecodes<uint8_t>(TensorProto::UINT8, "UINT8", "uint_contents: [255, 1]", 255, 1);
  ExpectDecodes<uint16_t>(TensorProto::UINT16, "UINT16", "uint_contents: [65535, 1]", 65535, 1);
  ExpectDecodes<uint32_t>(TensorProto::UINT32, "UINT32", "uint_contents: [4294967295, 1]",
                          4294967295, 1);
  ExpectDecodes<uint64_t>(TensorProto::UINT64, "UINT64", "uint64_contents: [5000000000, 1]",
                          5000000000, 1);
  ExpectDecodes<uint8_t>(TensorProto::BOOL, "BOOL", "bool_contents: [true, false]", 1, 0);
}

TEST(OpenInferenceCodecTest, BindsTypedContentsOfTheTensorsTypeWhereTheyLie) {
  const auto model = LoadSmall(repository::CastBytes(onnx::TensorProto::FLOAT));
  const ModelInferRequest message = Parse(
      "inputs { name: 'x' datatype: 'FP32' shape: [1, 2] contents { fp32_contents: [1, 2] } }");
  const auto request = DecodeRequest(message, *model, NoSharedMemory());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->inputs[0].data, message.inputs(0).contents().fp32_contents().data());
}

struct ContentsRow {
  int onnx_type;
  std::string input;  // after the name
  std::string message;
};

TEST(OpenInferenceCodecTest, SaysWhatIsWrongWithTypedContents) {
  using onnx::TensorProto;
  const ContentsRow rows[] = {
      {TensorProto::INT8, "datatype: 'INT8' shape: [1, 2] contents { int_contents: [1, 128] }",
       "input \"x\" has element 128 at position 1, which its datatype cannot hold"},
      {TensorProto::UINT8, "datatype: 'UINT8' shape: [1, 2] contents { uint_contents: [256, 1] }",
       "input \"x\" has element 256 at position 0, which its datatype cannot hold"},
      {TensorProto::FLOAT, "datatype: 'FP32' shape: [1, 2] contents { fp32_contents: [1, 2, 3] }",
       "input \"x\" has 12 bytes, expected 8 for shape [1,2] of FP32"},
      {TensorProto::FLOAT, "datatype: 'FP32' shape: [1, 2] contents { int_contents: [1, 2] }",
       "input \"x\" has no elements in fp32_contents, where those of its datatype go"},
      {TensorProto::FLOAT, "datatype: 'FP32' shape: [1, 2]",
       "input \"x\" has no elements in fp32_contents, where those of its datatype go"},
      {TensorProto::FLOAT16, "datatype: 'FP16' shape: [1, 2] contents { fp32_contents: [1, 2] }",
       "input \"x\" is of FP16, which has no typed contents: use raw_input_contents"},
      {TensorProto::FLOAT, "datatype: 'BYTES' shape: [1, 2] contents { bytes_contents: ['ab'] }",
       "model \"m\" cannot take an image: that needs one FP32 input of 1 or 3 channels and known "
       "height and width; send tensors"},
  };
  for (const ContentsRow& row : rows) {
    const auto model = LoadSmall(repository::CastBytes(row.onnx_type));
    EXPECT_EQ(Message(Parse("inputs { name: 'x' " + row.input + " }"), *model), row.message);
  }
}

// A NaN is not equal to itself after conversion, and is no reason to refuse a request.
TEST(OpenInferenceCodecTest, PassesNotANumberOn) {
  const auto model = LoadSmall(repository::CastBytes(onnx::TensorProto::FLOAT));
  const auto message = Parse(
      "inputs { name: 'x' datatype: 'FP32' shape: [1, 2] contents { fp32_contents: [nan, inf] } }");
  EXPECT_EQ(Message(message, *model), "");
}

constexpr char kRawInputs[] =
    "inputs { name: 'a' datatype: 'FP32' shape: [1, 2] } "
    "inputs { name: 'b' datatype: 'FP32' shape: [1, 2] } "
    "raw_input_contents: ['aaaaaaaa', 'bbbbbbbb'] ";

TEST(OpenInferenceCodecTest, BindsRawContentsWhereTheyAre) {
  const auto model = LoadSmall(repository::SumBytes());
  const ModelInferRequest message = Parse(kRawInputs);
  const auto request = DecodeRequest(message, *model, NoSharedMemory());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->inputs[0].data, message.raw_input_contents(0).data());
  EXPECT_EQ(request->inputs[1].data, message.raw_input_contents(1).data());
  ASSERT_EQ(request->outputs.size(), 2u);
  EXPECT_EQ(request->outputs[0].index, 0u);
  EXPECT_EQ(request->outputs[1].index, 1u);
  EXPECT_EQ(request->sparsity, SparsityDetail::kNone);
}

struct Row {
  std::string text;  // put after kRawInputs
  std::string message;
};

TEST(OpenInferenceCodecTest, SaysWhatIsWrongWithARequest) {
  const auto model = LoadSmall(repository::SumBytes());
  const Row rows[] = {
      {"raw_input_contents: ''",
       "raw_input_contents has 3 entries, expected 2, one for each input"},
      {"outputs { name: 'c' }", "model \"m\" has no output \"c\"; its outputs are sum, positive"},
      {"outputs { name: 'sparsity.names' }", "has no output \"sparsity.names\""},
      {"parameters { key: 'sparsity' value { string_param: 'all' } }",
       "parameter \"sparsity\" is \"all\", expected the string \"layers\" or \"channels\""},
      {"parameters { key: 'sparsity' value { bool_param: true } }",
       "parameter \"sparsity\" is \"\", expected the string \"layers\" or \"channels\""},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(Message(Parse(kRawInputs + row.text), *model), HasSubstr(row.message));
  }
  EXPECT_THAT(Message(Parse("inputs { name: 'a' datatype: 'FP32' shape: [1, 2] contents {} } "
                            "raw_input_contents: 'aaaaaaaa'"),
                      *model),
              HasSubstr("input \"a\" has both contents and raw_input_contents, expected one"));
}

TEST(OpenInferenceCodecTest, IgnoresParametersItDoesNotKnow) {
  const auto model = LoadSmall(repository::SumBytes());
  const auto message =
      Parse(std::string(kRawInputs) +
            "parameters { key: 'triton_enable_empty_final_response' value { bool_param: true } } "
            "parameters { key: 'mine' value { double_param: 0.5 } } "
            "parameters { key: 'priority' value { uint64_param: 3 } } "
            "outputs { name: 'sum' parameters { key: 'x' value { int64_param: 1 } } }");
  EXPECT_EQ(Message(message, *model), "");
}

TEST(OpenInferenceCodecTest, RefusesSparsityWhereItsNamesAreTaken) {
  const auto model = LoadSmall(repository::ModelBuilder()
                                   .Input("x", {-1, 2})
                                   .Node("Relu", {"x"}, {"sparsity.counts"})
                                   .Output("sparsity.counts")
                                   .Bytes());
  const std::string text =
      "inputs { name: 'x' datatype: 'FP32' shape: [1, 2] } raw_input_contents: 'xxxxxxxx' ";
  EXPECT_EQ(Message(Parse(text), *model), "");
  EXPECT_THAT(
      Message(Parse(text + "parameters { key: 'sparsity' value { string_param: 'layers' } }"),
              *model),
      HasSubstr("model \"m\" itself has an output \"sparsity.counts\""));
}

// What a run of SumBytes() gives for a batch of two.
batching::KeptResult SumResult() {
  batching::KeptResult result;
  result.outputs.push_back(Tensor::Of<float>({2, 2}, std::vector<float>{1, -2, 3, -4}));
  result.outputs.push_back(Tensor::Of<float>({2, 2}, std::vector<float>{1, 0, 3, 0}));
  sparsity::LayerCounts& layer = result.trace.layers.emplace_back();
  layer.samples = 2;
  layer.channels = 2;
  layer.positions = 1;
  layer.shape = {2, 2};
  layer.inactive = {0, 1, 0, 1};
  layer.saturated = {0, 0, 0, 0};
  layer.non_finite = {1, 0, 0, 0};
  return result;
}

ModelInferResponse Encode(const std::string& text) {
  const auto model = LoadSmall(repository::SumBytes());
  const ModelInferRequest message = Parse(kRawInputs + text);
  ModelInferResponse response;
  const batching::KeptResult result = SumResult();
  const absl::Status status = EncodeResponse(
      result.View(), *model, DecodeRequest(message, *model, NoSharedMemory()).value(), response);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(response.outputs_size(), response.raw_output_contents_size());
  return response;
}

std::vector<std::string> OutputNames(const ModelInferResponse& response) {
  std::vector<std::string> names;
  for (const auto& output : response.outputs()) names.push_back(output.name());
  return names;
}

TEST(OpenInferenceCodecTest, EncodesAllOutputs) {
  const ModelInferResponse response = Encode("");
  EXPECT_EQ(response.model_name(), "m");
  EXPECT_EQ(response.model_version(), "7");
  EXPECT_THAT(OutputNames(response), ElementsAre("sum", "positive"));
  EXPECT_EQ(response.outputs(0).datatype(), "FP32");
  EXPECT_THAT(response.outputs(0).shape(), ElementsAre(2, 2));
  EXPECT_THAT(Values<float>(response.raw_output_contents(0)), ElementsAre(1, -2, 3, -4));
  EXPECT_THAT(Values<float>(response.raw_output_contents(1)), ElementsAre(1, 0, 3, 0));
}

TEST(OpenInferenceCodecTest, EncodesTheOutputsAskedForInTheOrderAskedFor) {
  EXPECT_THAT(OutputNames(Encode("outputs { name: 'positive' }")), ElementsAre("positive"));
  const ModelInferResponse response =
      Encode("outputs { name: 'positive' } outputs { name: 'sum' }");
  EXPECT_THAT(OutputNames(response), ElementsAre("positive", "sum"));
  EXPECT_THAT(Values<float>(response.raw_output_contents(1)), ElementsAre(1, -2, 3, -4));
}

TEST(OpenInferenceCodecTest, EncodesCountsOfLayersAfterTheOutputs) {
  const ModelInferResponse response = Encode(
      "outputs { name: 'sum' } "
      "parameters { key: 'sparsity' value { string_param: 'layers' } }");
  EXPECT_THAT(OutputNames(response), ElementsAre("sum", "sparsity.names", "sparsity.counts"));
  EXPECT_EQ(response.outputs(1).datatype(), "BYTES");
  EXPECT_THAT(response.outputs(1).shape(), ElementsAre(1));
  EXPECT_EQ(response.raw_output_contents(1), std::string("\4\0\0\0gate", 8));
  EXPECT_EQ(response.outputs(2).datatype(), "INT64");
  EXPECT_THAT(response.outputs(2).shape(), ElementsAre(1, 4));
  EXPECT_THAT(Values<int64_t>(response.raw_output_contents(2)), ElementsAre(4, 2, 0, 1));
}

TEST(OpenInferenceCodecTest, EncodesCountsOfChannels) {
  const ModelInferResponse response = Encode(
      "outputs { name: 'sum' } "
      "parameters { key: 'sparsity' value { string_param: 'channels' } }");
  EXPECT_THAT(OutputNames(response),
              ElementsAre("sum", "sparsity.names", "sparsity.counts", "sparsity.channels/gate"));
  EXPECT_THAT(response.outputs(3).shape(), ElementsAre(2, 3));
  EXPECT_THAT(Values<int64_t>(response.raw_output_contents(3)), ElementsAre(0, 0, 1, 2, 0, 0));
}

// Two pictures as BYTES, typed or raw.
ModelInferRequest Pictures(const std::string& shape, bool raw) {
  ModelInferRequest message =
      Parse("inputs { name: 'x' datatype: 'BYTES' shape: [" + shape + "] }");
  if (raw) {
    AppendBytesElement(GreyPixel(), *message.add_raw_input_contents());
    AppendBytesElement(GreyPixel(), *message.mutable_raw_input_contents(0));
  } else {
    message.mutable_inputs(0)->mutable_contents()->add_bytes_contents(GreyPixel());
    message.mutable_inputs(0)->mutable_contents()->add_bytes_contents(GreyPixel());
  }
  return message;
}

TEST(OpenInferenceCodecTest, TakesPicturesAsBytes) {
  const auto model = LoadSmall(repository::ImageBytes(3));
  for (const bool raw : {false, true}) {
    for (const std::string shape : {"2", "2, 1"}) {
      const ModelInferRequest message = Pictures(shape, raw);
      const auto request = DecodeRequest(message, *model, NoSharedMemory());
      ASSERT_TRUE(request.ok()) << request.status();
      ASSERT_TRUE(request->prepare);
      const absl::Status prepared = request->prepare();
      ASSERT_TRUE(prepared.ok()) << prepared;
      EXPECT_EQ(request->inputs[0].shape, (Shape{2, 3, 2, 2}));
      EXPECT_THAT(request->inputs[0].values<float>(), testing::Each(testing::FloatEq(65 / 255.0f)));
    }
  }
}

TEST(OpenInferenceCodecTest, RefusesPicturesThatDoNotFit) {
  const auto model = LoadSmall(repository::ImageBytes(1));
  EXPECT_THAT(Message(Pictures("3", true), *model), HasSubstr("has 2 BYTES elements, expected 3"));
  EXPECT_THAT(Message(Pictures("1, 2", true), *model), HasSubstr("shape [1,2], expected [N]"));
  EXPECT_THAT(Message(Pictures("", true), *model), HasSubstr("shape [], expected [N]"));
  EXPECT_THAT(Message(Pictures("2", true), *LoadSmall(repository::ReluBytes())),
              HasSubstr("model \"m\" cannot take an image"));
  EXPECT_THAT(
      Message(Parse("inputs { name: 'x' datatype: 'BYTES' shape: [0] contents {} }"), *model),
      HasSubstr("has 0 images, expected 1 to 8"));
  ModelInferRequest damaged = Pictures("2", false);
  damaged.mutable_inputs(0)->mutable_contents()->set_bytes_contents(1, "GIF89a");
  const auto request = DecodeRequest(damaged, *model, NoSharedMemory());
  ASSERT_TRUE(request.ok()) << request.status();
  const absl::Status prepared = request->prepare();
  EXPECT_TRUE(absl::IsInvalidArgument(prepared)) << prepared;
  EXPECT_THAT(std::string(prepared.message()), HasSubstr("image 1"));
}

}  // namespace
}  // namespace reluserve::rpc
