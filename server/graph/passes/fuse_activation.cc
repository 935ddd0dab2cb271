// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <vector>

#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

// Whether oneDNN applies the activation in place, and its output tells which elements were
// inactive: a negative slope would fold them onto active ones.
bool Fusible(const Activation& activation) {
  switch (activation.kind) {
    case ActivationKind::kRelu:
    case ActivationKind::kClip:
    case ActivationKind::kSigmoid:
    case ActivationKind::kTanh:
    case ActivationKind::kHardSwish:
    case ActivationKind::kHardSigmoid:
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

// Whether the engine can apply an activation in the same pass over the node's result.
bool TakesActivation(const Node& node, const Activation& activation) {
  if (node.activation) return false;
  if (const auto* binary = std::get_if<Binary>(&node.op)) {
    return binary->kind == BinaryKind::kAdd || binary->kind == BinaryKind::kSub ||
           binary->kind == BinaryKind::kMul;
  }
  if (std::holds_alternative<BatchNormalization>(node.op)) {
    return activation.kind == ActivationKind::kRelu;
  }
  return std::holds_alternative<Conv>(node.op) || std::holds_alternative<ConvTranspose>(node.op) ||
         std::holds_alternative<Gemm>(node.op) || std::holds_alternative<MatMul>(node.op);
}

bool IsFloat(const PassContext& context, ValueId id) {
  return static_cast<size_t>(id) < context.probe.size() &&
         context.probe[id].type == DataType::kFloat32;
}

}  // namespace

// An activation whose input nobody else reads goes into the layer that makes it, and keeps the name
// it is reported under.
absl::StatusOr<int> FuseActivation(Graph& graph, const PassContext& context) {
  int changes = 0;
  for (size_t i = 0; i < graph.nodes.size();) {
    const Node node = graph.nodes[i];
    const auto* activation = std::get_if<Activation>(&node.op);
    const int producer = activation != nullptr ? graph.Producers()[node.inputs[0]] : -1;
    if (producer < 0 || !Fusible(*activation) || graph.UseCounts()[node.inputs[0]] != 1 ||
        !TakesActivation(graph.nodes[producer], *activation) || !IsFloat(context, node.inputs[0])) {
      ++i;
      continue;
    }
    Node& layer = graph.nodes[producer];
    layer.activation = FusedActivation{*activation, node.name, node.op_type};
    layer.outputs[0] = node.outputs[0];
    layer.absorbed.push_back(node.op_type + " " + node.name);
    graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
    ++changes;
  }
  return changes;
}

}  // namespace reluserve::graph
