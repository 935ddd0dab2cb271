// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// QuantizeLinear and DequantizeLinear by one scale: our own kernels, which divide as ONNX says
// where oneDNN multiplies by a rounded reciprocal, on the memory as it lies.

#include <optional>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"

namespace reluserve::engine {
namespace {

using graph::kNoValue;
using graph::Node;

bool IsScalar(const PlanBuilder& builder, graph::ValueId id) {
  return id == kNoValue || builder.fact(id).shape.ElementCount() == 1;
}

// Element by element, so that any dense layout will do for both sides. False where the source lies
// plain, or has padding: the kernel is then as good as it gets.
absl::StatusOr<bool> LowerInPlace(const Node& node, PlanBuilder& builder) {
  const bool has_zero_point = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  if (!IsScalar(builder, node.inputs[1]) || (has_zero_point && !IsScalar(builder, node.inputs[2])))
    return false;
  RELUSERVE_ASSIGN_OR_RETURN(const Operand source, builder.Get(node.inputs[0]));
  if (!source.describable() || LiesPlain(source.desc) || !IsDense(source.desc)) return false;
  const DataType type = builder.fact(node.outputs[0]).type;
  const auto target = WithType(source.desc, type);
  if (!target) return false;
  const Shape flat = {source.shape.ElementCount()};
  std::vector<Operand> inputs = {builder.View(source, flat, PlainDesc(source.type, flat))};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    inputs.emplace_back();
    if (node.inputs[i] != kNoValue) {
      RELUSERVE_ASSIGN_OR_RETURN(inputs.back(), builder.GetPlain(node.inputs[i]));
    }
  }
  const Operand result = builder.New(source.shape, *target);
  const Operand output = builder.View(result, flat, PlainDesc(type, flat));
  RELUSERVE_RETURN_IF_ERROR(builder.AddKernel(node, inputs, {&output, 1}));
  builder.Define(node.outputs[0], result);
  RELUSERVE_RETURN_IF_ERROR(FinishNode(node, {}, builder));
  return true;
}

}  // namespace

absl::StatusOr<bool> LowerQuantizeLinear(const Node& node, PlanBuilder& builder) {
  const DataType type = builder.fact(node.outputs[0]).type;
  if (!builder.IsFloat(node.inputs[0]) || !IsByte(type)) return false;
  return LowerInPlace(node, builder);
}

absl::StatusOr<bool> LowerDequantizeLinear(const Node& node, PlanBuilder& builder) {
  if (!IsByte(builder.fact(node.inputs[0]).type) || !builder.IsFloat(node.outputs[0])) return false;
  return LowerInPlace(node, builder);
}

}  // namespace reluserve::engine
