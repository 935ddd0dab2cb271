// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/quantization.h"

#include "server/base/status.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/broadcast.h"
#include "server/graph/ops/matmul.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

constexpr DataType kQuantizedTypes[] = {DataType::kUint8, DataType::kInt8, DataType::kUint16,
                                        DataType::kInt16};
constexpr DataType kDequantizedTypes[] = {DataType::kUint8, DataType::kInt8, DataType::kUint16,
                                          DataType::kInt16, DataType::kInt32};

// A parameter of `type` that is one element, or one for each of `entries`.
absl::Status CheckParameter(const Operands& operands, size_t index, DataType type,
                            int64_t entries) {
  if (!operands.Has(index)) return absl::OkStatus();
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(index, type));
  const int64_t count = operands.shape(index).ElementCount();
  if (count == 1 || count == entries) return absl::OkStatus();
  if (entries == 1) return operands.RequireOneElement(index);
  return InvalidArgument("{} has shape {}, expected one element or {}", operands.NameOf(index),
                         operands.shape(index).ToString(), entries);
}

// A quantised operand with its scale and zero point, which follow it.
absl::Status CheckQuantized(const Operands& operands, size_t index, int64_t entries) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(index, kByteTypes));
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, index + 1, DataType::kFloat32, entries));
  return CheckParameter(operands, index + 2, operands.type(index), entries);
}

// The type of a result whose scale is operand 6 and whose zero point, operand 7, has that type;
// without both the result is float.
absl::StatusOr<DataType> ResultType(const Operands& operands) {
  if (operands.Has(6) != operands.Has(7)) {
    return InvalidArgument("{} is absent, expected it with {}",
                           operands.NameOf(operands.Has(6) ? 7 : 6),
                           operands.NameOf(operands.Has(6) ? 6 : 7));
  }
  if (!operands.Has(6)) return DataType::kFloat32;
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, 6, DataType::kFloat32, 1));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(7, kByteTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireOneElement(7));
  return operands.type(7);
}

// Operand 8, where it is there: a vector of `channels` numbers.
absl::Status CheckBias(const Operands& operands, int64_t channels) {
  constexpr DataType kBiasTypes[] = {DataType::kInt32, DataType::kFloat32};
  if (!operands.Has(8)) return absl::OkStatus();
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(8, kBiasTypes));
  return operands.RequireShape(8, Shape{channels});
}

// Operand 2, the zero point, where it is there: laid out as the scale and of `type`.
absl::Status CheckZeroPoint(const Operands& operands, DataType type) {
  if (!operands.Has(2)) return absl::OkStatus();
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(2, type));
  if (operands.shape(2).ElementCount() == 1 && operands.shape(1).ElementCount() == 1) {
    return absl::OkStatus();
  }
  return operands.RequireShape(2, operands.shape(1));
}

}  // namespace

absl::StatusOr<QuantizationLayout> ResolveQuantization(const Shape& x, const Shape& scale,
                                                       int64_t axis, int64_t block_size) {
  QuantizationLayout layout;
  if (scale.ElementCount() == 1) {
    layout.inner = x.ElementCount();
    return layout;
  }
  RELUSERVE_ASSIGN_OR_RETURN(const int index, NormalizeAxis(axis, x.rank()));
  layout.outer = x.ElementCount(0, index);
  layout.extent = x[index];
  layout.inner = x.ElementCount(index + 1, x.rank());
  layout.block = block_size;
  Shape expected{layout.extent};
  if (block_size > 0) {
    expected = x;
    expected[index] = layout.extent / block_size + (layout.extent % block_size != 0 ? 1 : 0);
  }
  if (scale != expected) {
    return InvalidArgument("scale has shape {}, expected one element or {} for {} along axis {}",
                           scale.ToString(), expected.ToString(), x.ToString(), index);
  }
  layout.scale_extent = block_size > 0 ? expected[index] : layout.extent;
  return layout;
}

