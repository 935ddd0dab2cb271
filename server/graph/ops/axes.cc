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

absl::StatusOr<std::vector<int>> NormalizeAxes(std::span<const int64_t> axes, int rank) {
  std::vector<int> normalized;
  std::vector<bool> named(static_cast<size_t>(rank), false);
  for (int64_t axis : axes) {
    RELUSERVE_ASSIGN_OR_RETURN(const int index, NormalizeAxis(axis, rank));
    if (named[index]) return InvalidArgument("axis {} is named twice", index);
    named[index] = true;
    normalized.push_back(index);
  }
  return normalized;
}

absl::StatusOr<std::vector<int64_t>> ReadIntegers(const TensorView& operand) {
  if (operand.shape.rank() > 1) {
    return InvalidArgument("shape is {}, expected a scalar or one axis", operand.shape.ToString());
  }
  if (operand.type == DataType::kInt64) {
    const std::span<const int64_t> values = operand.values<int64_t>();
    return std::vector<int64_t>(values.begin(), values.end());
  }
  if (operand.type == DataType::kInt32) {
    const std::span<const int32_t> values = operand.values<int32_t>();
    return std::vector<int64_t>(values.begin(), values.end());
  }
  return InvalidArgument("type is {}, expected INT64 or INT32", Name(operand.type));
}

absl::StatusOr<std::vector<int>> ResolveReduceAxes(const Reduce& op,
                                                   std::span<const TensorView> inputs) {
  const int rank = inputs[0].shape.rank();
  const TensorView operand = OperandAt(inputs, 1);
  std::vector<int64_t> given;
  if (operand.present()) {
    RELUSERVE_ASSIGN_OR_RETURN(given, ReadIntegers(operand));
  }
  std::vector<int> axes;
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
