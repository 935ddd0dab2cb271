// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The activation counts of one run of a model, as the engine hands them up.

#ifndef RELUSERVE_SERVER_SPARSITY_TRACE_H_
#define RELUSERVE_SERVER_SPARSITY_TRACE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/sparsity/activation_counter.h"

namespace reluserve::sparsity {

// An activation layer as it is reported: fixed for a loaded model.
struct LayerInfo {
  std::string name;     // the ONNX node's, or its output's where it has none; unique in the model
  std::string op_type;  // "Relu", "Clip", "PRelu", ...
  CountRule rule;
};

// One layer's counts in one run. `channels` is the extent of axis 1 of its output (1 where the
// output has no such axis), `positions` the product of the extents after it: each sample has
// channels * positions elements.
struct LayerCounts {
  int64_t samples = 0;
  int64_t channels = 0;
  int64_t positions = 0;
  std::vector<int64_t> shape;  // of the whole output, batch included
  // samples * channels entries each, sample-major.
  std::vector<uint32_t> inactive;
  std::vector<uint32_t> saturated;
  std::vector<uint32_t> non_finite;

  int64_t elements() const { return samples * channels * positions; }
};

// Totals of one layer over all samples and channels.
struct LayerTotals {
  int64_t elements = 0;
  int64_t inactive = 0;
  int64_t saturated = 0;
  int64_t non_finite = 0;
};

// Sums `counts` over all its samples and channels.
LayerTotals Total(const LayerCounts& counts);

// Totals of one layer for each channel, over all samples. Every channel has samples * positions
// elements.
struct ChannelTotals {
  std::vector<int64_t> inactive;
  std::vector<int64_t> saturated;
  std::vector<int64_t> non_finite;
};

// Sums `counts` over its samples.
ChannelTotals TotalByChannel(const LayerCounts& counts);

// The counts of every layer of one run, in the order of CompiledModel::layers(). Its memory is kept
// from run to run by its owner.
struct Trace {
  std::vector<LayerCounts> layers;
};

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_TRACE_H_
