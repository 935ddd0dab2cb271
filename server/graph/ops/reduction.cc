// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that work along axes: reductions, extremes, running sums, Softmax.

#include "server/base/status.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// `shape` with the axes reduced to 1, or without them.
Shape Reduced(const Shape& shape, std::span<const int> axes, bool keep_dims) {
  std::vector<bool> reduced(static_cast<size_t>(shape.rank()), false);
  for (int axis : axes) reduced[axis] = true;
  Shape result;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (!reduced[axis]) {
      result.push_back(shape[axis]);
    } else if (keep_dims) {
      result.push_back(1);
    }
  }
  return result;
}

}  // namespace

RuleResult InferSoftmax(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.Axis(0, std::get<Softmax>(node.op).axis).status());
  return OneOutput(operands.type(0), operands.shape(0));
}

RuleResult InferReduce(const Node& node, const Operands& operands) {
  const auto& op = std::get<Reduce>(node.op);
  const bool extreme = op.kind == ReduceKind::kMax || op.kind == ReduceKind::kMin;
  if (!extreme || operands.type(0) != DataType::kBool) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  }
  const absl::StatusOr<AxisList> axes = ResolveReduceAxes(op, operands.Views());
  if (!axes.ok()) return Annotate(axes.status(), "axes");
  return OneOutput(operands.type(0), Reduced(operands.shape(0), *axes, op.keep_dims));
}

RuleResult InferArgExtreme(const Node& node, const Operands& operands) {
  const auto& op = std::get<ArgExtreme>(node.op);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  RELUSERVE_ASSIGN_OR_RETURN(const int axis, operands.Axis(0, op.axis));
  const Shape& x = operands.shape(0);
  const Shape output = Reduced(x, {&axis, 1}, op.keep_dims);
  if (x[axis] == 0 && output.ElementCount() > 0) {
    return InvalidArgument("X has shape {}, expected elements along axis {}", x.ToString(), axis);
  }
  return OneOutput(DataType::kInt64, output);
}

RuleResult InferTopK(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  RELUSERVE_ASSIGN_OR_RETURN(const int axis, operands.Axis(0, std::get<TopK>(node.op).axis));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireOneElement(1));
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> k, operands.Integers(1));
  Shape output = operands.shape(0);
  if (k[0] < 0 || k[0] > output[axis]) {
    return InvalidArgument("K is {}, expected 0 to {}, the extent of axis {}", k[0], output[axis],
                           axis);
  }
  output[axis] = k[0];
  return std::vector<OperandInfo>{{operands.type(0), output, std::nullopt},
                                  {DataType::kInt64, output, std::nullopt}};
}

RuleResult InferCumSum(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.Axis(0, std::get<CumSum>(node.op).axis).status());
  return OneOutput(operands.type(0), operands.shape(0));
}

}  // namespace reluserve::graph
