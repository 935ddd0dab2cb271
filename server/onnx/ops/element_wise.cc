// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Arithmetic, comparisons and casts.

#include "server/onnx/names.h"
#include "server/onnx/ops/alignment.h"
#include "server/onnx/ops/importers.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {
namespace {

using graph::BinaryKind;

void EmitCast(NodeContext& node, int64_t onnx_type) {
  const absl::StatusOr<DataType> type = DataTypeFromOnnx(onnx_type);
  if (!type.ok()) {
    return node.SetStatus(WithSubject(type.status(), "attribute", "to"));
  }
  node.Emit(graph::Cast{ComputeType(*type)});
}

}  // namespace

// Until opset 6 attribute axis tells with which axis of the first operand the first axis of the
// second is aligned; without it the last axes are, as since.
void EmitBinary(NodeContext& node, BinaryKind kind) {
  if (!node.Flag("broadcast", false) || !node.Has("axis")) return node.Emit(graph::Binary{kind});
  const graph::ValueId a = node.Input(0);
  node.Emit(graph::Binary{kind}, {a, AlignAt(node, node.Int("axis", 0), a, node.Input(1))});
}

void ImportBitShift(NodeContext& node) {
  node.Emit(graph::Binary{node.Choice<BinaryKind>(
      "direction", {{"LEFT", BinaryKind::kShiftLeft}, {"RIGHT", BinaryKind::kShiftRight}})});
}

void ImportMod(NodeContext& node) {
  node.Emit(graph::Binary{node.Flag("fmod", false) ? BinaryKind::kFmod : BinaryKind::kMod});
}

void ImportIsInf(NodeContext& node) {
  node.Emit(graph::Unary{.kind = graph::UnaryKind::kIsInf,
                         .detect_negative = node.Flag("detect_negative", true),
                         .detect_positive = node.Flag("detect_positive", true)});
}

// Attributes saturate and round_mode concern 8-bit floating-point types only.
void ImportCast(NodeContext& node) { EmitCast(node, node.Int("to", 0)); }

void ImportCastToName(NodeContext& node) {
  const std::string name = node.String("to", "");
  const std::optional<int64_t> type = OnnxTypeFromName(name);
  if (!type) return node.Fail("attribute \"to\" is \"{}\", which is no type of ONNX", name);
  EmitCast(node, *type);
}

void ImportCastLike(NodeContext& node) {
  const std::optional<DataType> type = node.Facts(node.Input(1)).type;
  if (!type) return node.Refuse("the type to cast to cannot be told from the file; use Cast");
  node.Emit(graph::Cast{ComputeType(*type)}, {node.Input(0)});
}

}  // namespace reluserve::onnx_import
