// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/maxout.h"

#include <algorithm>

#include <fmt/format.h>

namespace reluserve::engine {
namespace {

using graph::Graph;
using graph::Node;
using graph::OperandInfo;
using graph::ValueId;

// More is no Maxout that anybody trains, and each branch is a layer of its own in every report.
constexpr int64_t kMaxBranches = 64;

std::optional<Maxout> OfOperands(const Graph& graph, const Node& node,
                                 const std::vector<OperandInfo>& facts) {
  const auto* variadic = std::get_if<graph::Variadic>(&node.op);
  if (variadic == nullptr || variadic->kind != graph::VariadicKind::kMax ||
      node.inputs.size() < 2 || node.inputs.size() > kMaxBranches) {
    return std::nullopt;
  }
  const int rank = facts[node.outputs[0]].shape.rank();
  const bool all_branches = std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    return graph.ConstantOf(id) == nullptr && facts[id].shape.rank() == rank;
  });
  if (!all_branches || rank < 2) return std::nullopt;
  return Maxout{static_cast<int>(node.inputs.size()), -1};
}

// The one axis that the node reduces, counted from the front.
std::optional<int> ReducedAxis(const Graph& graph, const Node& node, int rank) {
  const auto* reduce = std::get_if<graph::Reduce>(&node.op);
  if (reduce == nullptr || reduce->kind != graph::ReduceKind::kMax || node.inputs.size() < 2) {
    return std::nullopt;
  }
  const Tensor* axes = graph.ConstantOf(node.inputs[1]);
  if (axes == nullptr || axes->type() != DataType::kInt64 || axes->shape().ElementCount() != 1) {
    return std::nullopt;
  }
  const int64_t axis = axes->values<int64_t>()[0];
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::optional<Maxout> OfSplitChannels(const Graph& graph, const Node& node,
                                      const std::vector<OperandInfo>& facts,
                                      const std::vector<int>& producers) {
  if (!std::holds_alternative<graph::Reduce>(node.op)) return std::nullopt;
  const Shape& split = facts[node.inputs[0]].shape;
  const auto axis = ReducedAxis(graph, node, split.rank());
  const int producer = producers[node.inputs[0]];
  if ((axis != 1 && axis != 2) || producer < 0 || split.rank() < 3) return std::nullopt;
  const Node& reshape = graph.nodes[producer];
  if (!std::holds_alternative<graph::Reshape>(reshape.op)) return std::nullopt;
  const Shape& whole = facts[reshape.inputs[0]].shape;
  const Tensor* wanted = graph.ConstantOf(reshape.inputs[1]);
  if (wanted == nullptr || wanted->type() != DataType::kInt64 || whole.rank() + 1 != split.rank() ||
      whole.rank() < 2 || whole[0] != split[0] || whole[1] != split[1] * split[2]) {
    return std::nullopt;
  }
  // The model says how many branches there are, so that it is the same for every request.
  const int64_t branches = wanted->values<int64_t>()[*axis];
  if (branches < 2 || branches > kMaxBranches || branches != split[*axis]) return std::nullopt;
  return Maxout{static_cast<int>(branches), *axis};
}

}  // namespace

std::optional<Maxout> MaxoutOf(const Graph& graph, const Node& node,
                               const std::vector<OperandInfo>& facts,
                               const std::vector<int>& producers) {
  if (node.activation || facts[node.outputs[0]].type != DataType::kFloat32) return std::nullopt;
  if (const auto maxout = OfOperands(graph, node, facts)) return maxout;
  return OfSplitChannels(graph, node, facts, producers);
}

sparsity::LayerInfo BranchLayer(const Node& node, int branch) {
  return {fmt::format("{}[{}]", node.name, branch), node.op_type, {}};
}

}  // namespace reluserve::engine
