// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Counts as the engine would hand them up, for the tests of what is kept of them.

#ifndef RELUSERVE_TESTS_UNIT_SPARSITY_TRACES_H_
#define RELUSERVE_TESTS_UNIT_SPARSITY_TRACES_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "server/sparsity/trace.h"

namespace reluserve::sparsity {

// A layer's counts from rows: for each sample, the inactive elements of each channel.
inline LayerCounts LayerOf(int64_t positions, const std::vector<std::vector<uint32_t>>& inactive) {
  LayerCounts counts;
  counts.samples = static_cast<int64_t>(inactive.size());
  counts.channels = static_cast<int64_t>(inactive.at(0).size());
  counts.positions = positions;
  counts.shape = {counts.samples, counts.channels, positions};
  for (const auto& sample : inactive) {
    counts.inactive.insert(counts.inactive.end(), sample.begin(), sample.end());
  }
  counts.saturated.assign(counts.inactive.size(), 0);
  counts.non_finite.assign(counts.inactive.size(), 0);
  return counts;
}

// A sample whose channels are inactive to about the share `mean`, which differs from sample to
// sample with standard deviation 0.05.
inline std::vector<uint32_t> RandomSample(std::mt19937& random, double mean, int channels,
                                          int positions) {
  const double share = std::clamp(std::normal_distribution<double>(mean, 0.05)(random), 0.0, 1.0);
  std::binomial_distribution<uint32_t> inactive(static_cast<uint32_t>(positions), share);
  std::vector<uint32_t> sample(static_cast<size_t>(channels));
  for (uint32_t& count : sample) count = inactive(random);
  return sample;
}

inline std::vector<LayerInfo> ReluLayers(int count) {
  std::vector<LayerInfo> layers;
  for (int i = 0; i < count; ++i) layers.push_back({"relu" + std::to_string(i), "Relu", {}});
  return layers;
}

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_TESTS_UNIT_SPARSITY_TRACES_H_
