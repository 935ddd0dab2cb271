// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

bool IsSumOfTwo(const Node& node) {
  const auto* variadic = std::get_if<Variadic>(&node.op);
  return variadic != nullptr && variadic->kind == VariadicKind::kSum && node.inputs.size() == 2;
}

// A product of a matrix with constant weights.
bool IsDenseLayer(const Graph& graph, const Node& node, const PassContext& context) {
  if (!std::holds_alternative<MatMul>(node.op) || node.activation) return false;
  const Tensor* weights = graph.ConstantOf(node.inputs[1]);
  return weights != nullptr && weights->type() == DataType::kFloat32 &&
         weights->shape().rank() == 2 && context.RankOf(graph, node.inputs[0]) == 2;
}

}  // namespace

// One form of what has two: Add for a Sum of two, Gemm, which has room for a bias, for a MatMul
// with a constant matrix.
absl::StatusOr<int> Canonicalize(Graph& graph, const PassContext& context) {
  int changes = 0;
  for (Node& node : graph.nodes) {
    if (IsSumOfTwo(node)) {
      node.op = Binary{BinaryKind::kAdd};
      ++changes;
    } else if (IsDenseLayer(graph, node, context)) {
      node.op = Gemm{};
      ++changes;
    }
  }
  return changes;
}

}  // namespace reluserve::graph
