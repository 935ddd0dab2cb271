// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The counts of all activation layers of a model over many batches, as one flat array of integers.
// Every entry only ever grows by addition, so the counts of a stretch of time are the difference of
// two arrays, and those of several servers their sum: exact, whatever is combined.

#ifndef RELUSERVE_SERVER_SPARSITY_COUNTERS_H_
#define RELUSERVE_SERVER_SPARSITY_COUNTERS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "server/sparsity/trace.h"

namespace reluserve::sparsity {

// Bins of the distribution of per-sample sparsity, equally wide over 0 to 1: quantiles are right to
// 1/512, about 0.2 percentage points.
inline constexpr int kSparsityBins = 512;
// For the mean and the standard deviation a sample's sparsity is rounded to a multiple of 2^-20.
inline constexpr int kSparsityFractionBits = 20;
// A layer with more channels is counted as a whole only.
inline constexpr int64_t kMaxCountedChannels = int64_t{1} << 16;

// Where each layer's counts lie in the array. Immutable.
class CounterLayout {
 public:
  // `channels` as the layers of a trace have them, one entry a layer.
  explicit CounterLayout(std::span<const int64_t> channels);

  size_t layer_count() const { return channels_.size(); }
  // Channels that are counted one by one: 0 where a layer has more than kMaxCountedChannels.
  int64_t channels(size_t layer) const { return channels_[layer]; }
  size_t offset(size_t layer) const { return offsets_[layer]; }
  // Entries of the array.
  size_t size() const { return size_; }

  friend bool operator==(const CounterLayout&, const CounterLayout&) = default;

 private:
  std::vector<int64_t> channels_;
  std::vector<size_t> offsets_;
  size_t size_ = 0;
};

// The least and the largest sparsity of any one sample; empty (min > max) without samples.
struct Extremes {
  double min = 2.0;
  double max = -1.0;

  void Merge(const Extremes& other);
};

// One layer's part of an array, for reading. The array has to outlive it.
class LayerCounters {
 public:
  LayerCounters(std::span<const uint64_t> counters, const CounterLayout& layout, size_t layer);

  uint64_t samples() const { return entries_[kSamples]; }
  uint64_t elements() const { return entries_[kElements]; }
  uint64_t inactive() const { return entries_[kInactive]; }
  uint64_t saturated() const { return entries_[kSaturated]; }
  uint64_t non_finite() const { return entries_[kNonFinite]; }
  // inactive / elements; 0 without elements.
  double sparsity() const;

  // The distribution of per-sample sparsity. A sample without elements has none and is left out.
  std::span<const uint64_t> bins() const;
  uint64_t distribution_samples() const;
  double mean() const;
  // Of the samples seen (divided by their number, not by one less).
  double standard_deviation() const;
  // The sparsity that a share `q` (0 to 1) of the samples does not exceed, within 1/512.
  double Quantile(double q) const;

  // Samples whose channels were counted; others had another number of channels, as a model allows
  // that leaves this extent open.
  uint64_t channel_samples() const { return entries_[kChannelSamples]; }
  // Elements of each one of the channels in these samples.
  uint64_t elements_per_channel() const { return entries_[kChannelElements]; }
  std::span<const uint64_t> channel_inactive() const;
  // In how many samples the channel had at least one element that was not inactive.
  std::span<const uint64_t> channel_active_samples() const;

 private:
  friend class LayerCountersWriter;
  enum Entry : size_t {
    kSamples,
    kElements,
    kInactive,
    kSaturated,
    kNonFinite,
    // Sums of each sample's rounded sparsity and of its square; the square's in two parts, above
    // and below 2^20, so that neither overflows before 2^44 samples.
    kSum,
    kSquaresHigh,
    kSquaresLow,
    kChannelSamples,
    kChannelElements,
    kBins,
    kEntries = kBins + kSparsityBins,  // then the channels' inactive elements and active samples
  };
  friend class CounterLayout;

  std::span<const uint64_t> entries_;
  size_t channels_ = 0;
};

// Adds one layer's counts of a run to its part of `counters`, and its samples to `extremes`. Exact;
// allocates nothing.
void AddLayer(const LayerCounts& counts, const CounterLayout& layout, size_t layer,
              std::span<uint64_t> counters, Extremes& extremes);

// What was counted in a stretch of time.
struct Reading {
  std::shared_ptr<const CounterLayout> layout;  // null before the first batch
  std::vector<uint64_t> counters;
  std::vector<Extremes> extremes;  // one a layer
  absl::Time begin;
  absl::Time end;

  // Null-safe: 0 before the first batch, when there is nothing to read.
  size_t layer_count() const { return layout == nullptr ? 0 : layout->layer_count(); }
  LayerCounters layer(size_t index) const { return {counters, *layout, index}; }
};

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_COUNTERS_H_
