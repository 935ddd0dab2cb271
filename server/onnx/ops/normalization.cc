// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/ops/importers.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {
namespace {

float Epsilon(NodeContext& node) { return node.Float("epsilon", 1e-5f); }

}  // namespace

// Attribute is_test of opset 1 and 6 is not asked: files of that age leave it at its default of 0,
// yet are meant for inference when only the first output is read.
void ImportBatchNormalization(NodeContext& node) {
  if (node.Flag("training_mode", false)) {
    node.Refuse("attribute \"training_mode\" is 1; only inference is supported");
  }
  // Statistics for each position instead of each channel, which is the same where there are no
  // positions: the statistics are then vectors.
  const Tensor* scale = node.Constant(node.Input(1));
  if (!node.Flag("spatial", true) && (scale == nullptr || scale->shape().rank() != 1)) {
    node.Refuse("attribute \"spatial\" is 0; only statistics for each channel are supported");
  }
  node.KeepOutputs(1, "running statistics are computed in training only, which is not supported");
  node.Emit(graph::BatchNormalization{Epsilon(node)});
}

void ImportInstanceNormalization(NodeContext& node) {
  node.Emit(graph::InstanceNormalization{Epsilon(node)});
}

void ImportGroupNormalization(NodeContext& node) {
  node.Emit(graph::GroupNormalization{.num_groups = node.IntBetween("num_groups", 1, 1, kMaxExtent),
                                      .epsilon = Epsilon(node)});
}

void ImportLayerNormalization(NodeContext& node) {
  node.Emit(graph::LayerNormalization{.axis = node.Axis("axis", -1), .epsilon = Epsilon(node)});
}

void ImportLpNormalization(NodeContext& node) {
  node.Emit(
      graph::LpNormalization{.axis = node.Axis("axis", -1), .p = node.IntBetween("p", 2, 1, 2)});
}

void ImportMeanVarianceNormalization(NodeContext& node) {
  graph::MeanVarianceNormalization op;
  if (node.Has("axes")) op.axes = node.IntsBetween("axes", -kMaxRank, kMaxRank - 1);
  node.Emit(op);
}

void ImportLrn(NodeContext& node) {
  node.Emit(graph::Lrn{.size = node.IntBetween("size", 1, 1, kMaxExtent),
                       .alpha = node.Float("alpha", 1e-4f),
                       .beta = node.Float("beta", 0.75f),
                       .bias = node.Float("bias", 1.0f)});
}

}  // namespace reluserve::onnx_import
