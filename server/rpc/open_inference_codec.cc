// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/open_inference_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include <fmt/ranges.h>

#include "server/base/status.h"
#include "server/rpc/input_validation.h"
#include "server/sparsity/trace.h"

static_assert(std::endian::native == std::endian::little,
              "tensors travel little-endian and are used where they arrive");

namespace reluserve::rpc {
namespace {

using inference::InferTensorContents;
using inference::ModelInferRequest;
using inference::ModelInferResponse;
using repository::LoadedModel;

constexpr char kSparsityParameter[] = "sparsity";
constexpr char kNamesOutput[] = "sparsity.names";
constexpr char kCountsOutput[] = "sparsity.counts";
constexpr char kChannelsPrefix[] = "sparsity.channels/";

// The elements of a repeated field as bytes of another, maybe narrower, element type.
template <typename To, typename Field>
absl::StatusOr<std::string> Convert(const Field& field, std::string_view field_name,
                                    std::string_view tensor) {
  if (field.empty()) {
    return InvalidArgument("input \"{}\" has no elements in {}, where those of its datatype go",
                           tensor, field_name);
  }
  std::string bytes(static_cast<size_t>(field.size()) * sizeof(To), '\0');
  for (int i = 0; i < field.size(); ++i) {
    const auto value = static_cast<To>(field[i]);
    if (value != field[i] && field[i] == field[i]) {
      return InvalidArgument(
          "input \"{}\" has element {} at position {}, which its datatype cannot hold", tensor,
          field[i], i);
    }
    std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(To), &value, sizeof(To));
  }
  return bytes;
}

// The typed contents of an input as bytes.
absl::StatusOr<std::string> TypedBytes(const ModelInferRequest::InferInputTensor& input) {
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, ParseDataType(input.name(), input.datatype()));
  const InferTensorContents& contents = input.contents();
  const std::string& name = input.name();
  switch (type) {
    case DataType::kBool:
      return Convert<bool>(contents.bool_contents(), "bool_contents", name);
    case DataType::kInt8:
      return Convert<int8_t>(contents.int_contents(), "int_contents", name);
    case DataType::kInt16:
      return Convert<int16_t>(contents.int_contents(), "int_contents", name);
    case DataType::kInt32:
      return Convert<int32_t>(contents.int_contents(), "int_contents", name);
    case DataType::kInt64:
      return Convert<int64_t>(contents.int64_contents(), "int64_contents", name);
    case DataType::kUint8:
      return Convert<uint8_t>(contents.uint_contents(), "uint_contents", name);
    case DataType::kUint16:
      return Convert<uint16_t>(contents.uint_contents(), "uint_contents", name);
    case DataType::kUint32:
      return Convert<uint32_t>(contents.uint_contents(), "uint_contents", name);
    case DataType::kUint64:
      return Convert<uint64_t>(contents.uint64_contents(), "uint64_contents", name);
    case DataType::kFloat32:
      return Convert<float>(contents.fp32_contents(), "fp32_contents", name);
    case DataType::kFloat64:
      return Convert<double>(contents.fp64_contents(), "fp64_contents", name);
    case DataType::kFloat16:
    case DataType::kBfloat16:
      return InvalidArgument(
          "input \"{}\" is of {}, which has no typed contents: use raw_input_contents", name,
          Name(type));
  }
  return Internal("input \"{}\" has an unhandled datatype", name);
}

absl::StatusOr<SparsityDetail> DecodeSparsity(const ModelInferRequest& message,
                                              const LoadedModel& model) {
  const auto parameter = message.parameters().find(kSparsityParameter);
  if (parameter == message.parameters().end()) return SparsityDetail::kNone;
  const std::string& value = parameter->second.string_param();
  if (value != "layers" && value != "channels") {
    return InvalidArgument(
        "parameter \"sparsity\" is \"{}\", expected the string \"layers\" or \"channels\"", value);
  }
  for (const repository::TensorSpec& output : model.outputs()) {
    if (output.name == kNamesOutput || output.name == kCountsOutput ||
        output.name.starts_with(kChannelsPrefix)) {
      return InvalidArgument(
          "parameter \"sparsity\": model \"{}\" itself has an output \"{}\"; use "
          "reluserve.v1.PredictionService",
          model.name(), output.name);
    }
  }
  return value == "layers" ? SparsityDetail::kLayers : SparsityDetail::kChannels;
}

absl::StatusOr<std::vector<size_t>> DecodeOutputs(const ModelInferRequest& message,
                                                  const LoadedModel& model) {
  const auto& specs = model.outputs();
  std::vector<size_t> outputs;
  for (const auto& wanted : message.outputs()) {
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&](const auto& each) { return each.name == wanted.name(); });
    if (spec == specs.end()) {
      std::vector<std::string_view> names;
      for (const auto& each : specs) names.push_back(each.name);
      return InvalidArgument("model \"{}\" has no output \"{}\"; its outputs are {}", model.name(),
                             wanted.name(), fmt::join(names, ", "));
    }
    const auto index = static_cast<size_t>(spec - specs.begin());
    if (std::find(outputs.begin(), outputs.end(), index) != outputs.end()) {
      return InvalidArgument("output \"{}\" is asked for twice", wanted.name());
    }
    outputs.push_back(index);
  }
  if (message.outputs().empty()) {
    for (size_t i = 0; i < specs.size(); ++i) outputs.push_back(i);
  }
  return outputs;
}

