// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/open_inference_codec.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <utility>

#include <fmt/ranges.h>

#include "server/base/status.h"
#include "server/rpc/bytes_tensor.h"
#include "server/rpc/classification.h"
#include "server/rpc/image_contents.h"
#include "server/rpc/input_contents.h"
#include "server/rpc/input_validation.h"
#include "server/sparsity/trace.h"

static_assert(std::endian::native == std::endian::little,
              "tensors travel little-endian and are used where they arrive");

namespace reluserve::rpc {
namespace {

using inference::ModelInferRequest;
using inference::ModelInferResponse;
using repository::LoadedModel;
using RequestedOutput = ModelInferRequest::InferRequestedOutputTensor;

constexpr char kSparsityParameter[] = "sparsity";
constexpr char kNamesOutput[] = "sparsity.names";
constexpr char kCountsOutput[] = "sparsity.counts";
constexpr char kChannelsPrefix[] = "sparsity.channels/";

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

// What a request wants of one output.
absl::StatusOr<OutputTarget> DecodeOutput(const RequestedOutput& wanted, const LoadedModel& model,
                                          const SharedMemoryRegions& regions) {
  const auto& specs = model.outputs();
  const auto spec = std::find_if(specs.begin(), specs.end(),
                                 [&](const auto& each) { return each.name == wanted.name(); });
  if (spec == specs.end()) {
    std::vector<std::string_view> names;
    for (const auto& each : specs) names.push_back(each.name);
    return InvalidArgument("model \"{}\" has no output \"{}\"; its outputs are {}", model.name(),
                           wanted.name(), fmt::join(names, ", "));
  }
  OutputTarget target;
  target.index = static_cast<size_t>(spec - specs.begin());
  if (wanted.parameters().empty()) return target;
  const std::string owner = fmt::format("output \"{}\"", wanted.name());
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<uint64_t> classes,
                             NumberParameter(wanted.parameters(), "classification", owner));
  RELUSERVE_ASSIGN_OR_RETURN(target.memory,
                             SharedMemoryParameters(wanted.parameters(), regions, owner));
  target.classes = static_cast<size_t>(classes.value_or(0));
  if (target.classes > 0 && target.memory) {
    return InvalidArgument("{}: classification cannot go to shared memory", owner);
  }
  return target;
}

absl::StatusOr<std::vector<OutputTarget>> DecodeOutputs(const ModelInferRequest& message,
                                                        const LoadedModel& model,
                                                        const SharedMemoryRegions& regions) {
  std::vector<OutputTarget> targets;
  for (const RequestedOutput& wanted : message.outputs()) {
    RELUSERVE_ASSIGN_OR_RETURN(OutputTarget target, DecodeOutput(wanted, model, regions));
    for (const OutputTarget& earlier : targets) {
      if (earlier.index == target.index) {
        return InvalidArgument("output \"{}\" is asked for twice", wanted.name());
      }
    }
    targets.push_back(std::move(target));
  }
  if (message.outputs().empty()) {
    targets.resize(model.outputs().size());
    for (size_t i = 0; i < targets.size(); ++i) targets[i].index = i;
  }
  return targets;
}

ModelInferResponse::InferOutputTensor& AddOutput(ModelInferResponse& response,
                                                 const std::string& name, std::string_view datatype,
                                                 std::span<const int64_t> shape) {
  ModelInferResponse::InferOutputTensor* output = response.add_outputs();
  output->set_name(name);
  output->set_datatype(std::string(datatype));
  output->mutable_shape()->Add(shape.begin(), shape.end());
  response.add_raw_output_contents();
  return *output;
}

std::string& LastContents(ModelInferResponse& response) {
  return *response.mutable_raw_output_contents(response.raw_output_contents_size() - 1);
}

void SetNumber(const std::string& name, uint64_t value,
               ModelInferResponse::InferOutputTensor& message) {
  (*message.mutable_parameters())[name].set_int64_param(static_cast<int64_t>(value));
}

// The elements go to shared memory, and their entry among the raw contents stays empty.
absl::Status EncodeShared(const TensorView& output, const SharedMemoryRange& memory,
                          ModelInferResponse::InferOutputTensor& message) {
  if (memory.byte_size < output.byte_size()) {
    return InvalidArgument(
        "output \"{}\" has {} bytes, but its parameter \"shared_memory_byte_size\" is {}",
        message.name(), output.byte_size(), memory.byte_size);
  }
  RELUSERVE_RETURN_IF_ERROR(memory.region->Write(
      memory.offset, {static_cast<const char*>(output.data), output.byte_size()}));
  SetNumber("shared_memory_byte_size", output.byte_size(), message);
  if (memory.offset > 0) SetNumber("shared_memory_offset", memory.offset, message);
  const std::string region = "shared_memory_region";
  (*message.mutable_parameters())[region].set_string_param(memory.region->name());
  return absl::OkStatus();
}

absl::Status EncodeOutput(const TensorView& output, const LoadedModel& model,
                          const OutputTarget& target, ModelInferResponse& response) {
  const std::string& name = model.outputs()[target.index].name;
  if (target.classes > 0) {
    RELUSERVE_ASSIGN_OR_RETURN(
        ClassStrings classes, Classify(output, model.scores_by_sample(target.index), target.classes,
                                       model.labels(target.index)));
    AddOutput(response, name, "BYTES", classes.shape);
    LastContents(response) = std::move(classes.bytes);
    return absl::OkStatus();
  }
  const Shape shape = model.ClientShapeOfOutput(target.index, output.shape);
  auto& message = AddOutput(response, name, Name(output.type), shape.dims());
  if (target.memory) return EncodeShared(output, *target.memory, message);
  LastContents(response).assign(static_cast<const char*>(output.data), output.byte_size());
  return absl::OkStatus();
}

std::string_view AsBytes(std::span<const int64_t> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

void EncodeLayers(const sparsity::Trace& trace, std::span<const sparsity::LayerInfo> layers,
                  ModelInferResponse& response) {
  const auto count = static_cast<int64_t>(layers.size());
  AddOutput(response, kNamesOutput, "BYTES", {{count}});
  for (const sparsity::LayerInfo& layer : layers) {
    AppendBytesElement(layer.name, LastContents(response));
  }
  std::vector<int64_t> counts;
  for (const sparsity::LayerCounts& layer : trace.layers) {
    const sparsity::LayerTotals totals = sparsity::Total(layer);
    counts.insert(counts.end(),
                  {totals.elements, totals.inactive, totals.saturated, totals.non_finite});
  }
  AddOutput(response, kCountsOutput, "INT64", {{count, 4}});
  LastContents(response) = AsBytes(counts);
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
    AddOutput(response, kChannelsPrefix + layers[i].name, "INT64", {{trace.layers[i].channels, 3}});
    LastContents(response) = AsBytes(counts);
  }
}

// Tensors; or, where a model takes pictures, its one input as BYTES: a PNG or JPEG file an element.
absl::Status DecodeInputs(std::span<const NamedTensor> tensors, const LoadedModel& model,
                          DecodedRequest& request) {
  if (tensors.size() != 1 || tensors[0].datatype != kBytes ||
      tensors[0].name != model.inputs()[0].name) {
    RELUSERVE_ASSIGN_OR_RETURN(request.inputs, ValidateInputs(model, tensors));
    return absl::OkStatus();
  }
  RELUSERVE_RETURN_IF_ERROR(CheckTakesImages(model));
  const NamedTensor& tensor = tensors[0];
  const auto is_one = [](int64_t extent) { return extent == 1; };
  if (tensor.shape.empty() || !std::all_of(tensor.shape.begin() + 1, tensor.shape.end(), is_one)) {
    return InvalidArgument(
        "input \"{}\" is of BYTES and has shape {}, expected [N] or [N,1] for N images",
        tensor.name, Shape(tensor.shape).ToString());
  }
  RELUSERVE_ASSIGN_OR_RETURN(std::vector<std::string_view> files,
                             SplitBytesElements(tensor.name, tensor.bytes, tensor.shape[0]));
  RELUSERVE_ASSIGN_OR_RETURN(ImageInputs images, TakeImages(model, std::move(files)));
  request.inputs = std::move(images.views);
  request.prepare = std::move(images.prepare);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DecodedRequest> DecodeRequest(const ModelInferRequest& message,
                                             const LoadedModel& model,
                                             const SharedMemoryRegions& regions) {
  DecodedRequest request;
  RELUSERVE_ASSIGN_OR_RETURN(InputContents contents, FindContents(message, regions));
  // Moves no element.
  request.owned = std::move(contents.owned);
  RELUSERVE_RETURN_IF_ERROR(DecodeInputs(contents.tensors, model, request));
  RELUSERVE_ASSIGN_OR_RETURN(request.outputs, DecodeOutputs(message, model, regions));
  RELUSERVE_ASSIGN_OR_RETURN(request.sparsity, DecodeSparsity(message, model));
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<uint64_t> priority,
                             NumberParameter(message.parameters(), "priority", "request"));
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<uint64_t> timeout_us,
                             NumberParameter(message.parameters(), "timeout", "request"));
  request.priority = priority.value_or(0);
  constexpr auto kLongest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  request.timeout = absl::Microseconds(std::min(timeout_us.value_or(0), kLongest));
  return request;
}

absl::Status EncodeResponse(const batching::InferenceResult& result, const LoadedModel& model,
                            const DecodedRequest& request, ModelInferResponse& response) {
  response.set_model_name(model.name());
  response.set_model_version(std::to_string(model.version()));
  for (const OutputTarget& target : request.outputs) {
    RELUSERVE_RETURN_IF_ERROR(EncodeOutput(result.outputs[target.index], model, target, response));
  }
  if (request.sparsity != SparsityDetail::kNone) {
    EncodeLayers(*result.trace, model.compiled().layers(), response);
  }
  if (request.sparsity == SparsityDetail::kChannels) {
    EncodeChannels(*result.trace, model.compiled().layers(), response);
  }
  return absl::OkStatus();
}

}  // namespace reluserve::rpc
