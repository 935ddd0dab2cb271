// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Maxout: the larger of several branches, as an activation.

#ifndef RELUSERVE_SERVER_ENGINE_MAXOUT_H_
#define RELUSERVE_SERVER_ENGINE_MAXOUT_H_

#include <optional>
#include <string>
#include <vector>

#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"
#include "server/sparsity/trace.h"

namespace reluserve::engine {

// A Maxout is reported as one layer for each branch, an element of which is inactive where another
// branch wins; see sparsity/branch_counter.h.
struct Maxout {
  int branches = 0;
  // The axis along which the branches lie: of the node's operand, or, where `operands` has a value
  // for each branch, an axis of one element of those; -1 where they have none.
  int axis = -1;
  std::vector<graph::ValueId> operands;
};

// A Max of two or more operands none of which is constant, all of the result's rank; a ReduceMax
// over the axis along which a Concat stacked its operands; or one over the axis that a Reshape
// split off the channels: [N, branches·C, ...] seen as [N, branches, C, ...] or [N, C, branches,
// ...], and the same at the end for channels that a Transpose brought there. Nothing for any other
// node. `facts` are for any shapes of the inputs; `producers` is Graph::Producers().
std::optional<Maxout> MaxoutOf(const graph::Graph& graph, const graph::Node& node,
                               const std::vector<graph::OperandInfo>& facts,
                               const std::vector<int>& producers);

// How branch number `branch` is reported: "max1[0]".
sparsity::LayerInfo BranchLayer(const graph::Node& node, int branch);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_MAXOUT_H_
