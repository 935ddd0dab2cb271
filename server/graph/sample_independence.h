// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_SAMPLE_INDEPENDENCE_H_
#define RELUSERVE_SERVER_GRAPH_SAMPLE_INDEPENDENCE_H_

#include <array>
#include <vector>

#include <absl/status/status.h>

#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"

namespace reluserve::graph {

// What InferShapes gives for batches of one, two and three.
using BatchFacts = std::array<std::vector<OperandInfo>, 3>;

// Whether a graph computes each sample of a batch from that sample alone, and the same way whatever
// the batch: only then may samples of different requests share a batch. That shapes scale with the
// batch is not enough (think of a Softmax over axis 0, or a division by the batch size).
//
// `facts` are those of the graph, by ValueId, for batches of one, two and three: the outermost
// extent of every input, all others being equal.
//
// A value is taken to hold its samples apart when it lies in memory sample by sample, each an equal
// share that depends on that sample alone. Inputs do; every operator either keeps that (a
// convolution over axis 0, a Reshape) or is refused. What is not recognised counts as mixing, so
// that the answer errs towards not batching.
//
// OK when every output of the graph holds its samples apart along axis 0; FAILED_PRECONDITION
// naming the first node in the way otherwise.
absl::Status CheckSamplesStayApart(const Graph& graph, const BatchFacts& facts);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_SAMPLE_INDEPENDENCE_H_
