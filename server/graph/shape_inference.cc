// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/shape_inference.h"

#include <map>
#include <string>
#include <utility>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/graph/ops/operands.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// Results of at most this many elements are computed ahead of the run. Shapes are made of few
// elements; what is larger is somebody's weights, and is left to the passes or to run time.
constexpr int64_t kMaxKnownElements = int64_t{1} << 20;
// And at most this many by one graph, so that a small hostile file cannot ask for much memory.
constexpr int64_t kMaxKnownElementsInAll = int64_t{1} << 22;

absl::Status CheckShape(DataType type, const Shape& shape) {
  if (shape.rank() > kMaxRank) {
    return InvalidArgument("a shape of {} axes is not supported, at most {} are", shape.rank(),
                           kMaxRank);
  }
  const std::optional<int64_t> count = shape.CheckedElementCount();
  if (!count || !CheckedMultiply(*count, static_cast<int64_t>(ByteSize(type)))) {
    return InvalidArgument("shape {} of {} is larger than any memory", shape.ToString(),
                           Name(type));
  }
  return absl::OkStatus();
}

// The dims as a model declares them: "[batch,3,224,224]".
std::string ToString(std::span<const Dim> dims) {
  std::string text;
  for (const Dim& dim : dims) {
    if (!text.empty()) text += ',';
    text += dim.symbolic() ? dim.symbol : fmt::format("{}", dim.extent);
  }
  return "[" + text + "]";
}

// One walk over a graph in the order of its nodes.
class Inference {
 public:
  Inference(const Graph& graph, const NodeEvaluator& evaluate)
      : graph_(graph), evaluate_(evaluate), facts_(static_cast<size_t>(graph.value_count())) {}

  absl::Status SetConstants() {
    for (ValueId id = 0; id < graph_.value_count(); ++id) {
      const Tensor* constant = graph_.ConstantOf(id);
      if (constant == nullptr) continue;
      absl::Status status = CheckShape(constant->type(), constant->shape());
      if (!status.ok()) return Annotate(status, fmt::format("\"{}\"", graph_.value(id).name));
      facts_[id] = {constant->type(), constant->shape(), *constant};
    }
    return absl::OkStatus();
  }

  absl::Status SetInputs(std::span<const Shape> shapes) {
    if (shapes.size() != graph_.inputs.size()) {
      return InvalidArgument("{} input shapes, the model has {} inputs", shapes.size(),
                             graph_.inputs.size());
    }
    std::map<std::string_view, int64_t> symbols;
    for (size_t i = 0; i < shapes.size(); ++i) {
      const Input& input = graph_.inputs[i];
      absl::Status status = CheckShape(input.type, shapes[i]);
      if (status.ok()) status = Match(input.dims, shapes[i], symbols);
      if (!status.ok()) {
        return Annotate(status, fmt::format("input \"{}\"", graph_.value(input.value).name));
      }
      facts_[input.value] = {input.type, shapes[i], std::nullopt};
    }
    return absl::OkStatus();
  }

