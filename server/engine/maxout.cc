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
  return Maxout{static_cast<int>(node.inputs.size()), -1, node.inputs};
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

// Branches that were given an axis of their own to be stacked along.
std::optional<Maxout> OfStack(const Graph& graph, const Node& node,
                              const std::vector<OperandInfo>& facts,
                              const std::vector<int>& producers) {
  if (!std::holds_alternative<graph::Reduce>(node.op)) return std::nullopt;
  const int rank = facts[node.inputs[0]].shape.rank();
  const auto axis = ReducedAxis(graph, node, rank);
  const int producer = producers[node.inputs[0]];
  if (!axis || producer < 0 || rank < 3) return std::nullopt;
  const Node& stack = graph.nodes[producer];
  const auto* concat = std::get_if<graph::Concat>(&stack.op);
  const size_t count = stack.inputs.size();
  if (concat == nullptr || count < 2 || count > kMaxBranches ||
      (concat->axis < 0 ? concat->axis + rank : concat->axis) != *axis) {
    return std::nullopt;
  }
  for (const ValueId id : stack.inputs) {
    const int branch = producers[id];
    if (branch < 0 || !std::holds_alternative<graph::Unsqueeze>(graph.nodes[branch].op) ||
        facts[id].shape[*axis] != 1) {
      return std::nullopt;
    }
  }
  return Maxout{static_cast<int>(count), *axis, stack.inputs};
}

// The extent that the model itself, and not the request, says axis `axis` of the result of a
// Reshape has: in a constant shape, or in a constant that a Concat puts among extents of its
// operand.
std::optional<int64_t> WantedExtent(const Graph& graph, const Node& reshape, int64_t axis,
                                    const std::vector<OperandInfo>& facts,
                                    const std::vector<int>& producers) {
  std::vector<ValueId> parts = {reshape.inputs[1]};
  if (graph.ConstantOf(parts[0]) == nullptr && producers[parts[0]] >= 0) {
    const Node& concat = graph.nodes[producers[parts[0]]];
    if (std::holds_alternative<graph::Concat>(concat.op)) parts = concat.inputs;
  }
  for (const ValueId part : parts) {
    const int64_t count = facts[part].shape.ElementCount();
    const Tensor* extents = graph.ConstantOf(part);
    if (axis < count) {
      if (extents == nullptr || extents->type() != DataType::kInt64) return std::nullopt;
      return extents->values<int64_t>()[axis];
    }
    axis -= count;
  }
  return std::nullopt;
}

// Whether the value is an image whose channels were moved behind the positions.
bool HasChannelsLast(const Graph& graph, ValueId id, const std::vector<int>& producers) {
  if (producers[id] < 0) return false;
  const auto* transpose = std::get_if<graph::Transpose>(&graph.nodes[producers[id]].op);
  if (transpose == nullptr || transpose->perm.size() < 3) return false;
  for (size_t i = 1; i + 1 < transpose->perm.size(); ++i) {
    if (transpose->perm[i] != static_cast<int64_t>(i) + 1) return false;
  }
  return transpose->perm.front() == 0 && transpose->perm.back() == 1;
}

// Whether `split` is `whole` with axis `at` made two, at + 1 being the second.
bool Splits(const Shape& whole, const Shape& split, int at) {
  if (whole.rank() + 1 != split.rank() || at + 1 >= split.rank()) return false;
  for (int axis = 0; axis < whole.rank(); ++axis) {
    const int64_t extent = axis < at    ? split[axis]
                           : axis == at ? split[at] * split[at + 1]
                                        : split[axis + 1];
    if (whole[axis] != extent) return false;
  }
  return true;
}

std::optional<Maxout> OfSplitChannels(const Graph& graph, const Node& node,
                                      const std::vector<OperandInfo>& facts,
                                      const std::vector<int>& producers) {
  if (!std::holds_alternative<graph::Reduce>(node.op)) return std::nullopt;
  const Shape& split = facts[node.inputs[0]].shape;
  const auto axis = ReducedAxis(graph, node, split.rank());
  const int producer = producers[node.inputs[0]];
  if (!axis || producer < 0 || split.rank() < 3) return std::nullopt;
  const Node& reshape = graph.nodes[producer];
  if (!std::holds_alternative<graph::Reshape>(reshape.op)) return std::nullopt;
  const bool last = HasChannelsLast(graph, reshape.inputs[0], producers);
  const int channels = last ? split.rank() - 2 : 1;
  if ((*axis != channels && *axis != channels + 1) ||
      !Splits(facts[reshape.inputs[0]].shape, split, channels)) {
    return std::nullopt;
  }
  const auto branches = WantedExtent(graph, reshape, *axis, facts, producers);
  if (!branches || *branches < 2 || *branches > kMaxBranches || *branches != split[*axis]) {
    return std::nullopt;
  }
  return Maxout{static_cast<int>(*branches), *axis, {}};
}

}  // namespace

std::optional<Maxout> MaxoutOf(const Graph& graph, const Node& node,
                               const std::vector<OperandInfo>& facts,
                               const std::vector<int>& producers) {
  if (node.activation || facts[node.outputs[0]].type != DataType::kFloat32) return std::nullopt;
  if (auto maxout = OfOperands(graph, node, facts)) return maxout;
  if (auto maxout = OfStack(graph, node, facts, producers)) return maxout;
  return OfSplitChannels(graph, node, facts, producers);
}

sparsity::LayerInfo BranchLayer(const Node& node, int branch) {
  return {fmt::format("{}[{}]", node.name, branch), node.op_type, {}};
}

}  // namespace reluserve::engine
