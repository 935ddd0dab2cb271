// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ENGINE_LARGE_WEIGHTS_H_
#define RELUSERVE_SERVER_ENGINE_LARGE_WEIGHTS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include <absl/status/status.h>

#include "server/engine/weight_store.h"
#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"

namespace reluserve::engine {

// Weights smaller than this, in bytes, add little to what loading takes at its peak.
inline constexpr size_t kLargeWeights = size_t{32} << 20;

// Packs the weights of dense layers that take at least `min_bytes`, the largest first, as plans for
// the shapes of `facts` will ask for them. While a weight is packed it is in memory twice, so the
// largest of a network, which stand at its end, are done before packing the others has added
// anything. Those that the store has not adopted are left.
//
// With the OpenMP threads that plans are to have. Errors are PlanBuilder's.
absl::Status PackLargestFirst(const graph::Graph& graph,
                              const std::vector<graph::OperandInfo>& facts,
                              const std::shared_ptr<WeightStore>& weights,
                              size_t min_bytes = kLargeWeights);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_LARGE_WEIGHTS_H_
