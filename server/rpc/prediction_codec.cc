// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/prediction_codec.h"

#include <string>
#include <utility>

#include "server/base/status.h"
#include "server/rpc/classification.h"
#include "server/rpc/image_contents.h"
#include "server/rpc/input_validation.h"
#include "server/sparsity/trace.h"

namespace reluserve::rpc {
namespace {

using repository::LoadedModel;
using repository::TensorSpec;

absl::Status CheckTopK(const v1::PredictRequest& message, const LoadedModel& model) {
  if (message.top_k() == 0 || model.outputs().empty()) return absl::OkStatus();
  const TensorSpec& scores = model.outputs()[0];
  if (scores.type == DataType::kFloat32) return absl::OkStatus();
  return InvalidArgument(
      "top_k is {}, but the first output \"{}\" of model \"{}\" is {}: scores are FP32",
      message.top_k(), scores.name, model.name(), Name(scores.type));
}

void EncodeOutput(const TensorView& output, const LoadedModel& model, size_t index,
                  v1::Tensor& message) {
  const Shape shape = model.ClientShapeOfOutput(index, output.shape);
  message.set_name(model.outputs()[index].name);
  message.set_datatype(std::string(Name(output.type)));
  message.mutable_shape()->Add(shape.dims().begin(), shape.dims().end());
  message.set_data(output.data, output.byte_size());
}

void EncodeClasses(std::span<const float> scores, size_t k, const std::vector<std::string>& labels,
                   v1::Classification& message) {
  for (const uint32_t index : TopClasses(scores, k)) {
    v1::Class* entry = message.add_classes();
    entry->set_index(index);
    if (index < labels.size()) entry->set_label(labels[index]);
    entry->set_score(scores[index]);
  }
}

void EncodeClassifications(const TensorView& output, const LoadedModel& model, size_t k,
                           v1::PredictResponse& response) {
  if (output.shape.ElementCount() == 0) return;
  const auto samples = static_cast<size_t>(model.scores_by_sample() ? output.shape[0] : 1);
  const std::span<const float> scores = output.values<float>();
  const size_t classes = scores.size() / samples;
  for (size_t sample = 0; sample < samples; ++sample) {
    EncodeClasses(scores.subspan(sample * classes, classes), k, model.labels(),
                  *response.add_classifications());
  }
}

void EncodeLayer(const sparsity::LayerInfo& layer, const sparsity::LayerCounts& counts,
                 bool by_channel, v1::LayerSparsity& message) {
  const sparsity::LayerTotals totals = sparsity::Total(counts);
  message.set_name(layer.name);
  message.set_operator_(layer.op_type);
  message.mutable_shape()->Add(counts.shape.begin(), counts.shape.end());
  message.set_elements(static_cast<uint64_t>(totals.elements));
  message.set_inactive(static_cast<uint64_t>(totals.inactive));
  message.set_saturated(static_cast<uint64_t>(totals.saturated));
  message.set_non_finite(static_cast<uint64_t>(totals.non_finite));
  if (!by_channel) return;
  const sparsity::ChannelTotals channels = sparsity::TotalByChannel(counts);
  v1::ChannelCounts* target = message.mutable_channels();
  target->set_elements_per_channel(static_cast<uint64_t>(counts.samples * counts.positions));
  target->mutable_inactive()->Add(channels.inactive.begin(), channels.inactive.end());
  target->mutable_saturated()->Add(channels.saturated.begin(), channels.saturated.end());
  target->mutable_non_finite()->Add(channels.non_finite.begin(), channels.non_finite.end());
}

}  // namespace

absl::StatusOr<PredictionInputs> DecodePrediction(const v1::PredictRequest& message,
                                                  const LoadedModel& model) {
  PredictionInputs inputs;
  if (!v1::SparsityDetail_IsValid(message.sparsity())) {
    return InvalidArgument("sparsity is {}, expected a value of SparsityDetail",
                           static_cast<int>(message.sparsity()));
  }
  RELUSERVE_RETURN_IF_ERROR(CheckTopK(message, model));
  if (message.input_case() == v1::PredictRequest::kImage) {
    RELUSERVE_ASSIGN_OR_RETURN(ImageInputs image, TakeImages(model, {message.image()}));
    inputs.views = std::move(image.views);
    inputs.prepare = std::move(image.prepare);
    return inputs;
  }
  std::vector<NamedTensor> tensors;
  for (const v1::Tensor& tensor : message.tensors().tensors()) {
    tensors.push_back({tensor.name(),
                       tensor.datatype(),
                       {tensor.shape().data(), static_cast<size_t>(tensor.shape_size())},
                       tensor.data()});
  }
  RELUSERVE_ASSIGN_OR_RETURN(inputs.views, ValidateInputs(model, tensors));
  return inputs;
}

void EncodePrediction(const batching::InferenceResult& result, const LoadedModel& model,
                      const v1::PredictRequest& request, v1::PredictResponse& response) {
  response.set_model_name(model.name());
  response.set_model_version(std::to_string(model.version()));
  response.set_id(request.id());
  for (size_t i = 0; !request.omit_outputs() && i < result.outputs.size(); ++i) {
    EncodeOutput(result.outputs[i], model, i, *response.add_outputs());
  }
  if (request.top_k() > 0 && !result.outputs.empty()) {
    EncodeClassifications(result.outputs[0], model, request.top_k(), response);
  }
  if (request.sparsity() == v1::SPARSITY_DETAIL_UNSPECIFIED) return;
  const bool by_channel = request.sparsity() == v1::SPARSITY_DETAIL_CHANNELS;
  const auto layers = model.compiled().layers();
  for (size_t i = 0; i < layers.size(); ++i) {
    EncodeLayer(layers[i], result.trace->layers[i], by_channel, *response.add_layers());
  }
}

}  // namespace reluserve::rpc
