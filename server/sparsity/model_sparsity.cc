// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/model_sparsity.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/base/status.h"

namespace reluserve::sparsity {
namespace {

struct WindowLength {
  absl::Duration slot;
  int slots = 0;
};

// In the order of Window, after kSinceLoad.
const std::array<WindowLength, 3>& WindowLengths() {
  static const std::array<WindowLength, 3> lengths = {
      {{absl::Seconds(10), 6}, {absl::Minutes(1), 10}, {absl::Minutes(10), 6}}};
  return lengths;
}

SavedCounts SaveReading(const Reading& reading) {
  SavedCounts saved{{}, reading.counters, reading.extremes, reading.begin};
  for (size_t layer = 0; layer < reading.layer_count(); ++layer) {
    saved.channels.push_back(reading.layout->channels(layer));
  }
  return saved;
}

absl::StatusOr<Reading> ReadingOf(const SavedCounts& saved, size_t layers, absl::Time end) {
  if (saved.channels.size() != layers || saved.extremes.size() != layers) {
    return InvalidArgument("the counts are of {} layers, expected {}", saved.channels.size(),
                           layers);
  }
  for (const int64_t channels : saved.channels) {
    if (channels < 0 || channels > kMaxCountedChannels) {
      return InvalidArgument("a layer has {} channels, expected 0 to {}", channels,
                             kMaxCountedChannels);
    }
  }
  auto layout = std::make_shared<const CounterLayout>(saved.channels);
  if (saved.counters.size() != layout->size()) {
    return InvalidArgument("there are {} counters, expected {}", saved.counters.size(),
                           layout->size());
  }
  return Reading{std::move(layout), saved.counters, saved.extremes, saved.since, end};
}

}  // namespace

ModelSparsity::ModelSparsity(std::span<const LayerInfo> layers, absl::Time now)
    : layers_(layers.begin(), layers.end()), since_(now) {}

void ModelSparsity::SetLayout(std::span<const int64_t> channels) {
  layout_ = std::make_shared<const CounterLayout>(channels);
  counters_.assign(layout_->size(), 0);
  extremes_.assign(layers_.size(), Extremes());
}

void ModelSparsity::StartWindows(absl::Time now) {
  windows_.clear();
  for (const WindowLength& length : WindowLengths()) {
    windows_.emplace_back(length.slot, length.slots, counters_, layers_.size(), now);
  }
}

absl::Status ModelSparsity::Record(const Trace& trace, absl::Time now) {
  if (trace.layers.size() != layers_.size()) {
    return InvalidArgument("the trace has {} layers, expected {}", trace.layers.size(),
                           layers_.size());
  }
  absl::MutexLock lock(&mutex_);
  if (layout_ == nullptr) {
    std::vector<int64_t> channels;
    for (const LayerCounts& counts : trace.layers) channels.push_back(counts.channels);
    SetLayout(channels);
    StartWindows(now);
  }
  for (SlidingWindow& window : windows_) window.Advance(now, counters_);
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    Extremes extremes;
    AddLayer(trace.layers[layer], *layout_, layer, counters_, extremes);
    extremes_[layer].Merge(extremes);
    for (SlidingWindow& window : windows_) window.running_extremes()[layer].Merge(extremes);
  }
  return absl::OkStatus();
}

Reading ModelSparsity::Read(Window window, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  return ReadLocked(window, now);
}

Reading ModelSparsity::ReadLocked(Window window, absl::Time now) {
  if (layout_ == nullptr) return {nullptr, {}, {}, since_, now};
  if (window == Window::kSinceLoad) return {layout_, counters_, extremes_, since_, now};
  Reading reading{layout_, {}, {}, since_, now};
  SlidingWindow& sliding = windows_[static_cast<size_t>(window) - 1];
  sliding.Advance(now, counters_);
  reading.begin = sliding.Read(counters_, reading.counters, reading.extremes);
  return reading;
}

absl::Status ModelSparsity::SetBaseline(Window window, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Reading reading = ReadLocked(window, now);
  bool any = false;
  for (size_t layer = 0; layer < reading.layer_count(); ++layer) {
    any |= reading.layer(layer).distribution_samples() > 0;
  }
  if (!any) {
    return absl::FailedPreconditionError(
        "no sample was counted in this window: there is nothing to make a baseline of");
  }
  baseline_ = std::make_shared<const Reading>(std::move(reading));
  return absl::OkStatus();
}

std::shared_ptr<const Reading> ModelSparsity::baseline() const {
  absl::MutexLock lock(&mutex_);
  return baseline_;
}

void ModelSparsity::Reset(absl::Time now, bool with_baseline) {
  absl::MutexLock lock(&mutex_);
  since_ = now;
  if (with_baseline) baseline_.reset();
  if (layout_ == nullptr) return;
  std::fill(counters_.begin(), counters_.end(), 0);
  std::fill(extremes_.begin(), extremes_.end(), Extremes());
  StartWindows(now);
}

SavedSparsity ModelSparsity::Save() const {
  absl::MutexLock lock(&mutex_);
  SavedSparsity saved;
  if (layout_ != nullptr) {
    saved.counts = SaveReading({layout_, counters_, extremes_, since_, since_});
  }
  if (baseline_ != nullptr) {
    saved.baseline = SaveReading(*baseline_);
    saved.baseline_until = baseline_->end;
  }
  return saved;
}

absl::Status ModelSparsity::Restore(const SavedSparsity& saved, absl::Time now) {
  std::optional<Reading> counts, baseline;
  if (saved.counts) {
    RELUSERVE_ASSIGN_OR_RETURN(counts, ReadingOf(*saved.counts, layers_.size(), now));
  }
  if (saved.baseline) {
    RELUSERVE_ASSIGN_OR_RETURN(baseline,
                               ReadingOf(*saved.baseline, layers_.size(), saved.baseline_until));
  }
  absl::MutexLock lock(&mutex_);
  if (layout_ != nullptr) return InvalidArgument("batches were recorded already");
  if (counts) {
    layout_ = counts->layout;
    counters_ = std::move(counts->counters);
    extremes_ = std::move(counts->extremes);
    since_ = counts->begin;
    StartWindows(now);
  }
  if (baseline) baseline_ = std::make_shared<const Reading>(*std::move(baseline));
  return absl::OkStatus();
}

}  // namespace reluserve::sparsity
