// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Rewrites of a graph that keep what it computes: each leaves the outputs equal (within rounding
// where weights are folded) and every activation layer reported under its own name with the same
// counts.
//
// A pass is a file of this folder and a row of AllPasses().

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_PASS_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_PASS_H_

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"

namespace reluserve::graph {

// What passes may ask besides the graph. Values that a pass adds are beyond the end of the facts:
// they are constants, or unknown.
struct PassContext {
  NodeEvaluator evaluate;
  // SymbolicShapes::probe and ::extents (symbolic.h), by ValueId.
  std::span<const OperandInfo> probe = {};
  std::span<const std::vector<int64_t>> extents = {};

  // Of a value; nothing where it is unknown or, for the rank, differs from request to request.
  std::optional<DataType> TypeOf(const Graph& graph, ValueId id) const;
  std::optional<int> RankOf(const Graph& graph, ValueId id) const;
  // Whether two values are known to have equal shapes whatever the sizes of the inputs.
  bool HaveSameShape(const Graph& graph, ValueId a, ValueId b) const;
};

struct Pass {
  std::string_view name;     // "fold-batch-normalization", as in PassOptions::disabled
  std::string_view purpose;  // one line for people
  // Rewrites the graph; how many places it changed. The nodes stay in topological order.
  absl::StatusOr<int> (*run)(Graph& graph, const PassContext& context);
};

// All passes in the order in which they run. Static storage.
std::span<const Pass> AllPasses();

struct PassOptions {
  // Names of passes to leave out: for tests and for finding faults. Default: none.
  std::set<std::string, std::less<>> disabled;
};

// What a pass did, for people.
struct PassReport {
  std::string_view name;
  int changes = 0;
};

// Runs the passes in order, each until it finds nothing more, and removes dead nodes and validates
// the graph after each. INVALID_ARGUMENT for an unknown name in `disabled`.
absl::StatusOr<std::vector<PassReport>> RunPasses(Graph& graph, const PassContext& context,
                                                  const PassOptions& options);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_PASS_H_
