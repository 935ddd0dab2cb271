// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/value_facts.h"

#include <algorithm>

namespace reluserve::onnx_import {
namespace {

using graph::Graph;
using graph::Node;

bool MakesBool(graph::UnaryKind kind) {
  return kind == graph::UnaryKind::kNot || kind == graph::UnaryKind::kIsNan ||
         kind == graph::UnaryKind::kIsInf;
}

bool MakesBool(graph::BinaryKind kind) {
  return kind >= graph::BinaryKind::kEqual && kind <= graph::BinaryKind::kXor;
}

// The facts of one output, by operator. Most operators keep type and rank of their first operand;
// the overloads are those that do not.
class FactRules {
 public:
  FactRules(const Graph& graph, const Node& node, int index, const FactsLookup& facts)
      : graph_(graph), node_(node), index_(index), facts_(facts) {}

  ValueFacts operator()(const graph::Gemm&) const { return {Operand(0).type, 2}; }
  ValueFacts operator()(const graph::Flatten&) const { return {Operand(0).type, 2}; }
  ValueFacts operator()(const graph::MatMul&) const { return {Operand(0).type, MatMulRank(0, 1)}; }
  ValueFacts operator()(const graph::MatMulInteger&) const {
    return {DataType::kInt32, MatMulRank(0, 1)};
  }
  ValueFacts operator()(const graph::QLinearMatMul&) const {
    return {Operand(7).type, MatMulRank(0, 3)};
  }
  ValueFacts operator()(const graph::QLinearConv&) const {
    return {Operand(7).type, Operand(0).rank};
  }
  ValueFacts operator()(const graph::ConvInteger&) const {
    return {DataType::kInt32, Operand(0).rank};
  }
  ValueFacts operator()(const graph::Pool&) const { return WithIndices(Operand(0)); }
  ValueFacts operator()(const graph::TopK&) const { return WithIndices(Operand(0)); }
  ValueFacts operator()(const graph::Unary& op) const {
    return {MakesBool(op.kind) ? DataType::kBool : Operand(0).type, Operand(0).rank};
  }
  ValueFacts operator()(const graph::Binary& op) const {
    return {MakesBool(op.kind) ? DataType::kBool : Operand(0).type, BroadcastRank()};
  }
  ValueFacts operator()(const graph::Variadic&) const { return {Operand(0).type, BroadcastRank()}; }
  ValueFacts operator()(const graph::QLinearBinary&) const {
    const ValueFacts b = Operand(3);
    const ValueFacts a = Operand(0);
    return {a.type, a.rank && b.rank ? std::optional(std::max(*a.rank, *b.rank)) : std::nullopt};
  }
  ValueFacts operator()(const graph::Where&) const { return {Operand(1).type, BroadcastRank()}; }
  ValueFacts operator()(const graph::Cast& op) const { return {op.to, Operand(0).rank}; }
  ValueFacts operator()(const graph::QuantizeLinear& op) const { return {op.to, Operand(0).rank}; }
  ValueFacts operator()(const graph::DequantizeLinear&) const {
    return {DataType::kFloat32, Operand(0).rank};
  }
  ValueFacts operator()(const graph::DynamicQuantizeLinear&) const {
    if (index_ == 0) return {DataType::kUint8, Operand(0).rank};
    return {index_ == 1 ? DataType::kFloat32 : DataType::kUint8, 0};
  }
  ValueFacts operator()(const graph::Reduce& op) const {
    const ValueFacts x = Operand(0);
    if (op.keep_dims) return x;
    const bool over_all = Absent(1) && !op.noop_with_empty_axes;
    return {x.type, over_all ? 0 : Plus(x.rank, ElementCount(1), -1)};
  }
  ValueFacts operator()(const graph::ArgExtreme& op) const {
    const std::optional<int> rank = Operand(0).rank;
    return {DataType::kInt64, op.keep_dims ? rank : Plus(rank, 1, -1)};
  }
  ValueFacts operator()(const graph::Reshape&) const { return {Operand(0).type, ElementCount(1)}; }
  ValueFacts operator()(const graph::Squeeze&) const {
    return {Operand(0).type, Plus(Operand(0).rank, ElementCount(1), -1)};
  }
  ValueFacts operator()(const graph::Unsqueeze&) const {
    return {Operand(0).type, Plus(Operand(0).rank, ElementCount(1), +1)};
  }
  ValueFacts operator()(const graph::Expand&) const {
    const std::optional<int> rank = Operand(0).rank;
    const std::optional<int> target = ElementCount(1);
    return {Operand(0).type,
            rank && target ? std::optional(std::max(*rank, *target)) : std::nullopt};
  }
  ValueFacts operator()(const graph::Gather&) const {
    const std::optional<int> rank = Plus(Operand(0).rank, Operand(1).rank, +1);
    return {Operand(0).type, Plus(rank, 1, -1)};
  }
  ValueFacts operator()(const graph::GatherElements&) const {
    return {Operand(0).type, Operand(1).rank};
  }
  ValueFacts operator()(const graph::GatherNd&) const { return {Operand(0).type, std::nullopt}; }
  ValueFacts operator()(const graph::Einsum&) const { return {Operand(0).type, std::nullopt}; }
  ValueFacts operator()(const graph::OneHot&) const {
    const std::optional<int> rank = Operand(0).rank;
    return {Operand(2).type, rank ? std::optional(*rank + 1) : std::nullopt};
  }
  ValueFacts operator()(const graph::EyeLike& op) const { return {op.type, 2}; }
  ValueFacts operator()(const graph::NonZero&) const { return {DataType::kInt64, 2}; }
  ValueFacts operator()(const graph::AffineGrid&) const { return {Operand(0).type, std::nullopt}; }
  ValueFacts operator()(const graph::RoiAlign&) const { return {Operand(0).type, 4}; }
  ValueFacts operator()(const graph::Col2Im&) const { return {Operand(0).type, std::nullopt}; }
  ValueFacts operator()(const graph::ShapeOf&) const { return {DataType::kInt64, 1}; }
  ValueFacts operator()(const graph::Size&) const { return {DataType::kInt64, 0}; }
  ValueFacts operator()(const graph::Range&) const { return {Operand(0).type, 1}; }
  ValueFacts operator()(const graph::ConstantOfShape& op) const {
    return {op.value.type(), ElementCount(0)};
  }
  template <typename Op>
  ValueFacts operator()(const Op&) const {
    return Operand(0);
  }

