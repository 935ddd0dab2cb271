// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"

namespace reluserve::graph {
namespace {

template <typename T>
bool AllEqual(std::span<const T> values, T expected) {
  return std::all_of(values.begin(), values.end(), [&](T value) { return value == expected; });
}

bool AllEqual(const std::vector<int64_t>& values, int64_t expected) {
  return AllEqual(std::span<const int64_t>(values), expected);
}

bool IsFilledWith(const Tensor* constant, int value) {
  if (constant == nullptr) return false;
  switch (constant->type()) {
    case DataType::kFloat32:
      return AllEqual<float>(constant->values<float>(), static_cast<float>(value));
    case DataType::kInt64:
      return AllEqual<int64_t>(constant->values<int64_t>(), value);
    default:
      return false;
  }
}

// The operand that a node's only output always equals, or nothing.
class NoOpFinder {
 public:
  NoOpFinder(const Graph& graph, const PassContext& context) : graph_(graph), context_(context) {}

  std::optional<ValueId> EqualOperand(const Node& node) const {
    if (node.residual || node.activation) return std::nullopt;
    if (const auto* binary = std::get_if<Binary>(&node.op)) return OfBinary(node, binary->kind);
    return KeepsFirst(node) ? std::optional<ValueId>(node.inputs[0]) : std::nullopt;
  }

 private:
  // x + 0, x - 0, x · 1, x / 1 where broadcasting leaves x its shape.
  std::optional<ValueId> OfBinary(const Node& node, BinaryKind kind) const {
    const bool adds = kind == BinaryKind::kAdd || kind == BinaryKind::kSub;
    const bool multiplies = kind == BinaryKind::kMul || kind == BinaryKind::kDiv;
    const bool commutes = kind == BinaryKind::kAdd || kind == BinaryKind::kMul;
    if (!adds && !multiplies) return std::nullopt;
    for (const size_t side : {0, 1}) {
      if (side == 1 && !commutes) break;
      if (IsFilledWith(graph_.ConstantOf(node.inputs[1 - side]), adds ? 0 : 1) &&
          context_.HaveSameShape(graph_, node.inputs[side], node.outputs[0])) {
        return node.inputs[side];
      }
    }
    return std::nullopt;
  }

  bool KeepsFirst(const Node& node) const {
    if (const auto* cast = std::get_if<Cast>(&node.op)) {
      return context_.TypeOf(graph_, node.inputs[0]) == cast->to;
    }
    if (const auto* flatten = std::get_if<Flatten>(&node.op)) {
      return flatten->axis == 1 && context_.RankOf(graph_, node.inputs[0]) == 2;
    }
    if (const auto* pool = std::get_if<Pool>(&node.op)) return OfPool(node, *pool);
    // A pad of zero keeps the elements whatever the mode.
    if (std::holds_alternative<Pad>(node.op)) {
      return IsFilledWith(graph_.ConstantOf(node.inputs[1]), 0);
    }
    const bool joins =
        std::holds_alternative<Concat>(node.op) || std::holds_alternative<Variadic>(node.op);
    return std::holds_alternative<Identity>(node.op) || (joins && node.inputs.size() == 1);
  }

  static bool OfPool(const Node& node, const Pool& pool) {
    const Window& window = pool.window;
    return !pool.global && pool.kind != PoolKind::kLp && AllEqual(window.kernel, 1) &&
           AllEqual(window.strides, 1) && AllEqual(window.pads_begin, 0) &&
           AllEqual(window.pads_end, 0) && node.outputs.size() == 1;
  }

  const Graph& graph_;
  const PassContext& context_;
};

}  // namespace

// Identity and Dropout; casts to the same type; pads and poolings that move nothing; sums and
// concatenations of one; additions of 0 and multiplications by 1.
absl::StatusOr<int> EliminateNoOps(Graph& graph, const PassContext& context) {
  int changes = 0;
  const NoOpFinder finder(graph, context);
  Rewriter rewriter(graph);
  rewriter.ForEachNode([&](const Node& node) {
    const std::optional<ValueId> equal = finder.EqualOperand(node);
    if (equal && rewriter.Bypass(node, *equal)) ++changes;
  });
  rewriter.Finish();
  return changes;
}

}  // namespace reluserve::graph
