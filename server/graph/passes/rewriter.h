// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_REWRITER_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_REWRITER_H_

#include <vector>

#include "server/graph/graph.h"

namespace reluserve::graph {

// What passes do to a graph, and who makes and reads each value meanwhile. Nodes keep their places
// until Finish(), so that pointers to them stay valid; while a rewriter is at work, nothing else
// changes nodes' operands or outputs. The graph must outlive it.
class Rewriter {
 public:
  explicit Rewriter(Graph& graph);

  // Calls visit(node) for each node in order, those left out that were removed meanwhile.
  template <typename Visitor>
  void ForEachNode(Visitor visit) {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!removed_[i]) visit(graph_.nodes[i]);
    }
  }

  // The node that makes `id`; null for inputs, constants and absent operands.
  Node* Producer(ValueId id);
  // The same where one operand of one node is all that reads `id`, so that a change to it has no
  // other effect; null otherwise.
  Node* ExclusiveProducer(ValueId id);
  // The node that reads `id` as one of its operands, where nothing else does; null otherwise.
  Node* OnlyReader(ValueId id);

  // Lets operand `index` of `node`, new or not, be `id`.
  void SetOperand(Node& node, size_t index, ValueId id);
  void SetResidual(Node& node, ValueId id);
  // Lets `producer`, which has one output, make what `reader`, the only reader of that, makes, and
  // removes `reader`. It is for the caller to see to it that `producer` does the work of both.
  void MergeReader(Node& producer, const Node& reader);
  // Removes a node of one output that always equals `id`, one of its operands: who read it reads
  // `id`. A graph output keeps its name: the node that makes `id` then makes that instead. False,
  // with nothing changed, where that is impossible: `id` is an input, a constant or an output as
  // well.
  bool Bypass(const Node& node, ValueId id);

  // Takes the removed nodes out of the graph. The last call.
  void Finish();

 private:
  int IndexOf(const Node& node) const { return static_cast<int>(&node - graph_.nodes.data()); }
  void AddReader(ValueId id, const Node& node);
  void Remove(const Node& node);
  // Lets the readers of `from` that are nodes read `to`.
  void Redirect(ValueId from, ValueId to);

  Graph& graph_;
  std::vector<bool> removed_;  // by node
  // By value.
  std::vector<int> producers_;             // -1 where no node makes it
  std::vector<std::vector<int>> readers_;  // one entry an operand
  std::vector<bool> is_output_;
};

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_REWRITER_H_
