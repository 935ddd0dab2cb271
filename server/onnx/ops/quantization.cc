// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/names.h"
#include "server/onnx/ops/importers.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {
namespace {

// Attribute output_dtype (since opset 21), 0 where the operands tell.
std::optional<DataType> OutputType(NodeContext& node) {
  const int64_t onnx_type = node.Int("output_dtype", 0);
  if (onnx_type == 0) return std::nullopt;
  const absl::StatusOr<DataType> type = DataTypeFromOnnx(onnx_type);
  if (type.ok()) return *type;
  node.SetStatus(WithSubject(type.status(), "attribute", "output_dtype"));
  return std::nullopt;
}

int64_t BlockSize(NodeContext& node) { return node.IntBetween("block_size", 0, 0, kMaxExtent); }

}  // namespace

// The type of the zero point is the type of the result; without one it is output_dtype, or uint8.
void ImportQuantizeLinear(NodeContext& node) {
  const graph::ValueId zero_point = node.Input(2);
  const std::optional<DataType> declared = OutputType(node);
  std::optional<DataType> type = declared;
  if (zero_point != graph::kNoValue) {
    type = node.Facts(zero_point).type;
    if (!type) return node.Refuse("the type of its zero point cannot be told from the file");
    if (declared && declared != type) {
      return node.Fail("attribute \"output_dtype\" is {}, but the zero point is {}",
                       Name(*declared), Name(*type));
    }
  }
  node.Emit(graph::QuantizeLinear{.axis = node.Axis("axis", 1),
                                  .block_size = BlockSize(node),
                                  .to = type.value_or(DataType::kUint8)});
}

void ImportDequantizeLinear(NodeContext& node) {
  const DataType type = ComputeType(OutputType(node).value_or(DataType::kFloat32));
  if (type != DataType::kFloat32) {
    node.Refuse("attribute \"output_dtype\" is {}, expected a floating-point type of 16 or 32 bits",
                Name(type));
  }
  node.Emit(graph::DequantizeLinear{.axis = node.Axis("axis", 1), .block_size = BlockSize(node)});
}

void RequireQuantizedResult(NodeContext& node) {
  for (int operand : {6, 7}) {
    if (node.Input(operand) == graph::kNoValue) {
      node.Fail("operand {} is absent, expected the scale and the zero point of the result",
                operand);
    }
  }
}

void ImportQLinearMatMul(NodeContext& node) {
  RequireQuantizedResult(node);
  node.Emit(graph::QLinearMatMul{});
}

}  // namespace reluserve::onnx_import
