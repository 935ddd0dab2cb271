// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/base/status.h"
#include "server/graph/ops/rules.h"
#include "server/graph/ops/window.h"

namespace reluserve::graph {
namespace {

constexpr DataType kMaxPoolTypes[] = {DataType::kFloat32, DataType::kFloat64, DataType::kInt8,
                                      DataType::kUint8};

// The input of the pooling that is undone, as the indices count in it.
absl::StatusOr<Shape> UnpooledShape(const MaxUnpool& op, const Shape& x) {
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedWindow window, ResolveUnpool(op.window, x));
  Shape output{x[0], x[1]};
  for (int64_t extent : window.output) output.push_back(extent);
  return output;
}

}  // namespace

RuleResult InferPool(const Node& node, const Operands& operands) {
  const auto& op = std::get<Pool>(node.op);
  const bool max = op.kind == PoolKind::kMax;
  RELUSERVE_RETURN_IF_ERROR(
      operands.RequireType(0, max ? std::span<const DataType>(kMaxPoolTypes) : kFloatTypes));
  if (op.kind == PoolKind::kLp && op.p < 1) {
    return InvalidArgument("p is {}, expected at least 1", op.p);
  }
  const Shape& x = operands.shape(0);
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedWindow window, ResolvePool(op, x));
  Shape output{x[0], x[1]};
  for (int64_t extent : window.output) output.push_back(extent);
  std::vector<OperandInfo> outputs = OneOutput(operands.type(0), output);
  if (max) outputs.push_back({DataType::kInt64, output, std::nullopt});
  return outputs;
}

RuleResult InferMaxUnpool(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, DataType::kInt64));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(1, x));
  RELUSERVE_ASSIGN_OR_RETURN(const Shape natural, UnpooledShape(std::get<MaxUnpool>(node.op), x));
  if (!operands.Has(2)) return OneOutput(operands.type(0), natural);
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> wanted, operands.Integers(2));
  const Shape output(wanted);
  bool fits = output.rank() == x.rank() && output[0] == x[0] && output[1] == x[1];
  for (int axis = 2; fits && axis < x.rank(); ++axis) fits = output[axis] > 0;
  if (!fits) {
    return InvalidArgument("output_shape is {}, expected {} axes, of which the first two as in {}",
                           output.ToString(), x.rank(), x.ToString());
  }
  return OneOutput(operands.type(0), output);
}

}  // namespace reluserve::graph
