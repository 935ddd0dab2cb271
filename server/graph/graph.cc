// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/graph.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "server/base/status.h"

namespace reluserve::graph {
namespace {

// Calls visit(id) for every value the node reads, absent operands left out.
template <typename Visitor>
void ForEachOperand(const Node& node, Visitor visit) {
  for (ValueId id : node.inputs) {
    if (id != kNoValue) visit(id);
  }
  if (node.residual.has_value()) visit(*node.residual);
}

// Calls visit(id) for every value the node makes.
template <typename Visitor>
void ForEachOutput(const Node& node, Visitor visit) {
  for (ValueId id : node.outputs) {
    if (id != kNoValue) visit(id);
  }
}

// "node "conv1" (Conv)", as all messages name a node.
std::string Describe(const Node& node) {
  return fmt::format("node \"{}\" ({})", node.name, node.op_type);
}

// The index of a node on a cycle, given that every node which is not `placed` reads the output of
// another such node: going from reader to producer must come back to where it has been.
int FindCycle(const Graph& graph, std::span<const int> producers, const std::vector<bool>& placed) {
  int index = static_cast<int>(std::find(placed.begin(), placed.end(), false) - placed.begin());
  std::vector<bool> seen(placed.size(), false);
  while (!seen[index]) {
    seen[index] = true;
    int next = index;
    ForEachOperand(graph.nodes[index], [&](ValueId id) {
      if (producers[id] >= 0 && !placed[producers[id]]) next = producers[id];
    });
    index = next;
  }
  return index;
}

// Checks a graph from its first node to its last, noting which values exist so far.
class Validator {
 public:
  explicit Validator(const Graph& graph) : graph_(graph), defined_(graph.value_count(), false) {}

