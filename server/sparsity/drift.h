// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Whether live traffic activates a model as its baseline did.

#ifndef RELUSERVE_SERVER_SPARSITY_DRIFT_H_
#define RELUSERVE_SERVER_SPARSITY_DRIFT_H_

#include <cstdint>
#include <vector>

#include "server/sparsity/counters.h"

namespace reluserve::sparsity {

// The statistic is the two-sample Kolmogorov-Smirnov distance D between the distributions of
// per-sample sparsity, live and baseline: the largest difference between their cumulative shares, 0
// (the same) to 1 (they do not overlap). It is taken at the borders of the 512 bins, so it is never
// larger than that of the exact values.
//
// A layer drifts when D is above both
//   - what chance explains: sqrt(ln(2 L / alpha) / 2) * sqrt((n + m) / (n m)), the asymptotic
//     critical value for n and m samples, with alpha divided among the L layers (Bonferroni), and
//   - min_distance, below which a difference that large traffic makes significant does not matter.
struct DriftOptions {
  // Chance of a false alarm at one look, over all layers together.
  double alpha = 1e-4;
  double min_distance = 0.1;
  // Fewer samples on either side, and nothing is said.
  uint64_t min_samples = 50;
};

struct LayerDrift {
  bool measured = false;  // enough samples on both sides
  double distance = 0.0;
  double threshold = 0.0;
  bool drifting = false;
  uint64_t live_samples = 0;
  uint64_t baseline_samples = 0;
};

// One entry a layer. Where the readings are of different layouts (a layer's number of channels may
// differ) distributions are still compared; of a different number of layers, nothing is measured.
std::vector<LayerDrift> MeasureDrift(const Reading& live, const Reading& baseline,
                                     const DriftOptions& options = {});

bool AnyDrift(const std::vector<LayerDrift>& layers);

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_DRIFT_H_
