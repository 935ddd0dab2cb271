// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_HISTOGRAM_H_
#define RELUSERVE_CLIENT_LOAD_HISTOGRAM_H_

#include <cstdint>
#include <utility>
#include <vector>

#include <absl/status/status.h>

#include "client/load/duration.h"

namespace reluserve::load {

// Counts of latencies in buckets laid out as HdrHistogram's: single nanoseconds below 512 ns, and
// 256 buckets of equal width in every doubling above, so that a bucket is at most 1/256 (0.4 %) of
// its values wide, from nanoseconds to days. A value type, not synchronised. Recording takes no
// memory once the largest latency has been seen.
class Histogram {
 public:
  // Negative spans count as 0, and those beyond kMax as kMax.
  void Record(Nanoseconds latency);
  // As if everything that the other one recorded had been recorded here.
  void Merge(const Histogram& other);

  int64_t count() const { return count_; }
  // Exact. 0 where nothing was recorded.
  Nanoseconds min() const { return Nanoseconds(count_ == 0 ? 0 : min_); }
  Nanoseconds max() const { return Nanoseconds(max_); }
  Nanoseconds mean() const { return Nanoseconds(count_ == 0 ? 0 : sum_ / count_); }

  // The nearest-rank percentile, for `percent` in 0 to 100: the upper end of the bucket that holds
  // the value of rank ceil(percent / 100 * count), but never more than max(). 0 where nothing was
  // recorded.
  Nanoseconds Percentile(double percent) const;

  // The share of what was recorded that lies in buckets up to that of `latency`.
  double ShareUpTo(Nanoseconds latency) const;

  // The buckets that are not empty, in order: the smallest value of each and its count. AddBucket
  // brings one back; SetExact then restores what buckets do not tell.
  std::vector<std::pair<Nanoseconds, int64_t>> Buckets() const;
  // INVALID_ARGUMENT where `lowest` is no smallest value of a bucket, or `count` is not positive or
  // more than can be counted.
  absl::Status AddBucket(Nanoseconds lowest, int64_t count);
  // INVALID_ARGUMENT where the figures contradict the buckets.
  absl::Status SetExact(Nanoseconds min, Nanoseconds max, Nanoseconds mean);

  // Values of one bucket.
  static Nanoseconds LowestOf(Nanoseconds latency);
  static Nanoseconds HighestOf(Nanoseconds latency);

  static constexpr Nanoseconds kMax{(int64_t{1} << 48) - 1};

 private:
  std::vector<int64_t> counts_;  // by bucket, up to the highest that was needed
  int64_t count_ = 0;
  int64_t sum_ = 0;  // of nanoseconds
  int64_t min_ = 0;
  int64_t max_ = 0;
};

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_HISTOGRAM_H_
