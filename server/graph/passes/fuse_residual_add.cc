// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/base/status.h"
#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"

namespace reluserve::graph {
namespace {

bool IsAdd(const Node& node) {
  const auto* binary = std::get_if<Binary>(&node.op);
  return binary != nullptr && binary->kind == BinaryKind::kAdd && !node.activation;
}

class Fuser {
 public:
  Fuser(Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), rewriter_(graph) {}

  int Run() {
    int changes = 0;
    rewriter_.ForEachNode([&](const Node& node) {
      if (IsAdd(node) && Fuse(node)) ++changes;
    });
    rewriter_.Finish();
    return changes;
  }

 private:
  bool Fuse(const Node& add) {
    Node* first = Adder(add, 0);
    Node* second = Adder(add, 1);
    // Where both could, the later one does: the result of the other is there by then, and the
    // memory it lies in is often free to take the sum.
    const bool second_adds = second != nullptr && (first == nullptr || first < second);
    Node* adder = second_adds ? second : first;
    if (adder == nullptr) return false;
    rewriter_.SetResidual(*adder, add.inputs[second_adds ? 0 : 1]);
    rewriter_.MergeReader(*adder, add);
    return true;
  }

  // The convolution that makes operand `side` and can add the other operand to it; null where there
  // is none. Nobody else reads its result, so that the other operand cannot depend on it.
  Node* Adder(const Node& add, int side) {
    const ValueId own = add.inputs[side];
    const ValueId other = add.inputs[1 - side];
    Node* node = rewriter_.ExclusiveProducer(own);
    const bool can_add = node != nullptr && std::holds_alternative<Conv>(node->op) &&
                         !node->residual && !node->activation;
    if (!can_add || graph_.ConstantOf(other) != nullptr ||
        !context_.HaveSameShape(graph_, own, other)) {
      return nullptr;
    }
    return node;
  }

  Graph& graph_;
  const PassContext& context_;
  Rewriter rewriter_;
};

}  // namespace

// A convolution adds the other operand of an addition to its result. Both operands have the same
// shape whatever the input: the addition must not have broadcast either.
absl::StatusOr<int> FuseResidualAdd(Graph& graph, const PassContext& context) {
  const int changes = Fuser(graph, context).Run();
  // A convolution now comes after whatever makes the value that it adds to.
  RELUSERVE_RETURN_IF_ERROR(graph.SortTopologically());
  return changes;
}

}  // namespace reluserve::graph
