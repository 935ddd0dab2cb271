// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <limits>

#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

using graph::kNoValue;
using graph::ValueId;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The bound that operand is, `absent` where there is none, nothing where it is computed or no
// float.
std::optional<float> FloatBound(const NodeContext& node, ValueId id, float absent) {
  if (id == kNoValue) return absent;
  const Tensor* constant = node.Constant(id);
  if (constant == nullptr || constant->type() != DataType::kFloat32) return std::nullopt;
  if (constant->shape().ElementCount() != 1) return std::nullopt;
  return constant->values<float>()[0];
}

}  // namespace

void ImportClip(NodeContext& node) {
  const ValueId x = node.Input(0);
  const ValueId min = node.Input(1);
  const ValueId max = node.Input(2);
  if (min == kNoValue && max == kNoValue) return node.Emit(graph::Identity{}, {x});
  const std::optional<float> low = FloatBound(node, min, -kInfinity);
  const std::optional<float> high = FloatBound(node, max, kInfinity);
  if (low && high) {
    return node.Emit(graph::Activation{graph::ActivationKind::kClip, *low, *high}, {x});
  }
  // Bounds that are computed, or integers. Where min exceeds max the result is max, as ONNX has it.
  const graph::Variadic maximum{graph::VariadicKind::kMax};
  const graph::Variadic minimum{graph::VariadicKind::kMin};
  if (max == kNoValue) return node.Emit(maximum, {x, min});
  const ValueId raised = min == kNoValue ? x : node.EmitStep("min", maximum, {x, min});
  node.Emit(minimum, {raised, max});
}

// Until opset 10. Bounds left out are the largest finite numbers since opset 6, none before.
void ImportClipWithAttributes(NodeContext& node) {
  const float unbounded = node.opset() >= 6 ? std::numeric_limits<float>::max() : kInfinity;
  node.Emit(graph::Activation{graph::ActivationKind::kClip, node.Float("min", -unbounded),
                              node.Float("max", unbounded)});
}

}  // namespace reluserve::onnx_import
