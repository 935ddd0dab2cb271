// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cmath>

#include "server/onnx/ops/importers.h"
#include "server/onnx/ops/window.h"

namespace reluserve::onnx_import {
namespace {

// A float in opset 1.
int64_t NormOrder(NodeContext& node) {
  if (node.opset() > 1) return node.IntBetween("p", 2, 1, kMaxExtent);
  const float p = node.Float("p", 2.0f);
  if (p >= 1.0f && p < 1e9f && p == std::trunc(p)) return static_cast<int64_t>(p);
  node.Refuse("attribute \"p\" is {}, expected a whole number of 1 or more", p);
  return 2;
}

}  // namespace

void ImportMaxPool(NodeContext& node) {
  node.Emit(graph::Pool{.kind = graph::PoolKind::kMax,
                        .window = ReadWindow(node),
                        .ceil_mode = node.Flag("ceil_mode", false),
                        .column_major_indices = node.Flag("storage_order", false)});
}

void ImportAveragePool(NodeContext& node) {
  node.Emit(graph::Pool{.kind = graph::PoolKind::kAverage,
                        .window = ReadWindow(node),
                        .ceil_mode = node.Flag("ceil_mode", false),
                        .count_include_pad = node.Flag("count_include_pad", false)});
}

void ImportLpPool(NodeContext& node) {
  node.Emit(graph::Pool{.kind = graph::PoolKind::kLp,
                        .window = ReadWindow(node),
                        .ceil_mode = node.Flag("ceil_mode", false),
                        .p = NormOrder(node)});
}

void ImportGlobalLpPool(NodeContext& node) {
  graph::Pool op;
  op.kind = graph::PoolKind::kLp;
  op.global = true;
  op.p = NormOrder(node);
  node.Emit(op);
}

void ImportMaxUnpool(NodeContext& node) { node.Emit(graph::MaxUnpool{ReadWindow(node)}); }

}  // namespace reluserve::onnx_import
