// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/dead_channels.h"

namespace reluserve::sparsity {
namespace {

bool Judged(const LayerCounters& counters, const LayerInfo& info,
            const DeadChannelOptions& options) {
  return info.rule.inactive != CountRule::Inactive::kNone &&
         counters.channel_samples() >= options.min_samples;
}

template <typename Visit>
void ForEachQuietChannel(const LayerCounters& counters, const DeadChannelOptions& options,
                         const Visit& visit) {
  const uint64_t samples = counters.channel_samples();
  const double rare = options.rarely_active_below * static_cast<double>(samples);
  const auto active_samples = counters.channel_active_samples();
  for (size_t channel = 0; channel < active_samples.size(); ++channel) {
    const bool dead = active_samples[channel] == 0;
    if (!dead && static_cast<double>(active_samples[channel]) >= rare) continue;
    visit(channel, dead);
  }
}

}  // namespace

std::vector<QuietChannel> FindQuietChannels(const Reading& reading,
                                            std::span<const LayerInfo> layers,
                                            const DeadChannelOptions& options) {
  std::vector<QuietChannel> found;
  for (size_t layer = 0; layer < reading.layer_count(); ++layer) {
    const LayerCounters counters = reading.layer(layer);
    if (!Judged(counters, layers[layer], options)) continue;
    ForEachQuietChannel(counters, options, [&](size_t channel, bool dead) {
      const uint64_t elements = counters.elements_per_channel();
      found.push_back({layer, static_cast<int64_t>(channel), dead, counters.channel_samples(),
                       counters.channel_active_samples()[channel], elements,
                       elements - counters.channel_inactive()[channel]});
    });
  }
  return found;
}

std::vector<QuietChannelCount> CountQuietChannels(const Reading& reading,
                                                  std::span<const LayerInfo> layers,
                                                  const DeadChannelOptions& options) {
  std::vector<QuietChannelCount> counts(reading.layer_count());
  for (size_t layer = 0; layer < counts.size(); ++layer) {
    const LayerCounters counters = reading.layer(layer);
    counts[layer].channels = counters.channel_active_samples().size();
    counts[layer].judged = Judged(counters, layers[layer], options);
    if (!counts[layer].judged) continue;
    ForEachQuietChannel(counters, options, [&](size_t, bool dead) {
      ++(dead ? counts[layer].dead : counts[layer].rarely_active);
    });
  }
  return counts;
}

}  // namespace reluserve::sparsity
