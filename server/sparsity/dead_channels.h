// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Channels that never, or hardly ever, do anything.

#ifndef RELUSERVE_SERVER_SPARSITY_DEAD_CHANNELS_H_
#define RELUSERVE_SERVER_SPARSITY_DEAD_CHANNELS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "server/sparsity/counters.h"
#include "server/sparsity/trace.h"

namespace reluserve::sparsity {

struct DeadChannelOptions {
  // A layer with fewer samples is not judged. At least 1.
  uint64_t min_samples = 100;
  // A channel active in less than this share of the samples is rarely active; 0 lists none. 0 to 1.
  double rarely_active_below = 0.01;
};

// A channel of a layer, and the evidence.
struct QuietChannel {
  size_t layer = 0;
  int64_t channel = 0;
  bool dead = false;  // no active element in any sample; otherwise rarely active
  uint64_t samples = 0;
  uint64_t active_samples = 0;  // with at least one active element
  uint64_t elements = 0;
  uint64_t active_elements = 0;  // not inactive
};

// How many there are of each kind in a layer.
struct QuietChannelCount {
  bool judged = false;  // at least min_samples were seen
  uint64_t channels = 0;
  uint64_t dead = 0;
  uint64_t rarely_active = 0;
};

// In the order of layers and channels. `layers` are those of the reading. A layer whose rule has no
// inactive elements (sigmoid, tanh) has no quiet channels.
std::vector<QuietChannel> FindQuietChannels(const Reading& reading,
                                            std::span<const LayerInfo> layers,
                                            const DeadChannelOptions& options);

// The same as numbers, one entry a layer.
std::vector<QuietChannelCount> CountQuietChannels(const Reading& reading,
                                                  std::span<const LayerInfo> layers,
                                                  const DeadChannelOptions& options);

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_DEAD_CHANNELS_H_
