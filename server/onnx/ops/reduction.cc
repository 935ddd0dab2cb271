// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/ops/constants.h"
#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

void EmitArgExtreme(NodeContext& node, bool largest) {
  node.Emit(graph::ArgExtreme{.largest = largest,
                              .axis = node.Axis("axis", 0),
                              .keep_dims = node.Flag("keepdims", true),
                              .select_last_index = node.Flag("select_last_index", false)});
}

}  // namespace

// The axes are an attribute until opset 17 (ReduceSum: 12), then an input.
void EmitReduce(NodeContext& node, graph::ReduceKind kind) {
  node.Emit(graph::Reduce{.kind = kind,
                          .keep_dims = node.Flag("keepdims", true),
                          .noop_with_empty_axes = node.Flag("noop_with_empty_axes", false)},
            {node.Input(0), node.InputOrAttribute(1, "axes")});
}

void ImportArgMax(NodeContext& node) { EmitArgExtreme(node, /*largest=*/true); }

void ImportArgMin(NodeContext& node) { EmitArgExtreme(node, /*largest=*/false); }

// The number is an attribute until opset 9. Results are sorted whether or not `sorted` asks for it:
// without, ONNX leaves the order open.
void ImportTopK(NodeContext& node) {
  graph::ValueId k = node.Input(1);
  if (node.Has("k"))
    k = node.AddConstant("k", VectorTensor<int64_t>({node.IntBetween("k", 1, 1, kMaxExtent)}));
  node.Emit(graph::TopK{.axis = node.Axis("axis", -1), .largest = node.Flag("largest", true)},
            {node.Input(0), k});
}

void ImportCumSum(NodeContext& node) {
  const Tensor* axis = node.Constant(node.Input(1));
  if (axis == nullptr) {
    return node.Refuse("input \"axis\" is computed; only a constant is supported");
  }
  const bool wide = axis->type() == DataType::kInt64;
  if (axis->shape().ElementCount() != 1 || (!wide && axis->type() != DataType::kInt32)) {
    return node.Fail("input \"axis\" is {} {}, expected one INT32 or INT64", Name(axis->type()),
                     axis->shape().ToString());
  }
  node.Emit(graph::CumSum{.axis = wide ? axis->values<int64_t>()[0] : axis->values<int32_t>()[0],
                          .exclusive = node.Flag("exclusive", false),
                          .reverse = node.Flag("reverse", false)},
            {node.Input(0)});
}

}  // namespace reluserve::onnx_import
