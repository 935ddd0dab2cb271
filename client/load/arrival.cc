// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/arrival.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reluserve::load {
namespace {

// Requests that a whole segment asks for.
double TotalOf(const RateSegment& segment) {
  return (segment.from + segment.to) / 2 * Seconds(segment.duration);
}

// Seconds into the segment until it has asked for `requests`: the root of from * t + slope / 2 *
// t^2 = requests, in the form that loses no digits where the slope is small.
double TimeOf(const RateSegment& segment, double requests) {
  if (requests <= 0) return 0;
  const double slope = (segment.to - segment.from) / Seconds(segment.duration);
  const double root = std::sqrt(std::max(0.0, segment.from * segment.from + 2 * slope * requests));
  return 2 * requests / (segment.from + root);
}

}  // namespace

ArrivalProcess::ArrivalProcess(std::vector<RateSegment> segments, ArrivalKind kind, uint64_t seed)
    : segments_(std::move(segments)), kind_(kind), generator_(seed) {}

std::optional<Nanoseconds> ArrivalProcess::Next() {
  if (kind_ == ArrivalKind::kPoisson) {
    // The standard library's distributions differ from one implementation to the next.
    const double uniform = static_cast<double>(generator_() >> 11) * 0x1p-53;
    next_ -= std::log1p(-uniform);
  }
  while (segment_ < segments_.size()) {
    const RateSegment& segment = segments_[segment_];
    const double total = TotalOf(segment);
    if (next_ - arrived_ < total) {
      const double time = segment_start_ + TimeOf(segment, next_ - arrived_);
      if (kind_ == ArrivalKind::kConstant) next_ += 1;
      return FromSeconds(time);
    }
    arrived_ += total;
    segment_start_ += Seconds(segment.duration);
    ++segment_;
  }
  return std::nullopt;
}

}  // namespace reluserve::load
