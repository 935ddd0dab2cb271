// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/large_weights.h"

#include <algorithm>
#include <variant>

#include "server/base/status.h"
#include "server/engine/plan_builder.h"

namespace reluserve::engine {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;

// Of a dense layer the bytes of its weights, where the store keeps them; otherwise 0.
size_t AdoptedBytes(const Graph& graph, const Node& node) {
  const bool dense = std::holds_alternative<graph::Gemm>(node.op) ||
                     std::holds_alternative<graph::MatMul>(node.op);
  if (!dense || node.inputs.size() < 2) return 0;
  const Tensor* weights = graph.ConstantOf(node.inputs[1]);
  return weights != nullptr && !weights->has_elements() ? weights->byte_size() : 0;
}

// The graph with nothing but this node, which reads what others compute as inputs.
Graph Alone(const Graph& graph, const Node& node, const std::vector<graph::OperandInfo>& facts) {
  Graph alone = graph;
  alone.nodes = {node};
  alone.outputs = node.outputs;
  alone.inputs.clear();
  std::vector<ValueId> read = node.inputs;
  if (node.residual) read.push_back(*node.residual);
  std::sort(read.begin(), read.end());
  read.erase(std::unique(read.begin(), read.end()), read.end());
  for (const ValueId id : read) {
    if (id == graph::kNoValue || facts[id].value) continue;
    alone.inputs.push_back({id, facts[id].type, {}});
  }
  return alone;
}

}  // namespace

absl::Status PackLargestFirst(const Graph& graph, const std::vector<graph::OperandInfo>& facts,
                              const std::shared_ptr<WeightStore>& weights, size_t min_bytes) {
  std::vector<const Node*> nodes;
  for (const Node& node : graph.nodes) {
    if (AdoptedBytes(graph, node) >= std::max<size_t>(1, min_bytes)) nodes.push_back(&node);
  }
  std::stable_sort(nodes.begin(), nodes.end(), [&](const Node* a, const Node* b) {
    return AdoptedBytes(graph, *a) > AdoptedBytes(graph, *b);
  });
  for (const Node* node : nodes) {
    const Graph alone = Alone(graph, *node, facts);
    RELUSERVE_RETURN_IF_ERROR(PlanBuilder(alone, facts, weights, {}).Build().status());
  }
  return absl::OkStatus();
}

}  // namespace reluserve::engine