  absl::Status Run() {
    RELUSERVE_RETURN_IF_ERROR(CheckNames());
    for (ValueId id = 0; id < graph_.value_count(); ++id) {
      defined_[id] = graph_.value(id).constant.has_value();
    }
    for (const Input& input : graph_.inputs) {
      RELUSERVE_RETURN_IF_ERROR(Define(input.value, "the graph's inputs"));
    }
    for (const Node& node : graph_.nodes) RELUSERVE_RETURN_IF_ERROR(CheckNode(node));
    for (ValueId id : graph_.outputs) {
      RELUSERVE_RETURN_IF_ERROR(CheckRead(id, "the graph's outputs"));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckNames() const {
    std::unordered_set<std::string_view> names;
    for (ValueId id = 0; id < graph_.value_count(); ++id) {
      if (!names.insert(graph_.value(id).name).second) {
        return Internal("two values of the graph are named \"{}\"", graph_.value(id).name);
      }
    }
    names.clear();
    for (const Node& node : graph_.nodes) {
      if (!names.insert(node.name).second) {
        return Internal("two nodes of the graph are named \"{}\"", node.name);
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckNode(const Node& node) {
    const std::string who = Describe(node);
    for (ValueId id : node.inputs) {
      if (id != kNoValue) RELUSERVE_RETURN_IF_ERROR(CheckRead(id, who));
    }
    if (node.residual.has_value()) RELUSERVE_RETURN_IF_ERROR(CheckRead(*node.residual, who));
    if (node.residual.has_value() && !std::holds_alternative<Conv>(node.op)) {
      return Internal("{} has a residual operand, which only a Conv may have", who);
    }
    if (node.outputs.empty()) return InvalidArgument("{} has no outputs", who);
    for (ValueId id : node.outputs) {
      if (id != kNoValue) RELUSERVE_RETURN_IF_ERROR(Define(id, who));
    }
    return absl::OkStatus();
  }

  absl::Status CheckExists(ValueId id, std::string_view who) const {
    if (id >= 0 && id < graph_.value_count()) return absl::OkStatus();
    return Internal("{}: value number {} does not exist; the graph has {} values", who, id,
                    graph_.value_count());
  }

  absl::Status CheckRead(ValueId id, std::string_view who) const {
    RELUSERVE_RETURN_IF_ERROR(CheckExists(id, who));
    if (defined_[id]) return absl::OkStatus();
    return InvalidArgument(
        "{}: value \"{}\" is read before any input, initializer or node has defined it", who,
        graph_.value(id).name);
  }

  absl::Status Define(ValueId id, std::string_view who) {
    RELUSERVE_RETURN_IF_ERROR(CheckExists(id, who));
    if (defined_[id]) {
      return InvalidArgument("{}: value \"{}\" has been defined before", who,
                             graph_.value(id).name);
    }
    defined_[id] = true;
    return absl::OkStatus();
  }

  const Graph& graph_;
  std::vector<bool> defined_;
};

}  // namespace

ValueId Graph::AddValue(std::string name) {
  values_.push_back({std::move(name), std::nullopt});
  return value_count() - 1;
}

ValueId Graph::AddConstant(std::string name, Tensor tensor) {
  values_.push_back({std::move(name), std::move(tensor)});
  return value_count() - 1;
}

std::string Graph::UniqueValueName(const std::string& base) const {
  const auto is_taken = [this](const std::string& name) {
    return std::any_of(values_.begin(), values_.end(),
                       [&](const Value& value) { return value.name == name; });
  };
  std::string name = base;
  for (int suffix = value_count(); is_taken(name); ++suffix) {
    name = fmt::format("{}.{}", base, suffix);
  }
  return name;
}

const Tensor* Graph::ConstantOf(ValueId id) const {
  if (id == kNoValue || !values_[id].constant.has_value()) return nullptr;
  return &*values_[id].constant;
}

std::vector<int> Graph::Producers() const {
  std::vector<int> producers(values_.size(), -1);
  for (size_t i = 0; i < nodes.size(); ++i) {
    ForEachOutput(nodes[i], [&](ValueId id) { producers[id] = static_cast<int>(i); });
  }
  return producers;
}

std::vector<int> Graph::UseCounts() const {
  std::vector<int> counts(values_.size(), 0);
  for (const Node& node : nodes) {
    ForEachOperand(node, [&](ValueId id) { ++counts[id]; });
  }
  for (ValueId id : outputs) ++counts[id];
  return counts;
}

void Graph::ReplaceUses(ValueId from, ValueId to) {
  for (Node& node : nodes) {
    std::replace(node.inputs.begin(), node.inputs.end(), from, to);
    if (node.residual == from) node.residual = to;
  }
  std::replace(outputs.begin(), outputs.end(), from, to);
}

int Graph::RemoveDeadNodes() {
  std::vector<int> uses = UseCounts();
  std::vector<bool> dead(nodes.size(), false);
  // Readers come after producers, so that one walk from the end sees every reader first.
  for (size_t i = nodes.size(); i-- > 0;) {
    dead[i] = true;
    ForEachOutput(nodes[i], [&](ValueId id) { dead[i] = dead[i] && uses[id] == 0; });
    if (dead[i]) ForEachOperand(nodes[i], [&](ValueId id) { --uses[id]; });
  }
  size_t kept = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (dead[i]) continue;
    if (kept != i) nodes[kept] = std::move(nodes[i]);
    ++kept;
  }
  const int removed = static_cast<int>(nodes.size() - kept);
  nodes.resize(kept);
  for (size_t id = 0; id < values_.size(); ++id) {
    if (uses[id] == 0) values_[id].constant.reset();
  }
  return removed;
}

absl::Status Graph::SortTopologically() {
  const std::vector<int> producers = Producers();
  // For each node how many of its operands are still to be made, and who reads its outputs.
  std::vector<int> missing(nodes.size(), 0);
  std::vector<std::vector<int>> readers(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    ForEachOperand(nodes[i], [&](ValueId id) {
      if (producers[id] < 0) return;
      ++missing[i];
      readers[producers[id]].push_back(static_cast<int>(i));
    });
  }
  // Of the nodes that are ready, the one that stood first goes first.
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (missing[i] == 0) ready.push(static_cast<int>(i));
  }
  std::vector<int> order;
  std::vector<bool> placed(nodes.size(), false);
  while (!ready.empty()) {
    const int index = ready.top();
    ready.pop();
    order.push_back(index);
    placed[index] = true;
    for (int reader : readers[index]) {
      if (--missing[reader] == 0) ready.push(reader);
    }
  }
  if (order.size() < nodes.size()) {
    return InvalidArgument("{} depends on its own output: the graph has a cycle",
                           Describe(nodes[FindCycle(*this, producers, placed)]));
  }
  std::vector<Node> sorted;
  sorted.reserve(nodes.size());
  for (int index : order) sorted.push_back(std::move(nodes[index]));
  nodes = std::move(sorted);
  return absl::OkStatus();
}

absl::Status Graph::Validate() const { return Validator(*this).Run(); }

}  // namespace reluserve::graph