std::string& AddOutput(ModelInferResponse& response, const std::string& name,
                       std::string_view datatype, std::span<const int64_t> shape) {
  auto* output = response.add_outputs();
  output->set_name(name);
  output->set_datatype(std::string(datatype));
  output->mutable_shape()->Add(shape.begin(), shape.end());
  return *response.add_raw_output_contents();
}

std::string_view AsBytes(std::span<const int64_t> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

void EncodeLayers(const sparsity::Trace& trace, std::span<const sparsity::LayerInfo> layers,
                  ModelInferResponse& response) {
  const auto count = static_cast<int64_t>(layers.size());
  std::string& names = AddOutput(response, kNamesOutput, "BYTES", {{count}});
  for (const sparsity::LayerInfo& layer : layers) {
    const auto length = static_cast<uint32_t>(layer.name.size());
    names.append(reinterpret_cast<const char*>(&length), sizeof(length));
    names.append(layer.name);
  }
  std::vector<int64_t> counts;
  for (const sparsity::LayerCounts& layer : trace.layers) {
    const sparsity::LayerTotals totals = sparsity::Total(layer);
    counts.insert(counts.end(),
                  {totals.elements, totals.inactive, totals.saturated, totals.non_finite});
  }
  AddOutput(response, kCountsOutput, "INT64", {{count, 4}}) = AsBytes(counts);
}

void EncodeChannels(const sparsity::Trace& trace, std::span<const sparsity::LayerInfo> layers,
                    ModelInferResponse& response) {
  for (size_t i = 0; i < layers.size(); ++i) {
    const sparsity::ChannelTotals totals = sparsity::TotalByChannel(trace.layers[i]);
    std::vector<int64_t> counts;
    for (size_t channel = 0; channel < totals.inactive.size(); ++channel) {
      counts.insert(counts.end(), {totals.inactive[channel], totals.saturated[channel],
                                   totals.non_finite[channel]});
    }
    AddOutput(response, kChannelsPrefix + layers[i].name, "INT64",
              {{trace.layers[i].channels, 3}}) = AsBytes(counts);
  }
}

}  // namespace

absl::StatusOr<DecodedRequest> DecodeRequest(const ModelInferRequest& message,
                                             const LoadedModel& model) {
  DecodedRequest request;
  const bool raw = message.raw_input_contents_size() > 0;
  if (raw && message.raw_input_contents_size() != message.inputs_size()) {
    return InvalidArgument("raw_input_contents has {} entries, expected {}, one for each input",
                           message.raw_input_contents_size(), message.inputs_size());
  }
  std::vector<NamedTensor> tensors;
  request.converted.resize(static_cast<size_t>(message.inputs_size()));
  for (int i = 0; i < message.inputs_size(); ++i) {
    const auto& input = message.inputs(i);
    if (raw && input.has_contents()) {
      return InvalidArgument("input \"{}\" has both contents and raw_input_contents, expected one",
                             input.name());
    }
    std::string& converted = request.converted[static_cast<size_t>(i)];
    if (!raw) {
      RELUSERVE_ASSIGN_OR_RETURN(converted, TypedBytes(input));
    }
    tensors.push_back({input.name(),
                       input.datatype(),
                       {input.shape().data(), static_cast<size_t>(input.shape_size())},
                       raw ? message.raw_input_contents(i) : converted});
  }
  RELUSERVE_ASSIGN_OR_RETURN(request.inputs, ValidateInputs(model, tensors));
  RELUSERVE_ASSIGN_OR_RETURN(request.outputs, DecodeOutputs(message, model));
  RELUSERVE_ASSIGN_OR_RETURN(request.sparsity, DecodeSparsity(message, model));
  return request;
}

void EncodeResponse(const batching::InferenceResult& result, const LoadedModel& model,
                    const DecodedRequest& request, ModelInferResponse& response) {
  response.set_model_name(model.name());
  response.set_model_version(std::to_string(model.version()));
  for (size_t index : request.outputs) {
    const Tensor& output = result.outputs[index];
    const Shape shape = model.ClientShapeOfOutput(index, output.shape());
    AddOutput(response, model.outputs()[index].name, Name(output.type()), shape.dims())
        .assign(static_cast<const char*>(output.data()), output.byte_size());
  }
  if (request.sparsity != SparsityDetail::kNone) {
    EncodeLayers(result.trace, model.compiled().layers(), response);
  }
  if (request.sparsity == SparsityDetail::kChannels) {
    EncodeChannels(result.trace, model.compiled().layers(), response);
  }
}

}  // namespace reluserve::rpc
