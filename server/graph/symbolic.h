// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What of a model's shapes is fixed, and what follows the batch or other open extents.

#ifndef RELUSERVE_SERVER_GRAPH_SYMBOLIC_H_
#define RELUSERVE_SERVER_GRAPH_SYMBOLIC_H_

#include <vector>

#include <absl/status/statusor.h>

#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"

namespace reluserve::graph {

// A model's shapes as far as they hold for every request.
struct SymbolicShapes {
  // True when the model can take any batch: the outermost extent of every input is one symbol,
  // every output's outermost extent follows it, and inference succeeds for several batch sizes. A
  // literal 1 in some Reshape makes it false.
  bool batchable = false;
  // For each value, by ValueId: extents, with -1 where the extent changes with an open extent of
  // the inputs. Empty vector where unknown.
  std::vector<std::vector<int64_t>> extents;
  // Concrete facts for one probe of the inputs: batch 2 where the batch is open (1 otherwise).
  // Passes use them to tell equal shapes from broadcast ones.
  std::vector<Shape> probe_inputs;
  std::vector<OperandInfo> probe;
};

// Infers for several probes of the open extents (batch 1, 2, 3; common image sizes) and compares.
// An error of the last probe tried when no probe succeeds: the model then cannot run at all, or
// only at sizes that were not guessed.
absl::StatusOr<SymbolicShapes> InferSymbolicShapes(const Graph& graph,
                                                   const NodeEvaluator& evaluate);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_SYMBOLIC_H_
