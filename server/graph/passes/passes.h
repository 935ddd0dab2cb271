// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The passes themselves, for the table in pass.cc. Each is described at its definition, and may
// leave dead nodes for RunPasses to remove.

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_PASSES_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_PASSES_H_

#include <absl/status/statusor.h>

#include "server/graph/passes/pass.h"

namespace reluserve::graph {

absl::StatusOr<int> FoldConstants(Graph& graph, const PassContext& context);
absl::StatusOr<int> EliminateNoOps(Graph& graph, const PassContext& context);
absl::StatusOr<int> NameRectifiers(Graph& graph, const PassContext& context);
absl::StatusOr<int> FuseQuantization(Graph& graph, const PassContext& context);
absl::StatusOr<int> ComputeIntegerLayersInFloats(Graph& graph, const PassContext& context);
absl::StatusOr<int> FoldDequantizedConstants(Graph& graph, const PassContext& context);
absl::StatusOr<int> MergeTransposes(Graph& graph, const PassContext& context);
absl::StatusOr<int> Canonicalize(Graph& graph, const PassContext& context);
absl::StatusOr<int> FoldBatchNormalization(Graph& graph, const PassContext& context);
absl::StatusOr<int> FoldInputNormalization(Graph& graph, const PassContext& context);
absl::StatusOr<int> FuseResidualAdd(Graph& graph, const PassContext& context);
absl::StatusOr<int> FuseActivation(Graph& graph, const PassContext& context);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_PASSES_H_
