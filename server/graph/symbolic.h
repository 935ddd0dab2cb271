// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What of a model's shapes is fixed, and what follows the batch or other open extents.

#ifndef RELUSERVE_SERVER_GRAPH_SYMBOLIC_H_
#define RELUSERVE_SERVER_GRAPH_SYMBOLIC_H_

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"

namespace reluserve::graph {

// A model's shapes as far as they hold for every request.
struct SymbolicShapes {
  // True when samples of different requests may share a batch: the outermost extent of every input
  // is open, inference succeeds for several batches, and each output holds its samples apart along
  // axis 0 (sample_independence.h).
  bool batchable = false;
  // Why it is not, for people; empty when it is.
  std::string obstacle;
  // For each value, by ValueId: extents, with -1 where the extent changes with an open extent of
  // the inputs. Empty vector where the rank changes, and for values that nothing defines.
  //
  // The outermost extent of an input that is open in the model is -1 where the model can take more
  // than one (batchable or not), and 1 where it cannot: a literal 1 in some Reshape. Other open
  // extents of inputs are always -1.
  std::vector<std::vector<int64_t>> extents;
  // Concrete facts for one probe of the inputs: batch 2 where the outermost extent is -1 (1
  // otherwise). Passes use them to tell equal shapes from broadcast ones.
  std::vector<Shape> probe_inputs;
  std::vector<OperandInfo> probe;
};

// Infers for several probes of the open extents (batch 1, 2 and 3; common image sizes) and
// compares. When no probe succeeds, the error of the first: the model then cannot run at all, or
// only at sizes that were not guessed.
absl::StatusOr<SymbolicShapes> InferSymbolicShapes(const Graph& graph,
                                                   const NodeEvaluator& evaluate);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_SYMBOLIC_H_
