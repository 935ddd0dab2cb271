// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that were experimental in ONNX's first versions and later dropped, without a change of
// opset. Style-transfer models still have them.

#include "server/onnx/ops/constants.h"
#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

constexpr graph::Binary kMultiply{graph::BinaryKind::kMul};
constexpr graph::Binary kAdd{graph::BinaryKind::kAdd};

graph::ValueId Scalar(NodeContext& node, std::string_view name, float fallback) {
  return node.AddConstant(name, ScalarTensor(node.Float(name, fallback)));
}

}  // namespace

// y = alpha·x + beta.
void ImportAffine(NodeContext& node) {
  const graph::ValueId scaled =
      node.EmitStep("scaled", kMultiply, {node.Input(0), Scalar(node, "alpha", 1.0f)});
  node.Emit(kAdd, {scaled, Scalar(node, "beta", 0.0f)});
}

// Of an image [N,C,H,W]: y = scale·x + bias, with one bias a channel.
void ImportImageScaler(NodeContext& node) {
  const graph::ValueId scaled =
      node.EmitStep("scaled", kMultiply, {node.Input(0), Scalar(node, "scale", 1.0f)});
  const std::vector<float> bias = node.Floats("bias");
  const auto channels = static_cast<int64_t>(bias.size());
  node.Emit(kAdd, {scaled, node.AddConstant("bias", Tensor::Of<float>({channels, 1, 1}, bias))});
}

void ImportCrop(NodeContext& node) {
  graph::Crop op;
  op.border = node.IntsBetween("border", 0, kMaxExtent);
  op.scale = node.IntsBetween("scale", 1, kMaxExtent);
  if (op.border.size() != 4) {
    node.Fail("attribute \"border\" has {} entries, expected 4 (left, top, right, bottom)",
              op.border.size());
  }
  if (!op.scale.empty() && op.scale.size() != 2) {
    node.Fail("attribute \"scale\" has {} entries, expected 2 (height, width)", op.scale.size());
  }
  node.Emit(op);
}

}  // namespace reluserve::onnx_import
