// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <utility>
#include <vector>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

// Most bytes that one folded constant may take. Real weights stay below; a hostile shape does not.
constexpr int64_t kMaxConstantBytes = int64_t{2} << 30;

bool HasConstantOperands(const Graph& graph, const Node& node) {
  bool any = false;
  for (ValueId id : node.inputs) {
    if (id == kNoValue) continue;
    if (graph.ConstantOf(id) == nullptr) return false;
    any = true;
  }
  return any && !node.residual && !node.activation;
}

absl::StatusOr<std::vector<Tensor>> Evaluate(const Graph& graph, const Node& node,
                                             const PassContext& context) {
  std::vector<OperandInfo> facts(node.inputs.size());
  std::vector<const OperandInfo*> operands;
  std::vector<TensorView> inputs;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor* constant = graph.ConstantOf(node.inputs[i]);
    if (constant != nullptr) facts[i] = {constant->type(), constant->shape(), *constant};
    operands.push_back(constant != nullptr ? &facts[i] : nullptr);
    inputs.push_back(constant != nullptr ? constant->view() : TensorView{});
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<OperandInfo> results, InferNode(node, operands));
  std::vector<Tensor> tensors;
  std::vector<MutableTensorView> outputs;
  for (const OperandInfo& result : results) {
    const std::optional<int64_t> elements = result.shape.CheckedElementCount();
    if (!elements || *elements > kMaxConstantBytes / static_cast<int64_t>(ByteSize(result.type))) {
      return InvalidArgument("its constant result of shape {} takes more than {} bytes",
                             result.shape.ToString(), kMaxConstantBytes);
    }
    RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(result.type, result.shape));
    tensors.push_back(std::move(tensor));
    outputs.push_back(tensors.back().mutable_view());
  }
  RELUSERVE_RETURN_IF_ERROR(context.evaluate(node, inputs, outputs));
  return tensors;
}

}  // namespace

// A node whose operands are all constants becomes its results. One that no kernel computes stays,
// for the engine to refuse or compute.
absl::StatusOr<int> FoldConstants(Graph& graph, const PassContext& context) {
  int changes = 0;
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    if (!HasConstantOperands(graph, node)) {
      kept.push_back(std::move(node));
      continue;
    }
    absl::StatusOr<std::vector<Tensor>> results = Evaluate(graph, node, context);
    if (absl::IsUnimplemented(results.status())) {
      kept.push_back(std::move(node));
      continue;
    }
    RELUSERVE_RETURN_IF_ERROR(
        Annotate(results.status(), fmt::format("node \"{}\" ({})", node.name, node.op_type)));
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] != kNoValue) graph.value(node.outputs[i]).constant = (*results)[i];
    }
    ++changes;
  }
  graph.nodes = std::move(kept);
  return changes;
}

}  // namespace reluserve::graph
