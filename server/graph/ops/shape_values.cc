// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators whose result follows from shapes and single values.

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "server/base/status.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// No tensor is that long; a double holds it exactly.
constexpr double kTooMany = 9.0e18;

// How many steps of `delta` from `start` stay before `limit`; nothing when they cannot be counted.
template <typename T>
std::optional<int64_t> StepCount(T start, T limit, T delta) {
  if constexpr (std::is_floating_point_v<T>) {
    const double count = std::ceil((static_cast<double>(limit) - start) / delta);
    if (!(std::fabs(count) < kTooMany)) return std::nullopt;  // NaN too
    return std::max<int64_t>(static_cast<int64_t>(count), 0);
  } else {
    if (delta == 0) return std::nullopt;
    if (delta > 0 ? limit <= start : limit >= start) return 0;
    // Distances between any two elements fit the unsigned type.
    const auto unsigned_of = [](T value) { return static_cast<uint64_t>(int64_t{value}); };
    const uint64_t distance = delta > 0 ? unsigned_of(limit) - unsigned_of(start)
                                        : unsigned_of(start) - unsigned_of(limit);
    const uint64_t step = delta > 0 ? unsigned_of(delta) : 0 - unsigned_of(delta);
    const uint64_t count = (distance - 1) / step + 1;
    if (count > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
    return static_cast<int64_t>(count);
  }
}

template <typename T>
RuleResult RangeOf(const Operands& operands) {
  const auto value = [&](size_t index) { return operands[index].value->values<T>()[0]; };
  const std::optional<int64_t> count = StepCount(value(0), value(1), value(2));
  if (!count) {
    return InvalidArgument("a range from {} to {} by {} has no countable steps", value(0), value(1),
                           value(2));
  }
  return OneOutput(operands.type(0), Shape{*count});
}

}  // namespace

RuleResult InferShapeOf(const Node& node, const Operands& operands) {
  const auto& op = std::get<ShapeOf>(node.op);
  const auto extents = operands.shape(0).dims();
  const auto rank = static_cast<int64_t>(extents.size());
  const auto clamped = [rank](int64_t bound) {
    return std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank);
  };
  const int64_t start = clamped(op.start);
  const int64_t count = std::max<int64_t>(clamped(op.end) - start, 0);
  std::vector<OperandInfo> outputs = OneOutput(DataType::kInt64, Shape{count});
  outputs[0].value = Tensor::Of(Shape{count}, extents.subspan(start, count));
  return outputs;
}

RuleResult InferSize(const Node&, const Operands& operands) {
  const std::array count = {operands.shape(0).ElementCount()};
  const Shape scalar = Shape::Filled(0, 1);
  std::vector<OperandInfo> outputs = OneOutput(DataType::kInt64, scalar);
  outputs[0].value = Tensor::Of(scalar, std::span<const int64_t>(count));
  return outputs;
}

RuleResult InferConstantOfShape(const Node& node, const Operands& operands) {
  const Tensor& value = std::get<ConstantOfShape>(node.op).value;
  if (value.shape().ElementCount() != 1) {
    return InvalidArgument("value has shape {}, expected a single element",
                           value.shape().ToString());
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> extents, operands.Integers(0));
  if (std::any_of(extents.begin(), extents.end(), [](int64_t extent) { return extent < 0; })) {
    return InvalidArgument("shape is {}, expected extents of 0 or more", Shape(extents).ToString());
  }
  return OneOutput(value.type(), Shape(extents));
}

RuleResult InferRange(const Node&, const Operands& operands) {
  for (size_t i = 0; i < 3; ++i) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireOneElement(i));
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(i, 0));
  }
  switch (operands.type(0)) {
    case DataType::kFloat32:
      return RangeOf<float>(operands);
    case DataType::kFloat64:
      return RangeOf<double>(operands);
    case DataType::kInt16:
      return RangeOf<int16_t>(operands);
    case DataType::kInt32:
      return RangeOf<int32_t>(operands);
    case DataType::kInt64:
      return RangeOf<int64_t>(operands);
    default:
      return InvalidArgument("start is {}, expected FP32, FP64, INT16, INT32 or INT64",
                             Name(operands.type(0)));
  }
}

}  // namespace reluserve::graph
