// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/rewriter.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace reluserve::graph {

Rewriter::Rewriter(Graph& graph)
    : graph_(graph),
      removed_(graph.nodes.size(), false),
      producers_(graph.Producers()),
      readers_(graph.value_count()),
      is_output_(graph.value_count(), false) {
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.inputs) AddReader(id, node);
    AddReader(node.residual.value_or(kNoValue), node);
  }
  for (ValueId id : graph.outputs) is_output_[id] = true;
}

Node* Rewriter::Producer(ValueId id) {
  if (id == kNoValue || producers_[id] < 0) return nullptr;
  return &graph_.nodes[producers_[id]];
}

Node* Rewriter::ExclusiveProducer(ValueId id) {
  return OnlyReader(id) != nullptr ? Producer(id) : nullptr;
}

Node* Rewriter::OnlyReader(ValueId id) {
  if (id == kNoValue || is_output_[id] || readers_[id].size() != 1) return nullptr;
  return &graph_.nodes[readers_[id][0]];
}

void Rewriter::SetOperand(Node& node, size_t index, ValueId id) {
  if (index >= node.inputs.size()) node.inputs.resize(index + 1, kNoValue);
  ValueId& operand = node.inputs[index];
  if (operand != kNoValue) {
    std::vector<int>& readers = readers_[operand];
    readers.erase(std::find(readers.begin(), readers.end(), IndexOf(node)));
  }
  operand = id;
  AddReader(id, node);
}

void Rewriter::SetResidual(Node& node, ValueId id) {
  node.residual = id;
  AddReader(id, node);
}

void Rewriter::MergeReader(Node& producer, const Node& reader) {
  producer.absorbed.push_back(fmt::format("{} {}", reader.op_type, reader.name));
  producers_[producer.outputs[0]] = -1;
  producer.outputs[0] = reader.outputs[0];
  producers_[producer.outputs[0]] = IndexOf(producer);
  Remove(reader);
}

bool Rewriter::Bypass(const Node& node, ValueId id) {
  const ValueId output = node.outputs[0];
  if (!is_output_[output]) {
    Remove(node);
    producers_[output] = -1;
    Redirect(output, id);
    return true;
  }
  Node* producer = Producer(id);
  if (producer == nullptr || is_output_[id]) return false;
  Remove(node);
  std::replace(producer->outputs.begin(), producer->outputs.end(), id, output);
  producers_[output] = IndexOf(*producer);
  producers_[id] = -1;
  Redirect(id, output);
  return true;
}

void Rewriter::Finish() {
  size_t kept = 0;
  for (size_t i = 0; i < removed_.size(); ++i) {
    if (removed_[i]) continue;
    if (kept != i) graph_.nodes[kept] = std::move(graph_.nodes[i]);
    ++kept;
  }
  graph_.nodes.resize(kept);
}

void Rewriter::AddReader(ValueId id, const Node& node) {
  if (id == kNoValue) return;
  if (static_cast<size_t>(id) >= readers_.size()) {  // made by this pass
    producers_.resize(id + 1, -1);
    readers_.resize(id + 1);
    is_output_.resize(id + 1, false);
  }
  readers_[id].push_back(IndexOf(node));
}

void Rewriter::Remove(const Node& node) {
  removed_[IndexOf(node)] = true;
  for (ValueId id : node.inputs) {
    if (id != kNoValue) std::erase(readers_[id], IndexOf(node));
  }
}

void Rewriter::Redirect(ValueId from, ValueId to) {
  for (int index : std::exchange(readers_[from], {})) {
    Node& reader = graph_.nodes[index];
    std::replace(reader.inputs.begin(), reader.inputs.end(), from, to);
    if (reader.residual == from) reader.residual = to;
    AddReader(to, reader);
  }
}

}  // namespace reluserve::graph
