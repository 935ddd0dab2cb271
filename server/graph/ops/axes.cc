// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/axes.h"

#include <algorithm>
#include <numeric>

#include "server/base/status.h"

namespace reluserve::graph {

TensorView OperandAt(std::span<const TensorView> operands, size_t index) {
  return index < operands.size() ? operands[index] : TensorView{};
}

absl::StatusOr<int> NormalizeAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    return InvalidArgument("axis {} is outside [{},{}), the range for {} axes", axis, -rank, rank,
                           rank);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

absl::StatusOr<AxisList> NormalizeAxes(std::span<const int64_t> axes, int rank) {
  AxisList normalized;
  for (int64_t axis : axes) {
    RELUSERVE_ASSIGN_OR_RETURN(const int index, NormalizeAxis(axis, rank));
    if (std::find(normalized.begin(), normalized.end(), index) != normalized.end()) {
      return InvalidArgument("axis {} is named twice", index);
    }
    normalized.push_back(index);
  }
  return normalized;
}

absl::StatusOr<IntegerList> ReadIntegers(const TensorView& operand) {
  if (operand.shape.rank() > 1) {
    return InvalidArgument("shape is {}, expected a scalar or one axis", operand.shape.ToString());
  }
  if (operand.type == DataType::kInt64) {
    const std::span<const int64_t> values = operand.values<int64_t>();
    return IntegerList(values.begin(), values.end());
  }
  if (operand.type == DataType::kInt32) {
    const std::span<const int32_t> values = operand.values<int32_t>();
    return IntegerList(values.begin(), values.end());
  }
  return InvalidArgument("type is {}, expected INT64 or INT32", Name(operand.type));
}

absl::StatusOr<AxisList> ResolveReduceAxes(const Reduce& op, std::span<const TensorView> inputs) {
  const int rank = inputs[0].shape.rank();
  const TensorView operand = OperandAt(inputs, 1);
  IntegerList given;
  if (operand.present()) {
    RELUSERVE_ASSIGN_OR_RETURN(given, ReadIntegers(operand));
  }
  AxisList axes;
  if (!given.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(axes, NormalizeAxes(given, rank));
    std::sort(axes.begin(), axes.end());
  } else if (!op.noop_with_empty_axes) {
    axes.resize(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
  }
  return axes;
}

}  // namespace reluserve::graph
