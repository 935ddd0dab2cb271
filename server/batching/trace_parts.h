// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Counts of some of a batch's samples.

#ifndef RELUSERVE_SERVER_BATCHING_TRACE_PARTS_H_
#define RELUSERVE_SERVER_BATCHING_TRACE_PARTS_H_

#include <cstdint>
#include <vector>

#include "server/sparsity/trace.h"

namespace reluserve::batching {

// Appends samples [begin, end) of a trace over `samples` samples to `target`, which is empty or
// holds earlier samples of the same model. `by_sample` says of each layer whether its first axis
// follows the batch (CompiledModel::layers_by_sample); the counts of one that does not are the same
// whatever the batch, and are taken over once.
void AppendSamples(const sparsity::Trace& trace, int64_t samples, int64_t begin, int64_t end,
                   const std::vector<bool>& by_sample, sparsity::Trace& target);

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_TRACE_PARTS_H_
