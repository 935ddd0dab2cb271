// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

// A few bytes of a hostile file can ask for any amount of constants. Most bytes that the computed
// ones of a graph may take together:
// - Filled by ConstantOfShape: networks are published so, without weights. Up to
//   kMaxFoldedFilledBytes are folded, which the layers then keep once more, packed; what goes
//   beyond is left for each request to fill, so that loading takes little. Those of VGG-19, as
//   large as any in use, take 575 MB.
constexpr int64_t kMaxFoldedFilledBytes = int64_t{64} << 20;
constexpr int64_t kMaxFilledBytes = int64_t{640} << 20;
// - All others (Expand, Tile, Resize, arithmetic): this, and twice what the file itself brings.
constexpr int64_t kMaxComputedBytes = int64_t{64} << 20;

// And never more than an ONNX file can hold.
constexpr int64_t kMaxFoldedBytes = int64_t{2} << 30;

using Origin = Value::Origin;

// What the constants of a graph that come from there take.
int64_t ConstantBytes(const Graph& graph, Origin origin) {
  int64_t bytes = 0;
  for (ValueId id = 0; id < graph.value_count(); ++id) {
    const Tensor* constant = graph.ConstantOf(id);
    if (constant == nullptr || graph.value(id).origin != origin) continue;
    bytes += static_cast<int64_t>(constant->byte_size());
  }
  return bytes;
}

// Whether the elements of the result are those of the first operand, in the same order.
bool KeepsElements(const Op& op) {
  return std::holds_alternative<Identity>(op) || std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Flatten>(op) || std::holds_alternative<Squeeze>(op) ||
         std::holds_alternative<Unsqueeze>(op);
}

class ConstantFolder {
 public:
  // `dequantizes`: whether that is folded too.
  ConstantFolder(Graph& graph, const PassContext& context, bool dequantizes)
      : graph_(graph),
        context_(context),
        dequantizes_(dequantizes),
        folded_filled_budget_(kMaxFoldedFilledBytes - ConstantBytes(graph, Origin::kFilled)),
        filled_budget_(kMaxFilledBytes - ConstantBytes(graph, Origin::kFilled)),
        computed_budget_(std::min(kMaxFoldedBytes,
                                  kMaxComputedBytes + 2 * ConstantBytes(graph, Origin::kModel)) -
                         ConstantBytes(graph, Origin::kComputed)) {}

  // Whether everything that the node reads is constant.
  bool CanFold(const Node& node) const {
    if (std::holds_alternative<DequantizeLinear>(node.op) && !dequantizes_) return false;
    bool reads_any = false;
    for (ValueId id : node.inputs) {
      if (id == kNoValue) continue;
      if (graph_.ConstantOf(id) == nullptr) return false;
      reads_any = true;
    }
    return reads_any && !node.residual && !node.activation;
  }

  // Makes the outputs of the node constants. UNIMPLEMENTED, with nothing changed, where that takes
  // an operator or a type without a kernel, or more memory than loading may.
  absl::Status Fold(const Node& node) {
    std::vector<OperandInfo> facts(node.inputs.size());
    std::vector<const OperandInfo*> operands(node.inputs.size(), nullptr);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Tensor* constant = graph_.ConstantOf(node.inputs[i]);
      if (constant == nullptr) continue;
      facts[i] = {constant->type(), constant->shape(), *constant};
      operands[i] = &facts[i];
    }
    RELUSERVE_ASSIGN_OR_RETURN(const std::vector<OperandInfo> results, InferNode(node, operands));
    if (KeepsElements(node.op)) {
      Value& result = graph_.value(node.outputs[0]);
      result.constant = facts[0].value->Reshaped(results[0].shape);
      result.origin = graph_.value(node.inputs[0]).origin;
      return absl::OkStatus();
    }
    RELUSERVE_ASSIGN_OR_RETURN(std::vector<Tensor> tensors, Evaluate(node, operands, results));
    const bool filled = std::holds_alternative<ConstantOfShape>(node.op);
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      Value& result = graph_.value(node.outputs[i]);
      result.constant = std::move(tensors[i]);
      result.origin = filled ? Origin::kFilled : Origin::kComputed;
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::vector<Tensor>> Evaluate(const Node& node, OperandList operands,
                                               const std::vector<OperandInfo>& results) {
    std::vector<TensorView> inputs;
    for (const OperandInfo* operand : operands) {
      inputs.push_back(operand != nullptr ? operand->value->view() : TensorView{});
    }
    std::vector<Tensor> tensors;
    std::vector<MutableTensorView> outputs;
    for (size_t i = 0; i < results.size(); ++i) {
      const auto& [type, shape, value] = results[i];
      // Whether the byte count itself fits was checked by InferNode.
      const auto bytes = static_cast<int64_t>(shape.ElementCount() * ByteSize(type));
      const bool filled = std::holds_alternative<ConstantOfShape>(node.op);
      int64_t& budget = filled ? filled_budget_ : computed_budget_;
      if (bytes > budget) {
        return InvalidArgument(
            "its constant result of shape {} takes {} bytes, more than the {} that are left of "
            "what "
            "computed constants of a model may take",
            shape.ToString(), bytes, budget);
      }
      budget -= bytes;
      if (filled && bytes > folded_filled_budget_) {
        return Unimplemented("left for each request to fill");
      }
      if (filled) folded_filled_budget_ -= bytes;
      RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(type, shape));
      outputs.push_back(tensor.mutable_view());
      if (node.outputs[i] == kNoValue) outputs.back().data = nullptr;
      tensors.push_back(std::move(tensor));
    }
    RELUSERVE_RETURN_IF_ERROR(context_.evaluate(node, inputs, outputs));
    return tensors;
  }

  Graph& graph_;
  const PassContext& context_;
  const bool dequantizes_;
  int64_t folded_filled_budget_;
  int64_t filled_budget_;
  int64_t computed_budget_;
};

absl::StatusOr<int> Fold(Graph& graph, const PassContext& context, bool dequantizes) {
  ConstantFolder folder(graph, context, dequantizes);
  std::vector<Node> kept;
  const size_t node_count = graph.nodes.size();
  for (Node& node : graph.nodes) {
    const absl::Status status = folder.CanFold(node) ? folder.Fold(node) : Unimplemented("");
    if (absl::IsUnimplemented(status)) {
      kept.push_back(std::move(node));
    } else if (!status.ok()) {
      return Annotate(status, fmt::format("node \"{}\" ({})", node.name, node.op_type));
    }
  }
  graph.nodes = std::move(kept);
  return static_cast<int>(node_count - graph.nodes.size());
}

}  // namespace

// A node that reads constants alone becomes its results: no request has a part in them. Exporters
// write weights so that are shared (Identity) or filled (ConstantOfShape), and bounds and axes.
// What no kernel computes stays, for the engine to refuse; and so do dequantised weights, which
// fuse-quantization may want as they are.
absl::StatusOr<int> FoldConstants(Graph& graph, const PassContext& context) {
  return Fold(graph, context, /*dequantizes=*/false);
}

// The same for what fuse-quantization had no use for.
absl::StatusOr<int> FoldDequantizedConstants(Graph& graph, const PassContext& context) {
  return Fold(graph, context, /*dequantizes=*/true);
}

}  // namespace reluserve::graph
