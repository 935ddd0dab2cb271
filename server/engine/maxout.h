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
  // The axis of the operand along which the branches lie; -1 where each branch is an operand.
  int axis = -1;
};

// A Max of two or more operands none of which is constant, all of the result's rank; or a ReduceMax
// over the axis that a Reshape split off the channels: [N, branches·C, ...] seen as
// [N, branches, C, ...] or [N, C, branches, ...]. Nothing for any other node. `facts` are for any
// shapes of the inputs; `producers` is Graph::Producers().
std::optional<Maxout> MaxoutOf(const graph::Graph& graph, const graph::Node& node,
                               const std::vector<graph::OperandInfo>& facts,
                               const std::vector<int>& producers);

// How branch number `branch` is reported: "max1[0]".
sparsity::LayerInfo BranchLayer(const graph::Node& node, int branch);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_MAXOUT_H_
