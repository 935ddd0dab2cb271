// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators whose operands are indices, masks or places.

#include "server/onnx/ops/constants.h"
#include "server/onnx/ops/importers.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {
namespace {

graph::ScatterReduction ReadReduction(NodeContext& node) {
  using enum graph::ScatterReduction;
  return node.Choice<graph::ScatterReduction>(
      "reduction", {{"none", kNone}, {"add", kAdd}, {"mul", kMul}, {"max", kMax}, {"min", kMin}});
}

}  // namespace

void ImportGather(NodeContext& node) { node.Emit(graph::Gather{node.Axis("axis", 0)}); }

void ImportGatherElements(NodeContext& node) {
  node.Emit(graph::GatherElements{node.Axis("axis", 0)});
}

void ImportGatherNd(NodeContext& node) {
  node.Emit(graph::GatherNd{node.IntBetween("batch_dims", 0, 0, kMaxRank)});
}

void ImportScatterElements(NodeContext& node) {
  node.Emit(graph::ScatterElements{.axis = node.Axis("axis", 0), .reduction = ReadReduction(node)});
}

void ImportScatterNd(NodeContext& node) { node.Emit(graph::ScatterNd{ReadReduction(node)}); }

void ImportOneHot(NodeContext& node) { node.Emit(graph::OneHot{node.Axis("axis", -1)}); }

void ImportTrilu(NodeContext& node) {
  graph::Trilu op{.upper = node.Flag("upper", true)};
  if (node.Input(1) != graph::kNoValue) op.k = ConstantInteger(node, 1, "k");
  node.Emit(op, {node.Input(0)});
}

// Without `dtype` the result has the type of the operand.
void ImportEyeLike(NodeContext& node) {
  graph::EyeLike op{.k = node.Int("k", 0)};
  if (node.Has("dtype")) {
    const absl::StatusOr<DataType> type = DataTypeFromOnnx(node.Int("dtype", 0));
    if (!type.ok()) return node.SetStatus(type.status());
    op.type = ComputeType(*type);
  } else if (const auto type = node.Facts(node.Input(0)).type) {
    op.type = *type;
  } else {
    return node.Refuse("it has no attribute \"dtype\", and the type of its operand is not known");
  }
  node.Emit(op);
}

void ImportCenterCropPad(NodeContext& node) { node.Emit(graph::CenterCropPad{node.Ints("axes")}); }

// Opset 1 repeats along one axis, which both operands after the first give as single numbers.
void ImportTile1(NodeContext& node) {
  const int64_t repeats = ConstantInteger(node, 1, "tiles");
  const int64_t axis = ConstantInteger(node, 2, "axis");
  const std::optional<int> rank = node.Facts(node.Input(0)).rank;
  if (!rank) return node.Refuse("the rank of its operand is not known");
  if (axis < 0 || axis >= *rank) {
    return node.Fail("input \"axis\" is {}, expected 0 to {}", axis, *rank - 1);
  }
  std::vector<int64_t> all(static_cast<size_t>(*rank), 1);
  all[static_cast<size_t>(axis)] = repeats;
  node.Emit(graph::Tile{}, {node.Input(0), node.AddConstant("repeats", VectorTensor(all))});
}

}  // namespace reluserve::onnx_import
