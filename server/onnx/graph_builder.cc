// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/graph_builder.h"

#include <utility>

#include "server/base/status.h"
#include "server/onnx/names.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {

using graph::kNoValue;
using graph::ValueId;

absl::StatusOr<ValueId> GraphBuilder::Define(const std::string& name) {
  RELUSERVE_RETURN_IF_ERROR(CheckName("a value", name));
  if (name.empty()) return InvalidArgument("an input or initializer of the graph has no name");
  if (values_.contains(name)) {
    return InvalidArgument(
        "value \"{}\" is defined twice; each input, initializer and node output needs its own name",
        name);
  }
  if (graph_.value_count() >= kMaxValues) {
    return InvalidArgument("the graph has more than {} values", kMaxValues);
  }
  return AddValue(name);
}

absl::Status GraphBuilder::DefineConstant(const std::string& name, Tensor tensor) {
  RELUSERVE_ASSIGN_OR_RETURN(const ValueId id, Define(name));
  SetConstant(id, std::move(tensor));
  return absl::OkStatus();
}

absl::Status GraphBuilder::DefineInput(const std::string& name, DataType type,
                                       std::vector<graph::Dim> dims) {
  RELUSERVE_ASSIGN_OR_RETURN(const ValueId id, Define(name));
  facts_[id] = {type, static_cast<int>(dims.size())};
  graph_.inputs.push_back({id, type, std::move(dims)});
  return absl::OkStatus();
}

void GraphBuilder::ConvertInputs() {
  for (const graph::Input& input : graph_.inputs) {
    const DataType compute_type = ComputeType(input.type);
    if (compute_type == input.type) continue;
    const ValueId converted = AddValue(graph_.value(input.value).name + ".fp32");
    converted_[input.value] = converted;
    AddNode(graph_.value(converted).name, "Cast", graph::Cast{compute_type}, {input.value},
            {converted});
  }
}

ValueId GraphBuilder::Find(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? kNoValue : found->second;
}

ValueId GraphBuilder::Operand(const std::string& name) const {
  const ValueId id = Find(name);
  const auto converted = converted_.find(id);
  return converted == converted_.end() ? id : converted->second;
}

void GraphBuilder::AddOutput(const std::string& name, DataType declared) {
  ValueId id = Find(name);
  if (ComputeType(declared) != declared && facts_[id].type != declared) {
    // The name goes to what leaves the graph.
    const ValueId converted = AddValue(name + ".fp32");
    std::swap(graph_.value(id).name, graph_.value(converted).name);
    AddNode(name, "Cast", graph::Cast{declared}, {id}, {converted});
    id = converted;
  }
  graph_.outputs.push_back(id);
}

ValueId GraphBuilder::AddValue(const std::string& base) {
  const std::string name = Unique(values_, base);
  const ValueId id = graph_.AddValue(name);
  values_.emplace(name, id);
  facts_.emplace_back();
  return id;
}

ValueId GraphBuilder::AddConstant(const std::string& base, Tensor tensor) {
  const ValueId id = AddValue(base);
  SetConstant(id, std::move(tensor));
  return id;
}

void GraphBuilder::SetConstant(ValueId id, Tensor tensor) {
  facts_[id] = {tensor.type(), tensor.shape().rank()};
  graph_.value(id).constant = std::move(tensor);
}

void GraphBuilder::AddNode(const std::string& name, std::string op_type, graph::Op op,
                           std::vector<ValueId> inputs, std::vector<ValueId> outputs) {
  graph::Node node;
  node.name = Unique(nodes_, name);
  node.op_type = std::move(op_type);
  node.op = std::move(op);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  nodes_.emplace(node.name, kNoValue);
  const FactsLookup facts = [this](ValueId id) { return facts_[id]; };
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNoValue) continue;
    producers_[node.outputs[i]] = graph_.nodes.size();
    facts_[node.outputs[i]] = InferFacts(graph_, node, static_cast<int>(i), facts);
  }
  graph_.nodes.push_back(std::move(node));
}

const graph::Node* GraphBuilder::Producer(ValueId id) const {
  const auto found = producers_.find(id);
  return found == producers_.end() ? nullptr : &graph_.nodes[found->second];
}

ValueFacts GraphBuilder::Facts(ValueId id) const {
  return id == kNoValue ? ValueFacts{} : facts_[id];
}

absl::StatusOr<graph::Graph> GraphBuilder::Finish() && {
  RELUSERVE_RETURN_IF_ERROR(graph_.SortTopologically());
  RELUSERVE_RETURN_IF_ERROR(graph_.Validate());
  return std::move(graph_);
}

std::string GraphBuilder::Unique(const Names& taken, const std::string& base) {
  std::string name = base;
  while (taken.contains(name)) name = fmt::format("{}.{}", base, next_suffix_++);
  return name;
}

}  // namespace reluserve::onnx_import
