// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <vector>

#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

bool AllEqual(const std::vector<int64_t>& values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(),
                     [wanted](int64_t value) { return value == wanted; });
}

bool IsIdentityPermutation(const std::vector<int64_t>& perm) {
  for (size_t axis = 0; axis < perm.size(); ++axis) {
    if (perm[axis] != static_cast<int64_t>(axis)) return false;
  }
  return !perm.empty();
}

// Pads of zero by a constant operand. A pad of zero keeps the elements whatever the mode.
bool PadsNothing(const Graph& graph, const Node& node) {
  const Tensor* pads = graph.ConstantOf(node.inputs[1]);
  if (pads == nullptr || pads->type() != DataType::kInt64) return false;
  const auto values = pads->values<int64_t>();
  return std::all_of(values.begin(), values.end(), [](int64_t pad) { return pad == 0; });
}

bool PoolsNothing(const Pool& pool, const Node& node) {
  const Window& window = pool.window;
  return !pool.global && pool.kind != PoolKind::kLp && AllEqual(window.kernel, 1) &&
         AllEqual(window.strides, 1) && AllEqual(window.pads_begin, 0) &&
         AllEqual(window.pads_end, 0) && (node.outputs.size() < 2 || node.outputs[1] == kNoValue);
}

bool ChangesNothing(const Graph& graph, const Node& node, const PassContext& context) {
  if (node.residual || node.activation) return false;
  if (std::holds_alternative<Identity>(node.op)) return true;
  if (const auto* cast = std::get_if<Cast>(&node.op)) {
    // A scalar is left alone: an unknown value looks like one.
    const auto id = static_cast<size_t>(node.inputs[0]);
    return id < context.probe.size() && context.probe[id].shape.rank() > 0 &&
           context.probe[id].type == cast->to;
  }
  if (const auto* transpose = std::get_if<Transpose>(&node.op)) {
    return IsIdentityPermutation(transpose->perm);
  }
  if (std::holds_alternative<Pad>(node.op)) return PadsNothing(graph, node);
  if (const auto* pool = std::get_if<Pool>(&node.op)) return PoolsNothing(*pool, node);
  const bool merges =
      std::holds_alternative<Concat>(node.op) || std::holds_alternative<Variadic>(node.op);
  return merges && node.inputs.size() == 1;
}

bool IsGraphOutput(const Graph& graph, ValueId id) {
  return std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
}

// Lets the readers of the node's output read its input. A graph output keeps its name: its value is
// then made by whoever made the input. False where neither can be done.
bool Bypass(Graph& graph, const Node& node) {
  const ValueId input = node.inputs[0];
  const ValueId output = node.outputs[0];
  if (!IsGraphOutput(graph, output)) {
    graph.ReplaceUses(output, input);
    return true;
  }
  const int producer = graph.Producers()[input];
  if (producer < 0 || IsGraphOutput(graph, input)) return false;
  for (ValueId& made : graph.nodes[producer].outputs) {
    if (made == input) made = output;
  }
  graph.ReplaceUses(input, output);
  return true;
}

}  // namespace

// Identity and Dropout; casts to the same type; permutations, pads and poolings that move nothing;
// concatenations and sums of one operand.
absl::StatusOr<int> EliminateNoOps(Graph& graph, const PassContext& context) {
  int changes = 0;
  for (size_t i = 0; i < graph.nodes.size();) {
    const Node node = graph.nodes[i];
    if (ChangesNothing(graph, node, context) && Bypass(graph, node)) {
      graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
      ++changes;
    } else {
      ++i;
    }
  }
  return changes;
}

}  // namespace reluserve::graph
