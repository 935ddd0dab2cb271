// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/prediction_codec.h"

#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/unit/batching/kept_result.h"
#include "tests/unit/repository/small_models.h"
#include "tests/unit/rpc/grey_pixel.h"

namespace reluserve::rpc {
namespace {

using repository::LoadedModel;
using repository::LoadSmall;
using testing::ElementsAre;
using testing::HasSubstr;

v1::PredictRequest Parse(const std::string& text) {
  v1::PredictRequest message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// Three scores a sample, and the counts of the layer "relu".
batching::KeptResult Scores(const Shape& shape, const std::vector<float>& scores) {
  batching::KeptResult result;
  result.outputs.push_back(Tensor::Of<float>(shape, scores));
  sparsity::LayerCounts& layer = result.trace.layers.emplace_back();
  layer.samples = shape[0];
  layer.channels = 3;
  layer.positions = 1;
  layer.shape.assign(shape.dims().begin(), shape.dims().end());
  layer.inactive.assign(scores.size(), 1);
  layer.saturated.assign(scores.size(), 0);
  layer.non_finite.assign(scores.size(), 0);
  layer.inactive[0] = 0;
  layer.saturated[0] = 1;
  return result;
}

v1::PredictResponse Encode(const std::string& request, const batching::KeptResult& result,
                           const LoadedModel& model) {
  v1::PredictResponse response;
  EncodePrediction(result.View(), model, Parse(request), response);
  return response;
}

std::vector<uint32_t> Indices(const v1::Classification& classification) {
  std::vector<uint32_t> indices;
  for (const v1::Class& entry : classification.classes()) indices.push_back(entry.index());
  return indices;
}

TEST(PredictionCodecTest, DecodesTensors) {
  const auto model = LoadSmall(repository::SumBytes());
  const v1::PredictRequest message = Parse(
      "tensors { tensors { name: 'b' datatype: 'FP32' shape: [1, 2] data: 'bbbbbbbb' } "
      "          tensors { name: 'a' datatype: 'FP32' shape: [1, 2] data: 'aaaaaaaa' } }");
  const auto inputs = DecodePrediction(message, *model);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  ASSERT_EQ(inputs->views.size(), 2u);
  EXPECT_EQ(inputs->views[0].data, message.tensors().tensors(1).data().data());
  EXPECT_EQ(inputs->views[1].data, message.tensors().tensors(0).data().data());
  EXPECT_FALSE(inputs->prepare);
}

struct Row {
  std::string onnx;
  std::string request;
  std::string message;
};

TEST(PredictionCodecTest, SaysWhatDoesNotFit) {
  const auto integers = repository::ModelBuilder()
                            .Input("x", {-1, 2})
                            .Node("Cast", {"x"}, {"y"}, {{"to", onnx::TensorProto::INT32}})
                            .Output("y", onnx::TensorProto::INT32)
                            .Bytes();
  const Row rows[] = {
      {repository::ReluBytes(), "", "input \"x\" is missing; model \"m\" takes x"},
      {repository::ReluBytes(), "sparsity: 3", "sparsity is 3, expected a value of SparsityDetail"},
      {repository::ReluBytes(), "image: 'P5'", "model \"m\" cannot take an image"},
      {repository::SumBytes(), "image: 'P5'", "model \"m\" cannot take an image"},
      {repository::ImageBytes(2), "image: 'P5'", "model \"m\" cannot take an image"},
      {integers, "top_k: 5", "top_k is 5, but the first output \"y\" of model \"m\" is INT32"},
  };
  for (const Row& row : rows) {
    const absl::Status status = DecodePrediction(Parse(row.request), *LoadSmall(row.onnx)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
}

TEST(PredictionCodecTest, DecodesAnImageOnlyWhenItsTurnHasCome) {
  for (const int64_t channels : {1, 3}) {
    const auto model = LoadSmall(repository::ImageBytes(channels));
    v1::PredictRequest message;
    message.set_image(GreyPixel());
    const auto inputs = DecodePrediction(message, *model);
    ASSERT_TRUE(inputs.ok()) << inputs.status();
    ASSERT_TRUE(inputs->prepare);
    const absl::Status prepared = inputs->prepare();
    ASSERT_TRUE(prepared.ok()) << prepared;
    EXPECT_EQ(inputs->views[0].shape, (Shape{1, channels, 2, 2}));
    EXPECT_THAT(inputs->views[0].values<float>(), testing::Each(testing::FloatEq(65 / 255.0f)));
  }
}

TEST(PredictionCodecTest, ReportsADamagedImageWhenItIsDecoded) {
  const auto model = LoadSmall(repository::ImageBytes(1));
  v1::PredictRequest message;
  message.set_image("GIF89a");
  const auto inputs = DecodePrediction(message, *model);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ(inputs->prepare().code(), absl::StatusCode::kInvalidArgument);
}

TEST(PredictionCodecTest, EncodesOutputsUnlessTheyAreToBeLeftOut) {
  const auto model = LoadSmall(repository::ReluBytes());
  const auto result = Scores({1, 3}, {0.5f, 0.25f, 1.5f});
  const v1::PredictResponse response = Encode("id: 'mine'", result, *model);
  EXPECT_EQ(response.model_name(), "m");
  EXPECT_EQ(response.model_version(), "7");
  EXPECT_EQ(response.id(), "mine");
  ASSERT_EQ(response.outputs_size(), 1);
  EXPECT_EQ(response.outputs(0).name(), "y");
  EXPECT_EQ(response.outputs(0).datatype(), "FP32");
  EXPECT_THAT(response.outputs(0).shape(), ElementsAre(1, 3));
  ASSERT_EQ(response.outputs(0).data().size(), 12u);
  float last = 0;
  std::memcpy(&last, response.outputs(0).data().data() + 8, sizeof(last));
  EXPECT_EQ(last, 1.5f);
  EXPECT_EQ(response.classifications_size(), 0);
  EXPECT_EQ(response.layers_size(), 0);
  EXPECT_EQ(Encode("omit_outputs: true", result, *model).outputs_size(), 0);
}

TEST(PredictionCodecTest, RanksClassesOfEachSample) {
  const auto model = LoadSmall(repository::ReluBytes(), {"cat", "dog", "owl"});
  const auto result = Scores({2, 3}, {0.5f, 0.25f, 1.5f, 3.0f, 4.0f, 2.0f});
  const v1::PredictResponse response = Encode("top_k: 2", result, *model);
  ASSERT_EQ(response.classifications_size(), 2);
  EXPECT_THAT(Indices(response.classifications(0)), ElementsAre(2, 0));
  EXPECT_EQ(response.classifications(0).classes(0).label(), "owl");
  EXPECT_EQ(response.classifications(0).classes(0).score(), 1.5f);
  EXPECT_THAT(Indices(response.classifications(1)), ElementsAre(1, 0));
}

TEST(PredictionCodecTest, RanksTiesByIndexAndNotANumberLast) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto model = LoadSmall(repository::ReluBytes());
  const std::pair<std::vector<float>, std::vector<uint32_t>> rows[] = {
      {{1, 2, 1}, {1, 0, 2}},
      {{2, 2, 2}, {0, 1, 2}},
      {{kNan, -1, 5}, {2, 1, 0}},
      {{kNan, -kInfinity, kNan}, {1, 0, 2}},
      {{1, kInfinity, kNan}, {1, 0, 2}},
  };
  for (const auto& [scores, expected] : rows) {
    // More classes than there are: all of them.
    const auto response = Encode("top_k: 4294967295", Scores({1, 3}, scores), *model);
    ASSERT_EQ(response.classifications_size(), 1);
    EXPECT_EQ(Indices(response.classifications(0)), expected);
    EXPECT_EQ(response.classifications(0).classes(0).label(), "");
  }
}

TEST(PredictionCodecTest, EncodesCounts) {
  const auto model = LoadSmall(repository::ReluBytes());
  const auto result = Scores({2, 3}, {1, 0, 0, 0, 0, 0});
  const v1::PredictResponse layers = Encode("sparsity: SPARSITY_DETAIL_LAYERS", result, *model);
  ASSERT_EQ(layers.layers_size(), 1);
  EXPECT_EQ(layers.layers(0).name(), "relu");
  EXPECT_EQ(layers.layers(0).operator_(), "Relu");
  EXPECT_THAT(layers.layers(0).shape(), ElementsAre(2, 3));
  EXPECT_EQ(layers.layers(0).elements(), 6u);
  EXPECT_EQ(layers.layers(0).inactive(), 5u);
  EXPECT_EQ(layers.layers(0).saturated(), 1u);
  EXPECT_EQ(layers.layers(0).non_finite(), 0u);
  EXPECT_FALSE(layers.layers(0).has_channels());

  const v1::PredictResponse channels = Encode("sparsity: SPARSITY_DETAIL_CHANNELS", result, *model);
  ASSERT_EQ(channels.layers_size(), 1);
  EXPECT_EQ(channels.layers(0).inactive(), 5u);
  EXPECT_EQ(channels.layers(0).channels().elements_per_channel(), 2u);
  EXPECT_THAT(channels.layers(0).channels().inactive(), ElementsAre(1, 2, 2));
  EXPECT_THAT(channels.layers(0).channels().saturated(), ElementsAre(1, 0, 0));
  EXPECT_THAT(channels.layers(0).channels().non_finite(), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace reluserve::rpc
