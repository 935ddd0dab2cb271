// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Convolutions in all their forms, and Gemm.

#include "server/onnx/ops/importers.h"
#include "server/onnx/ops/window.h"

namespace reluserve::onnx_import {
namespace {

int64_t Group(NodeContext& node) { return node.IntBetween("group", 1, 1, kMaxExtent); }

}  // namespace

void ImportConv(NodeContext& node) { node.Emit(graph::Conv{ReadWindow(node), Group(node)}); }

void ImportConvTranspose(NodeContext& node) {
  graph::ConvTranspose op;
  op.window = ReadWindow(node);
  op.group = Group(node);
  op.output_padding = node.IntsBetween("output_padding", 0, kMaxExtent);
  op.output_shape = node.IntsBetween("output_shape", 1, kMaxExtent);
  CheckSpatialRank(
      node, op.window,
      {{"output_padding", op.output_padding.size()}, {"output_shape", op.output_shape.size()}});
  node.Emit(op);
}

void ImportConvInteger(NodeContext& node) {
  node.Emit(graph::ConvInteger{ReadWindow(node), Group(node)});
}

void ImportQLinearConv(NodeContext& node) {
  RequireQuantizedResult(node);
  node.Emit(graph::QLinearConv{ReadWindow(node), Group(node)});
}

// Attribute broadcast, until opset 6, only says that C may be smaller than the result, which it
// always may since.
void ImportGemm(NodeContext& node) {
  node.Emit(graph::Gemm{.alpha = node.Float("alpha", 1.0f),
                        .beta = node.Float("beta", 1.0f),
                        .transpose_a = node.Flag("transA", false),
                        .transpose_b = node.Flag("transB", false)});
}

}  // namespace reluserve::onnx_import