RuleResult InferQuantizeLinear(const Node& node, const Operands& operands) {
  const auto& op = std::get<QuantizeLinear>(node.op);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, DataType::kFloat32));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, DataType::kFloat32));
  if (std::find(std::begin(kQuantizedTypes), std::end(kQuantizedTypes), op.to) ==
      std::end(kQuantizedTypes)) {
    return InvalidArgument("y is {}, expected UINT8, INT8, UINT16 or INT16", Name(op.to));
  }
  RELUSERVE_RETURN_IF_ERROR(
      ResolveQuantization(operands.shape(0), operands.shape(1), op.axis, op.block_size).status());
  RELUSERVE_RETURN_IF_ERROR(CheckZeroPoint(operands, op.to));
  return OneOutput(op.to, operands.shape(0));
}

RuleResult InferDequantizeLinear(const Node& node, const Operands& operands) {
  const auto& op = std::get<DequantizeLinear>(node.op);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kDequantizedTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, DataType::kFloat32));
  RELUSERVE_RETURN_IF_ERROR(
      ResolveQuantization(operands.shape(0), operands.shape(1), op.axis, op.block_size).status());
  RELUSERVE_RETURN_IF_ERROR(CheckZeroPoint(operands, operands.type(0)));
  return OneOutput(DataType::kFloat32, operands.shape(0));
}

RuleResult InferDynamicQuantizeLinear(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, DataType::kFloat32));
  return std::vector<OperandInfo>{{DataType::kUint8, operands.shape(0), std::nullopt},
                                  {DataType::kFloat32, Shape{}, std::nullopt},
                                  {DataType::kUint8, Shape{}, std::nullopt}};
}

RuleResult InferQLinearConv(const Node& node, const Operands& operands) {
  const auto& op = std::get<QLinearConv>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(
      const Shape output,
      ConvolutionOutput(op.window, op.group, operands.shape(0), operands.shape(3)));
  const int64_t channels = output[1];
  RELUSERVE_RETURN_IF_ERROR(CheckQuantized(operands, 0, 1));
  RELUSERVE_RETURN_IF_ERROR(CheckQuantized(operands, 3, channels));
  RELUSERVE_RETURN_IF_ERROR(CheckBias(operands, channels));
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, ResultType(operands));
  return OneOutput(type, output);
}

RuleResult InferQLinearMatMul(const Node&, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedMatMul product,
                             ResolveMatMul(operands.shape(0), operands.shape(3)));
  RELUSERVE_RETURN_IF_ERROR(CheckQuantized(operands, 0, product.m));
  RELUSERVE_RETURN_IF_ERROR(CheckQuantized(operands, 3, product.n));
  RELUSERVE_RETURN_IF_ERROR(CheckBias(operands, product.n));
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, ResultType(operands));
  return OneOutput(type, product.output);
}

RuleResult InferQLinearBinary(const Node& node, const Operands& operands) {
  const BinaryKind kind = std::get<QLinearBinary>(node.op).kind;
  if (kind != BinaryKind::kAdd && kind != BinaryKind::kMul) {
    return Unimplemented("quantised operators are supported for addition and multiplication only");
  }
  RELUSERVE_RETURN_IF_ERROR(CheckQuantized(operands, 0, 1));
  RELUSERVE_RETURN_IF_ERROR(CheckQuantized(operands, 3, 1));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(3, 0));
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, 6, DataType::kFloat32, 1));
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, 7, operands.type(0), 1));
  RELUSERVE_ASSIGN_OR_RETURN(const Shape output,
                             BroadcastShapes(operands.shape(0), operands.shape(3)));
  return OneOutput(operands.type(0), output);
}

RuleResult InferConvInteger(const Node& node, const Operands& operands) {
  const auto& op = std::get<ConvInteger>(node.op);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kByteTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, kByteTypes));
  RELUSERVE_ASSIGN_OR_RETURN(
      const Shape output,
      ConvolutionOutput(op.window, op.group, operands.shape(0), operands.shape(1)));
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, 2, operands.type(0), 1));
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, 3, operands.type(1), output[1]));
  return OneOutput(DataType::kInt32, output);
}

RuleResult InferMatMulInteger(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kByteTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, kByteTypes));
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedMatMul product,
                             ResolveMatMul(operands.shape(0), operands.shape(1)));
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, 2, operands.type(0), product.m));
  RELUSERVE_RETURN_IF_ERROR(CheckParameter(operands, 3, operands.type(1), product.n));
  return OneOutput(DataType::kInt32, product.output);
}

}  // namespace reluserve::graph
