// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/drift.h"

#include <algorithm>
#include <cmath>

namespace reluserve::sparsity {
namespace {

double KolmogorovSmirnovDistance(const LayerCounters& a, const LayerCounters& b) {
  const auto a_total = static_cast<double>(a.distribution_samples());
  const auto b_total = static_cast<double>(b.distribution_samples());
  uint64_t a_below = 0, b_below = 0;
  double distance = 0.0;
  for (size_t bin = 0; bin < kSparsityBins; ++bin) {
    a_below += a.bins()[bin];
    b_below += b.bins()[bin];
    distance = std::max(distance, std::abs(static_cast<double>(a_below) / a_total -
                                           static_cast<double>(b_below) / b_total));
  }
  return distance;
}

}  // namespace

std::vector<LayerDrift> MeasureDrift(const Reading& live, const Reading& baseline,
                                     const DriftOptions& options) {
  std::vector<LayerDrift> result(live.layer_count());
  if (live.layer_count() != baseline.layer_count()) return result;
  const double critical =
      std::sqrt(std::log(2.0 * static_cast<double>(result.size()) / options.alpha) / 2.0);
  for (size_t i = 0; i < result.size(); ++i) {
    const LayerCounters a = live.layer(i);
    const LayerCounters b = baseline.layer(i);
    LayerDrift& drift = result[i];
    drift.live_samples = a.distribution_samples();
    drift.baseline_samples = b.distribution_samples();
    if (std::min(drift.live_samples, drift.baseline_samples) < options.min_samples) continue;
    const auto n = static_cast<double>(drift.live_samples);
    const auto m = static_cast<double>(drift.baseline_samples);
    drift.measured = n > 0 && m > 0;
    if (!drift.measured) continue;
    drift.threshold = std::max(options.min_distance, critical * std::sqrt((n + m) / (n * m)));
    drift.distance = KolmogorovSmirnovDistance(a, b);
    drift.drifting = drift.distance > drift.threshold;
  }
  return result;
}

bool AnyDrift(const std::vector<LayerDrift>& layers) {
  return std::any_of(layers.begin(), layers.end(),
                     [](const LayerDrift& layer) { return layer.drifting; });
}

}  // namespace reluserve::sparsity
