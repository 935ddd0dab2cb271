// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The activation counts of several answers, added up.

#ifndef RELUSERVE_CLIENT_LAYER_TOTALS_H_
#define RELUSERVE_CLIENT_LAYER_TOTALS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/table.h"
#include "proto/reluserve/v1/prediction.pb.h"

namespace reluserve::client {

// Sums by layer, exact. Not synchronised.
class LayerTotals {
 public:
  void Add(const v1::PredictResponse& response);

  bool empty() const { return layers_.empty(); }

  // One row a layer, and a bar as long as the layer is sparse. Columns for saturated and non-finite
  // elements where there are any. Where channels were counted: how many there are, how many of them
  // had no active element at all ("silent"), and how many channels lie in each tenth of sparsity
  // from 0 to 100%.
  std::string ToTable(const TextStyle& style) const;

 private:
  struct Layer {
    std::string name;
    std::string op_type;
    uint64_t elements = 0;
    uint64_t inactive = 0;
    uint64_t saturated = 0;
    uint64_t non_finite = 0;
    // For each channel; empty where channels were not counted.
    std::vector<uint64_t> channel_inactive;
    uint64_t elements_per_channel = 0;
  };

  std::vector<Table::Cell> Row(const Layer& layer, const TextStyle& style) const;

  std::vector<Layer> layers_;  // in the order of execution
  bool any_saturated_ = false;
  bool any_non_finite_ = false;
  bool any_channels_ = false;
};

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_LAYER_TOTALS_H_