 private:
  bool Absent(size_t i) const {
    return i >= node_.inputs.size() || node_.inputs[i] == graph::kNoValue;
  }
  ValueFacts Operand(size_t i) const { return Absent(i) ? ValueFacts{} : facts_(node_.inputs[i]); }

  // The number of elements of a constant operand.
  std::optional<int> ElementCount(size_t i) const {
    const Tensor* constant = Absent(i) ? nullptr : graph_.ConstantOf(node_.inputs[i]);
    if (constant == nullptr) return std::nullopt;
    return static_cast<int>(std::min<int64_t>(constant->shape().ElementCount(), 1 << 20));
  }

  // a + sign·b where both are known and the sum is a rank.
  static std::optional<int> Plus(std::optional<int> a, std::optional<int> b, int sign) {
    if (!a || !b || *a + sign * *b < 0) return std::nullopt;
    return *a + sign * *b;
  }

  std::optional<int> BroadcastRank() const {
    int rank = 0;
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      const std::optional<int> operand = Operand(i).rank;
      if (!operand) return std::nullopt;
      rank = std::max(rank, *operand);
    }
    return rank;
  }

  // A vector operand counts as a matrix, of which the result then loses an axis.
  std::optional<int> MatMulRank(size_t a_index, size_t b_index) const {
    const std::optional<int> a = Operand(a_index).rank;
    const std::optional<int> b = Operand(b_index).rank;
    if (!a || !b) return std::nullopt;
    return std::max({*a, *b, 2}) - (*a == 1) - (*b == 1);
  }

  ValueFacts WithIndices(ValueFacts first) const {
    if (index_ == 1) first.type = DataType::kInt64;
    return first;
  }

  const Graph& graph_;
  const Node& node_;
  int index_;
  const FactsLookup& facts_;
};

}  // namespace

ValueFacts InferFacts(const Graph& graph, const Node& node, int index, const FactsLookup& facts) {
  return std::visit(FactRules(graph, node, index, facts), node.op);
}

bool AcceptsFloat64(const graph::Op& op) {
  // graph::Op lists layers first, then what is element-wise, reduces or moves data, from Unary to
  // Crop, then resampling and quantisation.
  return op.index() >= graph::OpIndex<graph::Unary>() &&
         op.index() <= graph::OpIndex<graph::Crop>();
}

}  // namespace reluserve::onnx_import
