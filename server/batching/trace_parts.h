// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Counts of some of a batch's samples.

#ifndef RELUSERVE_SERVER_BATCHING_TRACE_PARTS_H_
#define RELUSERVE_SERVER_BATCHING_TRACE_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/sparsity/trace.h"

namespace reluserve::batching {

// Appends samples [begin, end) of a trace over `samples` samples to `target`, which is empty, or of
// layers without samples, or holds earlier samples of the same model. `by_sample` says of each
// layer whether its first axis follows the batch (CompiledModel::layers_by_sample); the counts of
// one that does not are the same whatever the batch, and are taken over once.
void AppendSamples(const sparsity::Trace& trace, int64_t samples, int64_t begin, int64_t end,
                   const std::vector<bool>& by_sample, sparsity::Trace& target);

// A trace that is filled again and again, with the counts of models of more and of fewer layers,
// and in the end needs no more memory: it keeps what the largest of them took.
class ReusedTrace {
 public:
  // So many layers, whatever is in them, for the engine to fill.
  sparsity::Trace& Resize(size_t layers);
  // So many layers without samples, to append to.
  sparsity::Trace& Clear(size_t layers);
  sparsity::Trace& trace() { return trace_; }
  const sparsity::Trace& trace() const { return trace_; }

 private:
  sparsity::Trace trace_;
  std::vector<sparsity::LayerCounts> spare_;  // what the last model did not need, last layer first
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_TRACE_PARTS_H_
