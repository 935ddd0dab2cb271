// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the zeros among the activations are worth. Definitions, and what is approximated:
// SkippableWork and ActivationMemory in proto/reluserve/v1/sparsity_service.proto.

#ifndef RELUSERVE_SERVER_METRICS_SKIPPABLE_WORK_H_
#define RELUSERVE_SERVER_METRICS_SKIPPABLE_WORK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "server/engine/sparse_work.h"
#include "server/sparsity/counters.h"

namespace reluserve::metrics {

// Bytes of one layer's output for an average sample.
struct ActivationMemory {
  int64_t dense_bytes = 0;
  int64_t compressed_bytes = 0;
  int64_t saved_bytes = 0;  // dense - compressed, at least 0
};

struct SkippableWork {
  int64_t reading_macs = 0;
  int64_t skippable_macs = 0;
  std::vector<int64_t> skippable_by_reader;  // as the readers given
};

// For an average sample of `reading`; nothing is skippable before the first sample. `readers` are
// those of the model, for one sample.
SkippableWork SkippableWorkOf(std::span<const engine::SparseWork> readers,
                              const sparsity::Reading& reading);

// `inactive_is_zero` as the model's work has it for the layer.
ActivationMemory ActivationMemoryOf(const sparsity::LayerCounters& counters, bool inactive_is_zero);

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_SKIPPABLE_WORK_H_
