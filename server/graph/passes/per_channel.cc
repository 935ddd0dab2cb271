// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/per_channel.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reluserve::graph {
namespace {

bool IsFloatConstant(const Graph& graph, ValueId id) {
  const Tensor* constant = graph.ConstantOf(id);
  return constant != nullptr && constant->type() == DataType::kFloat32;
}

bool HasBias(const Node& node) { return node.inputs.size() > 2 && node.inputs[2] != kNoValue; }

// The number of output channels, or 0 where the layer is not one whose channels can be scaled.
int64_t OutputChannels(const Graph& graph, const Node& node) {
  const Shape& weights = graph.ConstantOf(node.inputs[1])->shape();
  if (std::holds_alternative<Conv>(node.op)) return weights.rank() >= 3 ? weights[0] : 0;
  if (const auto* transposed = std::get_if<ConvTranspose>(&node.op)) {
    return weights.rank() >= 3 ? weights[1] * transposed->group : 0;
  }
  const auto& gemm = std::get<Gemm>(node.op);
  // With another beta the bias would have to be divided by it.
  if (weights.rank() != 2 || (HasBias(node) && gemm.beta != 1.0f)) return 0;
  return gemm.transpose_b ? weights[0] : weights[1];
}

// The output channel that element `index` of the weights belongs to.
int64_t ChannelOfWeight(const Op& op, const Shape& weights, int64_t index) {
  if (std::holds_alternative<Conv>(op)) return index / weights.ElementCount(1, weights.rank());
  if (const auto* transposed = std::get_if<ConvTranspose>(&op)) {
    const int64_t kernel = weights.ElementCount(2, weights.rank());
    const int64_t group = index / kernel / weights[1] / (weights[0] / transposed->group);
    return group * weights[1] + index / kernel % weights[1];
  }
  return std::get<Gemm>(op).transpose_b ? index / weights[1] : index % weights[1];
}

// The weights times the scale of each output channel; the same tensor where every scale is 1.
// Nothing where a product is not finite.
std::optional<Tensor> ScaledWeights(const Op& op, const Tensor& weights,
                                    const ChannelValues& scale) {
  if (std::all_of(scale.begin(), scale.end(), [](double value) { return value == 1.0; })) {
    return weights;
  }
  absl::StatusOr<Tensor> scaled = Tensor::Allocate(DataType::kFloat32, weights.shape());
  if (!scaled.ok()) return std::nullopt;
  const std::span<const float> from = weights.values<float>();
  const std::span<float> to = scaled->mutable_values<float>();
  for (size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(
        from[i] * scale[ChannelOfWeight(op, weights.shape(), static_cast<int64_t>(i))]);
    if (!std::isfinite(to[i])) return std::nullopt;
  }
  return *scaled;
}

// The bias by channel. A convolution's is a vector, a Gemm's is broadcast to its rows: both are
// right as constants broadcast to [rows, channels].
std::optional<ChannelValues> BiasOf(const Graph& graph, const Node& node, int64_t channels) {
  return PerChannelConstant(graph, node.inputs[2], /*rank=*/2, channels);
}

}  // namespace

ChannelValues ToDoubles(const Tensor& tensor) {
  const auto values = tensor.values<float>();
  return {values.begin(), values.end()};
}

std::optional<Tensor> ToFloats(const ChannelValues& values, const Shape& shape) {
  absl::StatusOr<Tensor> tensor = Tensor::Allocate(DataType::kFloat32, shape);
  if (!tensor.ok()) return std::nullopt;
  std::span<float> floats = tensor->mutable_values<float>();
  for (size_t i = 0; i < floats.size(); ++i) {
    floats[i] = static_cast<float>(values[i]);
    if (!std::isfinite(floats[i])) return std::nullopt;
  }
  return *tensor;
}

std::optional<ChannelValues> PerChannelConstant(const Graph& graph, ValueId id, int rank,
                                                int64_t channels) {
  if (!IsFloatConstant(graph, id)) return std::nullopt;
  const Tensor& constant = *graph.ConstantOf(id);
  const Shape& shape = constant.shape();
  if (shape.rank() > rank) return std::nullopt;
  if (shape.ElementCount() == 1) return ChannelValues(channels, constant.values<float>()[0]);
  // Counted from the last axis, as broadcasting does.
  const int channel_axis = shape.rank() - rank + 1;
  if (channel_axis < 0 || shape[channel_axis] != channels || shape.ElementCount() != channels) {
    return std::nullopt;
  }
  return ToDoubles(constant);
}

std::optional<LinearLayer> LinearLayerMaking(const Graph& graph, ValueId id,
                                             const std::vector<int>& producers,
                                             const std::vector<int>& uses) {
  if (id == kNoValue || producers[id] < 0 || uses[id] != 1) return std::nullopt;
  const Node& node = graph.nodes[producers[id]];
  const bool linear = std::holds_alternative<Conv>(node.op) ||
                      std::holds_alternative<ConvTranspose>(node.op) ||
                      std::holds_alternative<Gemm>(node.op);
  if (!linear || node.residual || node.activation || !IsFloatConstant(graph, node.inputs[1])) {
    return std::nullopt;
  }
  const int64_t channels = OutputChannels(graph, node);
  if (channels == 0) return std::nullopt;
  const int rank = graph.ConstantOf(node.inputs[1])->shape().rank();
  if (HasBias(node) && !BiasOf(graph, node, channels)) return std::nullopt;
  return LinearLayer{producers[id], channels, rank};
}

bool ScaleAndShift(Graph& graph, const LinearLayer& layer, const ChannelValues& scale,
                   const ChannelValues& shift) {
  const Node& node = graph.nodes[layer.node];
  ChannelValues bias(layer.channels, 0.0);
  if (HasBias(node)) bias = *BiasOf(graph, node, layer.channels);
  for (int64_t c = 0; c < layer.channels; ++c) bias[c] = bias[c] * scale[c] + shift[c];
  const std::optional<Tensor> new_bias = ToFloats(bias, Shape{layer.channels});
  const std::optional<Tensor> new_weights =
      ScaledWeights(node.op, *graph.ConstantOf(node.inputs[1]), scale);
  if (!new_weights || !new_bias) return false;
  const std::string name = node.name;
  const ValueId weights_id =
      graph.AddConstant(graph.UniqueValueName(name + ".weights"), *new_weights);
  const ValueId bias_id = graph.AddConstant(graph.UniqueValueName(name + ".bias"), *new_bias);
  Node& changed = graph.nodes[layer.node];
  changed.inputs.resize(3, kNoValue);
  changed.inputs[1] = weights_id;
  changed.inputs[2] = bias_id;
  return true;
}

}  // namespace reluserve::graph
