// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Rewrites of a graph that keep what it computes: each leaves the outputs equal (within rounding
// where weights are folded) and every activation layer reported under its own name with the same
// counts.
//
// A pass is a file of this folder and a row of AllPasses().

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_PASS_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_PASS_H_

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

// What passes may ask besides the graph.
struct PassContext {
  NodeEvaluator evaluate;
  // Facts for one probe of the input shapes, by ValueId (symbolic.h); empty when no probe worked.
  // Values that a pass adds are beyond its end: they are constants, or unknown.
  std::span<const OperandInfo> probe;

  // The probe's shape of a value; a constant's own shape; null when unknown.
  const Shape* ShapeOf(const Graph& graph, ValueId id) const;
};

struct Pass {
  std::string_view name;     // "fold-batch-normalization", as in PassOptions::disabled
  std::string_view purpose;  // one line for people
  // Rewrites the graph; how many places it changed.
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

// Runs the passes in order, each until it finds nothing more, and validates the graph after each.
// INVALID_ARGUMENT for an unknown name in `disabled`.
absl::StatusOr<std::vector<PassReport>> RunPasses(Graph& graph, const PassContext& context,
                                                  const PassOptions& options);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_PASS_H_
