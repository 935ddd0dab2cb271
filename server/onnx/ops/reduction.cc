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

void EmitCumulative(NodeContext& node, bool product) {
  const int64_t axis = ConstantInteger(node, 1, "axis");
  node.Emit(graph::CumSum{.axis = axis,
                          .exclusive = node.Flag("exclusive", false),
                          .reverse = node.Flag("reverse", false),
                          .product = product},
            {node.Input(0)});
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

void ImportCumSum(NodeContext& node) { EmitCumulative(node, /*product=*/false); }

void ImportCumProd(NodeContext& node) { EmitCumulative(node, /*product=*/true); }

void ImportEinsum(NodeContext& node) { node.Emit(graph::Einsum{node.String("equation", "")}); }

// The place of the largest element, and what is 1 there alone. Until opset 12 all axes from `axis`
// on were taken together.
void ImportHardmax(NodeContext& node) {
  const bool flattens = node.opset() < 13;
  const int64_t axis = node.Axis("axis", flattens ? 1 : -1);
  const graph::ValueId x =
      flattens ? node.EmitStep("flat", graph::Flatten{axis}, {node.Input(0)}) : node.Input(0);
  const int64_t along = flattens ? 1 : axis;
  const graph::ValueId places = node.EmitStep(
      "places", graph::ArgExtreme{.largest = true, .axis = along, .keep_dims = false}, {x});
  const bool last = along == -1;
  const graph::ShapeOf extent = {along, last ? graph::ShapeOf{}.end : along + 1};
  const graph::ValueId depth = node.EmitStep("depth", extent, {x});
  const bool wide = node.Facts(node.Input(0)).type == DataType::kFloat64;
  const graph::ValueId values = node.AddConstant(
      "values", wide ? VectorTensor<double>({0.0, 1.0}) : VectorTensor<float>({0.0f, 1.0f}));
  if (!flattens) return node.Emit(graph::OneHot{along}, {places, depth, values});
  const graph::ValueId hot = node.EmitStep("hot", graph::OneHot{along}, {places, depth, values});
  const graph::ValueId shape = node.EmitStep("shape", graph::ShapeOf{}, {node.Input(0)});
  node.Emit(graph::Reshape{}, {hot, shape});
}

}  // namespace reluserve::onnx_import
