// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that make masks and indices, or apply them.

#include "server/graph/ops/masks.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "server/base/status.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// A single number of any type, as Tensorflow's exporter writes the depth of a OneHot: the integer
// it holds, cut towards zero, or nothing where it holds none.
std::optional<int64_t> IntegerIn(const Tensor& tensor) {
  const auto real = [](double value) -> std::optional<int64_t> {
    if (!(std::abs(value) < 9e18)) return std::nullopt;
    return static_cast<int64_t>(value);
  };
  switch (tensor.type()) {
    case DataType::kFloat32:
      return real(tensor.values<float>()[0]);
    case DataType::kFloat64:
      return real(tensor.values<double>()[0]);
    case DataType::kUint8:
      return tensor.values<uint8_t>()[0];
    case DataType::kInt32:
      return tensor.values<int32_t>()[0];
    case DataType::kInt64:
      return tensor.values<int64_t>()[0];
    default:
      return std::nullopt;
  }
}

template <typename T>
bool IsZero(const std::byte* element) {
  T value;
  std::memcpy(&value, element, sizeof(T));
  return value == T{0};
}

}  // namespace

std::vector<int64_t> NonZeroPlaces(const TensorView& tensor) {
  const auto* element = static_cast<const std::byte*>(tensor.data);
  const size_t bytes = ByteSize(tensor.type);
  const auto is_zero = [&](const std::byte* at) {
    if (tensor.type == DataType::kFloat32) return IsZero<float>(at);  // -0 too
    if (tensor.type == DataType::kFloat64) return IsZero<double>(at);
    return std::all_of(at, at + bytes, [](std::byte byte) { return byte == std::byte{0}; });
  };
  std::vector<int64_t> places;
  const int64_t count = tensor.shape.ElementCount();
  for (int64_t i = 0; i < count; ++i, element += bytes) {
    if (!is_zero(element)) places.push_back(i);
  }
  return places;
}

RuleResult InferOneHot(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireOneElement(1));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(2, Shape{2}));
  const Shape& indices = operands.shape(0);
  const int64_t axis = std::get<OneHot>(node.op).axis;
  const int rank = indices.rank() + 1;
  if (axis < -rank || axis >= rank) {
    return InvalidArgument("axis is {}, expected {} to {}", axis, -rank, rank - 1);
  }
  const std::optional<int64_t> depth = IntegerIn(*operands[1].value);
  if (!depth || *depth < 1) {
    return InvalidArgument("depth is no FP32, FP64, UINT8, INT32 or INT64 number of 1 or more");
  }
  Shape output;
  for (int i = 0; i < rank; ++i) {
    const int before = static_cast<int>(axis < 0 ? axis + rank : axis);
    output.push_back(i == before ? *depth : indices[i < before ? i : i - 1]);
  }
  return OneOutput(operands.type(2), output);
}

RuleResult InferTrilu(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireMinRank(0, 2));
  return OneOutput(operands.type(0), operands.shape(0));
}

RuleResult InferEyeLike(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireRank(0, 2));
  return OneOutput(std::get<EyeLike>(node.op).type, operands.shape(0));
}

RuleResult InferNonZero(const Node&, const Operands& operands) {
  const auto places = NonZeroPlaces(operands[0].value->view());
  return OneOutput(DataType::kInt64,
                   Shape{operands.shape(0).rank(), static_cast<int64_t>(places.size())});
}

}  // namespace reluserve::graph
