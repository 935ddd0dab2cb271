// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <vector>

#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

bool IsPlainAdd(const Node& node) {
  const auto* binary = std::get_if<Binary>(&node.op);
  const auto* variadic = std::get_if<Variadic>(&node.op);
  const bool adds = (binary != nullptr && binary->kind == BinaryKind::kAdd) ||
                    (variadic != nullptr && variadic->kind == VariadicKind::kSum);
  return adds && node.inputs.size() == 2 && node.inputs[0] != node.inputs[1] && !node.activation;
}

// The convolution that makes operand `side` of the addition, if it can add the other operand
// itself: nobody else reads its result, so the other operand cannot depend on it, and both have the
// same shape. -1 otherwise.
int Adder(const Graph& graph, const Node& add, int side, const PassContext& context) {
  const ValueId own = add.inputs[side];
  const ValueId other = add.inputs[1 - side];
  const int producer = graph.Producers()[own];
  if (producer < 0 || graph.UseCounts()[own] != 1 || graph.ConstantOf(other) != nullptr) return -1;
  const Node& node = graph.nodes[producer];
  if (!std::holds_alternative<Conv>(node.op) || node.residual || node.activation) return -1;
  const Shape* own_shape = context.ShapeOf(graph, own);
  const Shape* other_shape = context.ShapeOf(graph, other);
  if (own_shape == nullptr || other_shape == nullptr || *own_shape != *other_shape) return -1;
  return producer;
}

}  // namespace

// An addition of two values of equal shape, one made by a convolution: that adds the other to its
// result, into the other's memory where nobody reads it later. Where both are made by convolutions
// the later one adds, as the other's result is there by then.
absl::StatusOr<int> FuseResidualAdd(Graph& graph, const PassContext& context) {
  int changes = 0;
  for (size_t i = 0; i < graph.nodes.size();) {
    const Node add = graph.nodes[i];
    int side = 0;
    int adder = -1;
    if (IsPlainAdd(add)) {
      const int first = Adder(graph, add, 0, context);
      const int second = Adder(graph, add, 1, context);
      side = second > first ? 1 : 0;
      adder = side == 1 ? second : first;
    }
    if (adder < 0) {
      ++i;
      continue;
    }
    Node& conv = graph.nodes[adder];
    conv.residual = add.inputs[1 - side];
    conv.outputs[0] = add.outputs[0];
    conv.absorbed.push_back(add.op_type + " " + add.name);
    graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
    ++changes;
  }
  return changes;
}

}  // namespace reluserve::graph
