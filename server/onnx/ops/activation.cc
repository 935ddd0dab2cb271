// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Activations with parameters, and Softmax. Those without parameters need no more than their table
// row.

#include "server/onnx/ops/alignment.h"
#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

using graph::Activation;
using graph::ActivationKind;

void EmitSoftmax(NodeContext& node, bool log) {
  const bool flatten = node.opset() < 13;
  node.Emit(
      graph::Softmax{.axis = node.Axis("axis", flatten ? 1 : -1), .flatten = flatten, .log = log});
}

}  // namespace

void ImportLeakyRelu(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kLeakyRelu, node.Float("alpha", 0.01f)});
}

// Until opset 6 the slope has one entry a channel, or one for all.
void ImportPRelu(NodeContext& node) {
  const graph::ValueId slope = node.Input(1);
  const Tensor* constant = node.Constant(slope);
  const bool one_for_all = constant != nullptr && constant->shape().ElementCount() == 1;
  if (node.opset() >= 7 || one_for_all) return node.Emit(graph::PRelu{});
  node.Emit(graph::PRelu{}, {node.Input(0), AlignAt(node, 1, node.Input(0), slope)});
}

void ImportThresholdedRelu(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kThresholdedRelu, node.Float("alpha", 1.0f)});
}

void ImportElu(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kElu, node.Float("alpha", 1.0f)});
}

// The defaults gained digits with opset 6.
void ImportSelu(NodeContext& node) {
  const bool rounded = node.opset() < 6;
  node.Emit(Activation{ActivationKind::kSelu,
                       node.Float("alpha", rounded ? 1.6732f : 1.67326319217681884765625f),
                       node.Float("gamma", rounded ? 1.0507f : 1.05070102214813232421875f)});
}

void ImportCelu(NodeContext& node) {
  const float alpha = node.Float("alpha", 1.0f);
  if (alpha == 0.0f) node.Fail("attribute \"alpha\" is 0, by which Celu would divide");
  node.Emit(Activation{ActivationKind::kCelu, alpha});
}

void ImportHardSigmoid(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kHardSigmoid, node.Float("alpha", 0.2f),
                       node.Float("beta", 0.5f)});
}

void ImportGelu(NodeContext& node) {
  node.Emit(Activation{node.Choice<ActivationKind>(
      "approximate", {{"none", ActivationKind::kGelu}, {"tanh", ActivationKind::kGeluTanh}})});
}

void ImportSwish(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kSwish, node.Float("alpha", 1.0f)});
}

void ImportShrink(NodeContext& node) {
  node.Emit(
      Activation{ActivationKind::kShrink, node.Float("lambd", 0.5f), node.Float("bias", 0.0f)});
}

void ImportSoftmax(NodeContext& node) { EmitSoftmax(node, /*log=*/false); }

void ImportLogSoftmax(NodeContext& node) { EmitSoftmax(node, /*log=*/true); }

}  // namespace reluserve::onnx_import
