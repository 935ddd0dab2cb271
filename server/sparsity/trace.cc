// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/trace.h"

#include <numeric>

namespace reluserve::sparsity {

LayerTotals Total(const LayerCounts& counts) {
  const auto sum = [](const std::vector<uint32_t>& values) {
    return std::accumulate(values.begin(), values.end(), int64_t{0});
  };
  return {counts.elements(), sum(counts.inactive), sum(counts.saturated), sum(counts.non_finite)};
}

ChannelTotals TotalByChannel(const LayerCounts& counts) {
  const auto sum = [&](const std::vector<uint32_t>& values) {
    const auto channels = static_cast<size_t>(counts.channels);
    std::vector<int64_t> totals(channels, 0);
    for (size_t i = 0; i < values.size(); ++i) totals[i % channels] += values[i];
    return totals;
  };
  return {sum(counts.inactive), sum(counts.saturated), sum(counts.non_finite)};
}

}  // namespace reluserve::sparsity
