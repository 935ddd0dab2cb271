// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"

namespace reluserve::graph {
namespace {

// Whether the engine can apply the activation in the same pass over memory as the node before it,
// and the result alone tells which elements were inactive. It does not where a negative slope or
// factor turns an inactive element into a positive one.
bool IsFusible(const Activation& activation) {
  switch (activation.kind) {
    case ActivationKind::kRelu:
    case ActivationKind::kClip:
    case ActivationKind::kSigmoid:
    case ActivationKind::kTanh:
    case ActivationKind::kHardSigmoid:
    case ActivationKind::kHardSwish:
    case ActivationKind::kMish:
    case ActivationKind::kGelu:
    case ActivationKind::kGeluTanh:
    case ActivationKind::kSwish:
      return true;
    case ActivationKind::kLeakyRelu:
    case ActivationKind::kElu:
      return activation.alpha >= 0.0f;
    case ActivationKind::kSelu:
      return activation.alpha >= 0.0f && activation.beta > 0.0f;
    case ActivationKind::kThresholdedRelu:
    case ActivationKind::kCelu:
    case ActivationKind::kSoftplus:
    case ActivationKind::kSoftsign:
    case ActivationKind::kShrink:
      return false;
  }
  return false;
}

bool Takes(const Node& node, const Activation& activation) {
  if (node.activation) return false;
  if (const auto* binary = std::get_if<Binary>(&node.op)) {
    return binary->kind == BinaryKind::kAdd || binary->kind == BinaryKind::kSub ||
           binary->kind == BinaryKind::kMul;
  }
  if (std::holds_alternative<BatchNormalization>(node.op)) {
    return activation.kind == ActivationKind::kRelu;
  }
  // A quantised layer whose result is float.
  if (std::holds_alternative<QLinearConv>(node.op) ||
      std::holds_alternative<QLinearMatMul>(node.op)) {
    return node.inputs.size() <= 6 || node.inputs[6] == kNoValue;
  }
  return std::holds_alternative<Conv>(node.op) || std::holds_alternative<ConvTranspose>(node.op) ||
         std::holds_alternative<Gemm>(node.op) || std::holds_alternative<MatMul>(node.op);
}

}  // namespace

// A layer applies the activation that reads its result, where nothing else does. The activation
// keeps the name that it is reported under.
absl::StatusOr<int> FuseActivation(Graph& graph, const PassContext& context) {
  int changes = 0;
  Rewriter rewriter(graph);
  rewriter.ForEachNode([&](const Node& node) {
    const auto* activation = std::get_if<Activation>(&node.op);
    if (activation == nullptr || !IsFusible(*activation)) return;
    Node* layer = rewriter.ExclusiveProducer(node.inputs[0]);
    if (layer == nullptr || !Takes(*layer, *activation) ||
        context.TypeOf(graph, node.inputs[0]) != DataType::kFloat32) {
      return;
    }
    layer->activation = FusedActivation{*activation, node.name, node.op_type};
    rewriter.MergeReader(*layer, node);
    ++changes;
  });
  rewriter.Finish();
  return changes;
}

}  // namespace reluserve::graph
