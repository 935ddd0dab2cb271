// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <optional>
#include <utility>
#include <vector>

#include "server/graph/passes/passes.h"
#include "server/graph/passes/per_channel.h"

namespace reluserve::graph {
namespace {

// The operand of a binary node that is not `side`, 0 or 1.
ValueId Other(const Node& node, int side) { return node.inputs[1 - side]; }

bool IsPlainAdd(const Node& node) {
  const auto* binary = std::get_if<Binary>(&node.op);
  const auto* variadic = std::get_if<Variadic>(&node.op);
  const bool adds = (binary != nullptr && binary->kind == BinaryKind::kAdd) ||
                    (variadic != nullptr && variadic->kind == VariadicKind::kSum);
  return adds && node.inputs.size() == 2 && !node.activation;
}

// A product of a matrix with constant weights becomes a Gemm, which has room for the bias.
bool BecomesGemm(Graph& graph, int index, const PassContext& context) {
  Node& node = graph.nodes[index];
  if (!std::holds_alternative<MatMul>(node.op) || node.activation) return false;
  const Shape* rows = context.ShapeOf(graph, node.inputs[0]);
  const Tensor* weights = graph.ConstantOf(node.inputs[1]);
  if (rows == nullptr || rows->rank() != 2 || weights == nullptr || weights->shape().rank() != 2 ||
      weights->type() != DataType::kFloat32) {
    return false;
  }
  node.op = Gemm{};
  return true;
}

// Takes the result of the addition over into the layer that makes operand `side`.
bool MergeInto(Graph& graph, const Node& add, int side, const PassContext& context) {
  const std::vector<int> producers = graph.Producers();
  const std::vector<int> uses = graph.UseCounts();
  const ValueId result = add.inputs[side];
  if (result == kNoValue || producers[result] < 0 || uses[result] != 1) return false;
  const Tensor* constant = graph.ConstantOf(Other(add, side));
  if (constant == nullptr) return false;
  const bool was_product = BecomesGemm(graph, producers[result], context);
  const auto layer = LinearLayerMaking(graph, result, producers, uses);
  std::optional<ChannelValues> shift;
  if (layer) shift = PerChannelConstant(graph, Other(add, side), layer->rank, layer->channels);
  if (!shift || !ScaleAndShift(graph, *layer, ChannelValues(layer->channels, 1.0), *shift)) {
    if (was_product) graph.nodes[producers[result]].op = MatMul{};
    return false;
  }
  Node& merged = graph.nodes[layer->node];
  merged.outputs[0] = add.outputs[0];
  merged.absorbed.push_back(add.op_type + " " + add.name);
  return true;
}

}  // namespace

// Conv, ConvTranspose, Gemm or MatMul followed by an Add of a constant for each channel: the
// constant goes into the bias. Exporters without a bias of their own write dense layers and
// convolutions so.
absl::StatusOr<int> MergeBias(Graph& graph, const PassContext& context) {
  int changes = 0;
  for (size_t i = 0; i < graph.nodes.size();) {
    const Node add = graph.nodes[i];
    if (IsPlainAdd(add) &&
        (MergeInto(graph, add, 0, context) || MergeInto(graph, add, 1, context))) {
      graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
      ++changes;
    } else {
      ++i;
    }
  }
  return changes;
}

}  // namespace reluserve::graph
