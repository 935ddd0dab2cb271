// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// QLinearConv and ConvInteger.

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/engine/primitives/quantized_layer.h"
#include "server/engine/primitives/window_args.h"

namespace reluserve::engine {
namespace {

using graph::Node;

absl::StatusOr<bool> LowerQuantized(const Node& node, const QuantizedOperands& operands,
                                    const graph::Window& window, int64_t group,
                                    PlanBuilder& builder) {
  const Shape& source = builder.fact(operands.source).shape;
  const Shape& weights = builder.fact(operands.weights).shape;
  const graph::OperandInfo& result = builder.fact(node.outputs[0]);
  if (source.rank() < 3 || source.rank() > 5 ||
      !Describable(builder.fact(operands.source).type, source) ||
      !Describable(result.type, result.shape)) {
    return false;
  }
  const auto arithmetic = ArithmeticOf(operands, result.shape[1], result.type, builder);
  if (!arithmetic) return false;
  QuantizedGeometry geometry;
  geometry.source = source;
  geometry.weights = weights;
  geometry.weights_given = PlainDesc(DataType::kInt8, GroupedWeights(weights, group));
  geometry.group = group;
  RELUSERVE_ASSIGN_OR_RETURN(geometry.window, ConvolutionWindow(window, source, weights));
  geometry.result = result.shape;
  return AddQuantizedLayer(node, operands, geometry, *arithmetic, builder);
}

}  // namespace

absl::StatusOr<bool> LowerQLinearConv(const Node& node, PlanBuilder& builder) {
  const auto& op = std::get<graph::QLinearConv>(node.op);
  return LowerQuantized(node, QLinearOperands(node), op.window, op.group, builder);
}

absl::StatusOr<bool> LowerConvInteger(const Node& node, PlanBuilder& builder) {
  const auto& op = std::get<graph::ConvInteger>(node.op);
  const QuantizedOperands operands = IntegerOperands(node);
  const Tensor* weights = builder.Known(operands.weights);
  if (weights == nullptr || weights->type() != DataType::kInt8 || weights->shape().rank() < 1) {
    return false;
  }
  const int64_t channels = weights->shape()[0];
  if (!SumsFitFloat(*weights, channels, weights->shape().ElementCount(1, weights->shape().rank()),
                    1)) {
    return false;
  }
  return LowerQuantized(node, operands, op.window, op.group, builder);
}

}  // namespace reluserve::engine
