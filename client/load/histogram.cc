// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "server/base/status.h"

namespace reluserve::load {
namespace {

constexpr int kPrecisionBits = 8;
constexpr int64_t kPerDoubling = int64_t{1} << kPrecisionBits;
// With this many values at most, no sum of nanoseconds overflows within a day's mean of a minute.
constexpr int64_t kMaxCount = int64_t{1} << 40;

// How many low bits the buckets around `value` leave out.
int ShiftOf(int64_t value) {
  return std::max(
      0, static_cast<int>(std::bit_width(static_cast<uint64_t>(value))) - kPrecisionBits - 1);
}

size_t IndexOf(int64_t value) {
  const int shift = ShiftOf(value);
  return static_cast<size_t>(shift * kPerDoubling + (value >> shift));
}

int64_t LowestAt(size_t index) {
  const auto position = static_cast<int64_t>(index);
  if (position < 2 * kPerDoubling) return position;
  const int64_t shift = position / kPerDoubling - 1;
  return (position - shift * kPerDoubling) << shift;
}

int64_t Clamped(Nanoseconds latency) {
  return std::clamp<int64_t>(latency.count(), 0, Histogram::kMax.count());
}

}  // namespace

void Histogram::Record(Nanoseconds latency) {
  const int64_t value = Clamped(latency);
  const size_t index = IndexOf(value);
  if (index >= counts_.size()) counts_.resize(index + 1);
  ++counts_[index];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  ++count_;
  sum_ += value;
}

void Histogram::Merge(const Histogram& other) {
  if (other.count_ == 0) return;
  if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
  for (size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  sum_ += other.sum_;
}

Nanoseconds Histogram::Percentile(double percent) const {
  if (count_ == 0) return Nanoseconds(0);
  // The product may come out a little above a whole number that it should be.
  const double exact = percent / 100 * static_cast<double>(count_) * (1 - 1e-12);
  const int64_t rank = std::clamp<int64_t>(std::llround(std::ceil(exact)), 1, count_);
  int64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(HighestOf(Nanoseconds(LowestAt(i))), max());
  }
  return max();
}

double Histogram::ShareUpTo(Nanoseconds latency) const {
  if (count_ == 0) return 0;
  const size_t end = std::min(counts_.size(), IndexOf(Clamped(latency)) + 1);
  int64_t seen = 0;
  for (size_t i = 0; i < end; ++i) seen += counts_[i];
  return static_cast<double>(seen) / static_cast<double>(count_);
}

std::vector<std::pair<Nanoseconds, int64_t>> Histogram::Buckets() const {
  std::vector<std::pair<Nanoseconds, int64_t>> buckets;
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) buckets.emplace_back(Nanoseconds(LowestAt(i)), counts_[i]);
  }
  return buckets;
}

absl::Status Histogram::AddBucket(Nanoseconds lowest, int64_t count) {
  if (lowest.count() < 0 || lowest > kMax || LowestOf(lowest) != lowest) {
    return InvalidArgument("{} ns is not the smallest value of a bucket", lowest.count());
  }
  if (count <= 0 || count > kMaxCount - count_) {
    return InvalidArgument("a bucket cannot hold {} values", count);
  }
  const size_t index = IndexOf(lowest.count());
  if (index >= counts_.size()) counts_.resize(index + 1);
  counts_[index] += count;
  count_ += count;
  return absl::OkStatus();
}

absl::Status Histogram::SetExact(Nanoseconds min, Nanoseconds max, Nanoseconds mean) {
  if (count_ == 0) {
    if (min.count() == 0 && max.count() == 0 && mean.count() == 0) return absl::OkStatus();
    return InvalidArgument("an empty histogram has no smallest, largest or mean value");
  }
  const auto buckets = Buckets();
  if (LowestOf(min) != buckets.front().first || LowestOf(max) != buckets.back().first ||
      mean < min || mean > max) {
    return InvalidArgument("min {} ns, max {} ns and mean {} ns contradict the buckets",
                           min.count(), max.count(), mean.count());
  }
  min_ = min.count();
  max_ = max.count();
  // Only the mean is ever shown, which this restores; a product out of range is a mean of days.
  if (__builtin_mul_overflow(mean.count(), count_, &sum_)) {
    return InvalidArgument("a mean of {} ns over {} values is out of range", mean.count(), count_);
  }
  return absl::OkStatus();
}

Nanoseconds Histogram::LowestOf(Nanoseconds latency) {
  return Nanoseconds(LowestAt(IndexOf(Clamped(latency))));
}

Nanoseconds Histogram::HighestOf(Nanoseconds latency) {
  return Nanoseconds(LowestAt(IndexOf(Clamped(latency)) + 1) - 1);
}

}  // namespace reluserve::load
