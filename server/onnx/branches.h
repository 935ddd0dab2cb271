// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// If nodes: exporters write one where the shape of a value decides what is computed of it, as in a
// squeeze of an axis that may be longer than 1. The shapes of the model tell which branch is taken,
// whose nodes then stand in the node's place.

#ifndef RELUSERVE_SERVER_ONNX_BRANCHES_H_
#define RELUSERVE_SERVER_ONNX_BRANCHES_H_

#include <string>
#include <unordered_map>

#include <absl/status/statusor.h>
#include <onnx/onnx_pb.h>

#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"
#include "server/onnx/graph_builder.h"

namespace reluserve::onnx_import {

// What a condition is.
struct Decision {
  bool value = false;
  // Whether requests have a say in it: some input that it follows from has an open extent.
  bool open = false;
};

// Tells the condition of an If from the nodes of the graph so far. UNIMPLEMENTED where it depends
// on the elements of an input, or differs between shapes that the model takes.
absl::StatusOr<Decision> Decide(const graph::Graph& graph, graph::ValueId condition,
                                const graph::NodeEvaluator& evaluate);

// Names of values in a branch, by what they are called there.
using Scope = std::unordered_map<std::string, std::string>;

// The nodes and initializers of the taken branch under names of their own, which begin with
// `prefix`, or, for the branch's results, are those of the node's outputs with `suffix` behind. A
// result that no node of the branch makes gets an Identity. `scope` has the names around the node
// and gets those of the branch; `names_left` is how many more of them the model may have, as each
// takes more memory than in the file. INVALID_ARGUMENT for a node without the branch or with other
// results, and for too many names.
absl::StatusOr<onnx::GraphProto> TakeBranch(const onnx::NodeProto& node, bool taken,
                                            const std::string& prefix, const std::string& suffix,
                                            Scope& scope, int64_t& names_left);

// Makes the value called `output` of that called `computed`, and has shape inference refuse shapes
// at which the condition is not `taken`.
void AddGuard(const std::string& node, graph::ValueId condition, bool taken,
              const std::string& computed, const std::string& output, GraphBuilder& builder);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_BRANCHES_H_
