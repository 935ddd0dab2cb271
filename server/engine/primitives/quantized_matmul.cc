// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// QLinearMatMul and MatMulInteger by constant weights, as convolutions over one position.

#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/engine/primitives/quantized_layer.h"

namespace reluserve::engine {
namespace {

using graph::Node;

absl::StatusOr<bool> LowerQuantized(const Node& node, const QuantizedOperands& operands,
                                    PlanBuilder& builder) {
  const Shape& a = builder.fact(operands.source).shape;
  const Shape& b = builder.fact(operands.weights).shape;
  const graph::OperandInfo& result = builder.fact(node.outputs[0]);
  if (a.rank() < 2 || b.rank() != 2) return false;
  // All leading axes of A are rows.
  const int64_t rows = a.ElementCount(0, a.rank() - 1);
  QuantizedGeometry geometry;
  geometry.source = {rows, b[0], 1, 1};
  geometry.weights = {b[1], b[0], 1, 1};
  geometry.result = {rows, b[1], 1, 1};
  for (const Shape& shape : {geometry.source, geometry.weights, geometry.result, a, result.shape}) {
    if (!Describable(DataType::kInt8, shape)) return false;
  }
  const auto arithmetic = ArithmeticOf(operands, b[1], result.type, builder);
  if (!arithmetic) return false;
  geometry.weights_given = StridedDesc(DataType::kInt8, geometry.weights, {1, b[1], 1, 1});
  geometry.window.strides = {1, 1};
  geometry.window.dilations = geometry.window.pads_begin = geometry.window.pads_end = {0, 0};
  return AddQuantizedLayer(node, operands, geometry, *arithmetic, builder);
}

}  // namespace

absl::StatusOr<bool> LowerQLinearMatMul(const Node& node, PlanBuilder& builder) {
  return LowerQuantized(node, QLinearOperands(node), builder);
}

absl::StatusOr<bool> LowerMatMulInteger(const Node& node, PlanBuilder& builder) {
  const QuantizedOperands operands = IntegerOperands(node);
  const Tensor* weights = builder.Known(operands.weights);
  if (weights == nullptr || weights->type() != DataType::kInt8 || weights->shape().rank() != 2 ||
      !SumsFitFloat(*weights, weights->shape()[1], weights->shape()[0], weights->shape()[1])) {
    return false;
  }
  return LowerQuantized(node, operands, builder);
}

}  // namespace reluserve::engine
