// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>

#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"
#include "server/graph/scalar_quantization.h"

namespace reluserve::graph {
namespace {

bool Rectifies(const Activation& activation) {
  return activation.kind == ActivationKind::kRelu || activation.kind == ActivationKind::kSigmoid ||
         activation.kind == ActivationKind::kHardSigmoid ||
         (activation.kind == ActivationKind::kClip && activation.alpha >= 0.0f);
}

class Namer {
 public:
  explicit Namer(Graph& graph) : graph_(graph), rewriter_(graph) {}

  int Run() {
    int changes = 0;
    rewriter_.ForEachNode([&](Node& node) {
      if (node.activation || !IsRectifier(node)) return;
      node.activation = FusedActivation{Activation{}, node.name, node.op_type};
      ++changes;
    });
    return changes;
  }

 private:
  bool IsRectifier(const Node& node) {
    const auto quantization = ResultQuantization(graph_, node);
    if (!quantization || !quantization->rectifies()) return false;
    if (std::holds_alternative<QuantizeLinear>(node.op)) {
      const Node* layer = rewriter_.Producer(node.inputs[0]);
      return layer != nullptr && IsLinear(*layer);
    }
    if (std::holds_alternative<QLinearBinary>(node.op)) {
      return MayBeNegative(node.inputs[1], node.inputs[2]) ||
             MayBeNegative(node.inputs[4], node.inputs[5]);
    }
    return true;
  }

  // A layer whose result has both signs, as far as can be told.
  bool IsLinear(const Node& node) {
    if (node.activation) return false;
    if (const auto* binary = std::get_if<Binary>(&node.op)) {
      return binary->kind == BinaryKind::kAdd &&
             std::any_of(node.inputs.begin(), node.inputs.end(),
                         [&](ValueId id) { return MayBeNegative(id); });
    }
    return std::holds_alternative<Conv>(node.op) ||
           std::holds_alternative<ConvTranspose>(node.op) ||
           std::holds_alternative<Gemm>(node.op) || std::holds_alternative<MatMul>(node.op) ||
           std::holds_alternative<BatchNormalization>(node.op);
  }

  bool MayBeNegative(ValueId scale, ValueId zero_point) const {
    const auto quantization = QuantizationBy(graph_, scale, zero_point);
    return !quantization || !quantization->rectifies();
  }

  bool MayBeNegative(ValueId id) {
    const Node* node = rewriter_.Producer(id);
    if (node == nullptr) return true;
    if (const auto* activation = std::get_if<Activation>(&node->op)) return !Rectifies(*activation);
    if (!std::holds_alternative<DequantizeLinear>(node->op)) return true;
    return MayBeNegative(node->inputs[1], node->inputs.size() > 2 ? node->inputs[2] : kNoValue);
  }

  Graph& graph_;
  Rewriter rewriter_;
};

}  // namespace

// Quantisers leave out a ReLU where the lowest code of its result stands for zero: converting to
// codes cuts off what is negative just as well. Such a node is an activation layer, under its own
// name, where it quantises the result of a layer that has both signs.
absl::StatusOr<int> NameRectifiers(Graph& graph, const PassContext&) { return Namer(graph).Run(); }

}  // namespace reluserve::graph
