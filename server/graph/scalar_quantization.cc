// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/scalar_quantization.h"

#include <algorithm>
#include <cmath>

namespace reluserve::graph {
namespace {

ValueId OperandOf(const Node& node, size_t index) {
  return index < node.inputs.size() ? node.inputs[index] : kNoValue;
}

}  // namespace

int32_t ScalarQuantization::Quantize(float value) const {
  const double shifted = static_cast<double>(std::nearbyint(value / scale)) + zero_point;
  // Also for NaN, which is no number to compare with.
  if (!(shifted > lowest())) return lowest();
  return static_cast<int32_t>(std::min<double>(shifted, highest()));
}

std::optional<ScalarQuantization> QuantizationBy(const Graph& graph, ValueId scale,
                                                 ValueId zero_point) {
  const Tensor* step = graph.ConstantOf(scale);
  if (step == nullptr || step->type() != DataType::kFloat32 || step->shape().ElementCount() != 1) {
    return std::nullopt;
  }
  ScalarQuantization result;
  result.scale = step->values<float>()[0];
  if (!std::isfinite(result.scale) || result.scale <= 0.0f) return std::nullopt;
  if (zero_point == kNoValue) return result;
  const Tensor* zero = graph.ConstantOf(zero_point);
  if (zero == nullptr || zero->shape().ElementCount() != 1) return std::nullopt;
  result.type = zero->type();
  if (result.type == DataType::kInt8) {
    result.zero_point = zero->values<int8_t>()[0];
  } else if (result.type == DataType::kUint8) {
    result.zero_point = zero->values<uint8_t>()[0];
  } else {
    return std::nullopt;
  }
  return result;
}

std::optional<ScalarQuantization> ResultQuantization(const Graph& graph, const Node& node) {
  if (const auto* quantize = std::get_if<QuantizeLinear>(&node.op)) {
    auto result = QuantizationBy(graph, OperandOf(node, 1), OperandOf(node, 2));
    if (!result || OperandOf(node, 2) != kNoValue) return result;
    if (quantize->to != DataType::kInt8 && quantize->to != DataType::kUint8) return std::nullopt;
    result->type = quantize->to;
    return result;
  }
  if (std::holds_alternative<QLinearConv>(node.op) ||
      std::holds_alternative<QLinearMatMul>(node.op) ||
      std::holds_alternative<QLinearBinary>(node.op)) {
    if (OperandOf(node, 7) == kNoValue) return std::nullopt;
    return QuantizationBy(graph, OperandOf(node, 6), OperandOf(node, 7));
  }
  return std::nullopt;
}

bool Clamps(const Activation& activation) {
  return activation.kind == ActivationKind::kRelu ||
         (activation.kind == ActivationKind::kClip && activation.alpha <= activation.beta);
}

CodeRange RangeOf(const Activation& activation, const ScalarQuantization& quantization) {
  if (activation.kind == ActivationKind::kRelu) {
    return {quantization.zero_point, quantization.highest()};
  }
  return {quantization.Quantize(activation.alpha), quantization.Quantize(activation.beta)};
}

}  // namespace reluserve::graph
