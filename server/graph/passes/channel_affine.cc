// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/channel_affine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace reluserve::graph {
namespace {

bool AllFinite(const ChannelValues& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

// y = (x - mean) / sqrt(variance + epsilon) · scale + bias
// (https://onnx.ai/onnx/operators/onnx__BatchNormalization.html).
std::optional<ChannelAffine> OfBatchNormalization(const Graph& graph, const Node& node, ValueId id,
                                                  int64_t channels) {
  if (node.inputs[0] != id) return std::nullopt;
  std::array<ChannelValues, 4> operands;
  for (size_t i = 0; i < operands.size(); ++i) {
    std::optional<ChannelValues> values = PerChannel(graph, node.inputs[i + 1], {channels, 2});
    if (!values) return std::nullopt;
    operands[i] = *std::move(values);
  }
  const auto& [scale, bias, mean, variance] = operands;
  const double epsilon = std::get<BatchNormalization>(node.op).epsilon;
  ChannelAffine affine = ChannelAffine::Identity(channels);
  for (int64_t c = 0; c < channels; ++c) {
    // Of a sum that is not positive the root is 0 or not a number, and so the result not finite.
    affine.scale[c] = scale[c] / std::sqrt(variance[c] + epsilon);
    affine.shift[c] = bias[c] - mean[c] * affine.scale[c];
  }
  return affine;
}

std::optional<ChannelAffine> OfBinary(const Graph& graph, const Node& node, ValueId id,
                                      const ChannelShape& shape) {
  const bool id_is_first = node.inputs[0] == id;
  const auto constant = PerChannel(graph, node.inputs[id_is_first ? 1 : 0], shape);
  if (!constant) return std::nullopt;
  ChannelAffine affine = ChannelAffine::Identity(shape.channels);
  for (int64_t c = 0; c < shape.channels; ++c) {
    const double value = (*constant)[c];
    switch (std::get<Binary>(node.op).kind) {
      case BinaryKind::kAdd:
        affine.shift[c] = value;
        break;
      case BinaryKind::kSub:
        affine.scale[c] = id_is_first ? 1.0 : -1.0;
        affine.shift[c] = id_is_first ? -value : value;
        break;
      case BinaryKind::kMul:
        affine.scale[c] = value;
        break;
      case BinaryKind::kDiv:
        if (!id_is_first) return std::nullopt;
        affine.scale[c] = 1.0 / value;
        break;
      default:
        return std::nullopt;
    }
  }
  return affine;
}

}  // namespace

ChannelAffine ChannelAffine::Identity(int64_t channels) {
  return {ChannelValues(channels, 1.0), ChannelValues(channels, 0.0)};
}

ChannelAffine ChannelAffine::Then(const ChannelAffine& next) const {
  ChannelAffine both = *this;
  for (size_t c = 0; c < scale.size(); ++c) {
    both.scale[c] = scale[c] * next.scale[c];
    both.shift[c] = shift[c] * next.scale[c] + next.shift[c];
  }
  return both;
}

bool ChannelAffine::scales() const {
  return std::any_of(scale.begin(), scale.end(), [](double value) { return value != 1.0; });
}

bool ChannelAffine::shifts() const {
  return std::any_of(shift.begin(), shift.end(), [](double value) { return value != 0.0; });
}

std::optional<ChannelAffine> AffineOf(const Graph& graph, const Node& node, ValueId id,
                                      const ChannelShape& shape) {
  if (node.activation) return std::nullopt;
  std::optional<ChannelAffine> affine;
  if (std::holds_alternative<BatchNormalization>(node.op)) {
    affine = OfBatchNormalization(graph, node, id, shape.channels);
  } else if (std::holds_alternative<Binary>(node.op)) {
    affine = OfBinary(graph, node, id, shape);
  }
  if (!affine || !AllFinite(affine->scale) || !AllFinite(affine->shift)) return std::nullopt;
  return affine;
}

std::optional<ChannelValues> PerChannel(const Graph& graph, ValueId id, const ChannelShape& shape) {
  const Tensor* constant = graph.ConstantOf(id);
  if (constant == nullptr || constant->type() != DataType::kFloat32) return std::nullopt;
  const Shape& own = constant->shape();
  const std::span<const float> values = constant->values<float>();
  if (own.rank() > shape.rank || values.empty()) return std::nullopt;
  if (values.size() == 1) return ChannelValues(shape.channels, values[0]);
  // Broadcasting aligns the last axes.
  const int channel_axis = own.rank() - shape.rank + 1;
  if (channel_axis < 0 || own[channel_axis] != shape.channels ||
      own.ElementCount() != shape.channels) {
    return std::nullopt;
  }
  return ChannelValues(values.begin(), values.end());
}

std::optional<Tensor> ToFloats(const ChannelValues& values) {
  const std::vector<float> floats(values.begin(), values.end());
  const bool finite =
      std::all_of(floats.begin(), floats.end(), [](float value) { return std::isfinite(value); });
  if (!finite) return std::nullopt;
  return Tensor::Of<float>({static_cast<int64_t>(floats.size())}, floats);
}

}  // namespace reluserve::graph
