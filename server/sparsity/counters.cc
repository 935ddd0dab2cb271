// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/counters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reluserve::sparsity {
namespace {

constexpr uint64_t kOne = uint64_t{1} << kSparsityFractionBits;

uint64_t Sum(const uint32_t* values, int64_t count) {
  return std::accumulate(values, values + count, uint64_t{0});
}

}  // namespace

CounterLayout::CounterLayout(std::span<const int64_t> channels) {
  for (const int64_t count : channels) {
    channels_.push_back(count <= kMaxCountedChannels ? count : 0);
    offsets_.push_back(size_);
    size_ += LayerCounters::kEntries + 2 * static_cast<size_t>(channels_.back());
  }
}

void Extremes::Merge(const Extremes& other) {
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

LayerCounters::LayerCounters(std::span<const uint64_t> counters, const CounterLayout& layout,
                             size_t layer)
    : entries_(counters.subspan(layout.offset(layer))),
      channels_(static_cast<size_t>(layout.channels(layer))) {}

double LayerCounters::sparsity() const {
  if (elements() == 0) return 0.0;
  return static_cast<double>(inactive()) / static_cast<double>(elements());
}

std::span<const uint64_t> LayerCounters::bins() const {
  return entries_.subspan(kBins, kSparsityBins);
}

uint64_t LayerCounters::distribution_samples() const {
  return std::accumulate(bins().begin(), bins().end(), uint64_t{0});
}

double LayerCounters::mean() const {
  const uint64_t count = distribution_samples();
  if (count == 0) return 0.0;
  return static_cast<double>(entries_[kSum]) / static_cast<double>(count) /
         static_cast<double>(kOne);
}

double LayerCounters::standard_deviation() const {
  const uint64_t count = distribution_samples();
  if (count == 0) return 0.0;
  // n Σx² - (Σx)² in integers: there is nothing to cancel.
  using Wide = unsigned __int128;
  const Wide sum = entries_[kSum];
  const Wide squares =
      (Wide{entries_[kSquaresHigh]} << kSparsityFractionBits) + Wide{entries_[kSquaresLow]};
  const Wide spread = Wide{count} * squares - sum * sum;
  return std::sqrt(static_cast<double>(spread)) / static_cast<double>(count) /
         static_cast<double>(kOne);
}

double LayerCounters::Quantile(double q) const {
  const uint64_t count = distribution_samples();
  if (count == 0) return 0.0;
  const double wanted = std::clamp(q, 0.0, 1.0) * static_cast<double>(count);
  double below = 0.0;
  for (int bin = 0; bin < kSparsityBins; ++bin) {
    const auto in_bin = static_cast<double>(bins()[static_cast<size_t>(bin)]);
    if (in_bin > 0 && below + in_bin >= wanted) {
      return (bin + std::max(0.0, (wanted - below) / in_bin)) / kSparsityBins;
    }
    below += in_bin;
  }
  return 1.0;
}

std::span<const uint64_t> LayerCounters::channel_inactive() const {
  return entries_.subspan(kEntries, channels_);
}

std::span<const uint64_t> LayerCounters::channel_active_samples() const {
  return entries_.subspan(kEntries + channels_, channels_);
}

// The one friend that writes.
class LayerCountersWriter {
 public:
  using Entry = LayerCounters::Entry;

  LayerCountersWriter(std::span<uint64_t> entries, int64_t channels)
      : entries_(entries.data()), channels_(channels) {}

  void AddTotals(const LayerCounts& counts) {
    const LayerTotals totals = Total(counts);
    entries_[Entry::kSamples] += static_cast<uint64_t>(counts.samples);
    entries_[Entry::kElements] += static_cast<uint64_t>(totals.elements);
    entries_[Entry::kInactive] += static_cast<uint64_t>(totals.inactive);
    entries_[Entry::kSaturated] += static_cast<uint64_t>(totals.saturated);
    entries_[Entry::kNonFinite] += static_cast<uint64_t>(totals.non_finite);
  }

  void AddSample(uint64_t inactive, uint64_t elements, Extremes& extremes) {
    const double share = static_cast<double>(inactive) / static_cast<double>(elements);
    extremes.Merge({share, share});
    const auto rounded = static_cast<uint64_t>(std::llround(share * static_cast<double>(kOne)));
    const uint64_t square = rounded * rounded;
    entries_[Entry::kSum] += rounded;
    entries_[Entry::kSquaresHigh] += square >> kSparsityFractionBits;
    entries_[Entry::kSquaresLow] += square & (kOne - 1);
    const auto bin =
        std::min<size_t>(static_cast<size_t>(share * kSparsityBins), kSparsityBins - 1);
    ++entries_[Entry::kBins + bin];
  }

  void AddChannels(const uint32_t* inactive, int64_t positions) {
    uint64_t* const totals = entries_ + Entry::kEntries;
    uint64_t* const active_samples = totals + channels_;
    for (int64_t channel = 0; channel < channels_; ++channel) {
      totals[channel] += inactive[channel];
      active_samples[channel] += inactive[channel] < positions ? 1 : 0;
    }
    ++entries_[Entry::kChannelSamples];
    entries_[Entry::kChannelElements] += static_cast<uint64_t>(positions);
  }

 private:
  uint64_t* const entries_;
  const int64_t channels_;
};

void AddLayer(const LayerCounts& counts, const CounterLayout& layout, size_t layer,
              std::span<uint64_t> counters, Extremes& extremes) {
  LayerCountersWriter writer(counters.subspan(layout.offset(layer)), layout.channels(layer));
  writer.AddTotals(counts);
  const auto elements = static_cast<uint64_t>(counts.channels * counts.positions);
  if (elements == 0) return;
  const bool by_channel = counts.channels == layout.channels(layer);
  for (int64_t sample = 0; sample < counts.samples; ++sample) {
    const uint32_t* const inactive = counts.inactive.data() + sample * counts.channels;
    writer.AddSample(Sum(inactive, counts.channels), elements, extremes);
    if (by_channel) writer.AddChannels(inactive, counts.positions);
  }
}

}  // namespace reluserve::sparsity
