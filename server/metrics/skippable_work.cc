// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/skippable_work.h"

#include <algorithm>
#include <cmath>

namespace reluserve::metrics {

SkippableWork SkippableWorkOf(std::span<const engine::SparseWork> readers,
                              const sparsity::Reading& reading) {
  SkippableWork work;
  for (const engine::SparseWork& reader : readers) {
    double zeros = 0.0;  // as a share of the operand
    for (const engine::SparseWork::Source& source : reader.sources) {
      if (source.layer >= reading.layer_count()) continue;
      zeros += source.share * reading.layer(source.layer).sparsity();
    }
    const auto skippable =
        static_cast<int64_t>(std::llround(static_cast<double>(reader.macs) * std::min(zeros, 1.0)));
    work.skippable_by_reader.push_back(skippable);
    work.skippable_macs += skippable;
    work.reading_macs += reader.macs;
  }
  return work;
}

ActivationMemory ActivationMemoryOf(const sparsity::LayerCounters& counters,
                                    bool inactive_is_zero) {
  if (counters.samples() == 0) return {};
  const auto samples = static_cast<double>(counters.samples());
  const double elements = static_cast<double>(counters.elements()) / samples;
  const double zeros = inactive_is_zero ? static_cast<double>(counters.inactive()) / samples : 0.0;
  ActivationMemory memory;
  memory.dense_bytes = std::llround(elements * sizeof(float));
  memory.compressed_bytes = std::llround(elements / 8 + (elements - zeros) * sizeof(float));
  memory.saved_bytes = std::max<int64_t>(0, memory.dense_bytes - memory.compressed_bytes);
  return memory;
}

}  // namespace reluserve::metrics