  absl::Status Visit(const Node& node) {
    std::vector<const OperandInfo*> operands;
    for (ValueId id : node.inputs) operands.push_back(id == kNoValue ? nullptr : &facts_[id]);
    RELUSERVE_ASSIGN_OR_RETURN(std::vector<OperandInfo> outputs, InferNode(node, operands));
    if (node.residual && facts_[*node.residual].shape != outputs[0].shape) {
      return Internal("a residual of shape {} was fused into a result of {}",
                      facts_[*node.residual].shape.ToString(), outputs[0].shape.ToString());
    }
    RELUSERVE_RETURN_IF_ERROR(ComputeIfKnown(node, operands, outputs));
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (node.outputs[i] != kNoValue) facts_[node.outputs[i]] = std::move(outputs[i]);
    }
    return absl::OkStatus();
  }

  std::vector<OperandInfo> TakeFacts() { return std::move(facts_); }

 private:
  static absl::Status Match(std::span<const Dim> dims, const Shape& shape,
                            std::map<std::string_view, int64_t>& symbols) {
    bool fits = dims.size() == shape.dims().size();
    for (size_t axis = 0; fits && axis < dims.size(); ++axis) {
      const int64_t extent = shape[static_cast<int>(axis)];
      const Dim& dim = dims[axis];
      if (!dim.symbolic()) {
        fits = dim.extent == extent;
        continue;
      }
      const int64_t first = symbols.emplace(dim.symbol, extent).first->second;
      if (first != extent) {
        return InvalidArgument("axis {} has extent {}, expected {} as \"{}\" has elsewhere", axis,
                               extent, first, dim.symbol);
      }
    }
    if (fits) return absl::OkStatus();
    return InvalidArgument("shape is {}, expected {}", shape.ToString(), ToString(dims));
  }

  // Fills in the values of the outputs where all operands are known and the result is small.
  absl::Status ComputeIfKnown(const Node& node, OperandList operands,
                              std::vector<OperandInfo>& outputs) {
    if (outputs.empty() || outputs[0].value || node.residual || node.activation) {
      return absl::OkStatus();
    }
    std::vector<TensorView> inputs;
    for (const OperandInfo* operand : operands) {
      if (operand != nullptr && !(operand->value && operand->value->has_elements())) {
        return absl::OkStatus();
      }
      inputs.push_back(operand == nullptr ? TensorView{} : operand->value->view());
    }
    int64_t elements = 0;
    for (const OperandInfo& output : outputs) {
      elements += std::min(output.shape.ElementCount(), kMaxKnownElements + 1);
    }
    if (elements > std::min(kMaxKnownElements, budget_)) return absl::OkStatus();
    budget_ -= elements;
    std::vector<Tensor> tensors;
    std::vector<MutableTensorView> views;
    for (size_t i = 0; i < outputs.size(); ++i) {
      RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor,
                                 Tensor::Allocate(outputs[i].type, outputs[i].shape));
      tensors.push_back(std::move(tensor));
      views.push_back(tensors.back().mutable_view());
      if (node.outputs[i] == kNoValue) views.back().data = nullptr;
    }
    const absl::Status status = evaluate_(node, inputs, views);
    // Without a kernel there is no value, and the node may still run as a primitive.
    if (absl::IsUnimplemented(status)) return absl::OkStatus();
    RELUSERVE_RETURN_IF_ERROR(status);
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i].value = std::move(tensors[i]);
    return absl::OkStatus();
  }

  const Graph& graph_;
  const NodeEvaluator& evaluate_;
  std::vector<OperandInfo> facts_;  // by ValueId
  int64_t budget_ = kMaxKnownElementsInAll;
};

}  // namespace

absl::StatusOr<std::vector<OperandInfo>> InferNode(const Node& node, OperandList operands) {
  const OpRule& rule = RuleOf(node.op);
  const Operands named(rule.operands, operands);
  RELUSERVE_RETURN_IF_ERROR(named.CheckForm());
  RELUSERVE_ASSIGN_OR_RETURN(std::vector<OperandInfo> outputs, rule.infer(node, named));
  if (node.outputs.size() > outputs.size()) {
    return InvalidArgument("it has {} outputs, expected at most {}", node.outputs.size(),
                           outputs.size());
  }
  outputs.resize(node.outputs.size());
  for (const OperandInfo& output : outputs) {
    RELUSERVE_RETURN_IF_ERROR(CheckShape(output.type, output.shape));
  }
  return outputs;
}

absl::StatusOr<std::vector<OperandInfo>> InferShapes(const Graph& graph,
                                                     std::span<const Shape> input_shapes,
                                                     const NodeEvaluator& evaluate) {
  Inference inference(graph, evaluate);
  RELUSERVE_RETURN_IF_ERROR(inference.SetConstants());
  RELUSERVE_RETURN_IF_ERROR(inference.SetInputs(input_shapes));
  for (const Node& node : graph.nodes) {
    const absl::Status status = inference.Visit(node);
    if (!status.ok()) {
      return Annotate(status, fmt::format("node \"{}\" ({})", node.name, node.op_type));
    }
  }
  return inference.TakeFacts();
}

}  // namespace reluserve::graph
