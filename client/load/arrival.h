// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_ARRIVAL_H_
#define RELUSERVE_CLIENT_LOAD_ARRIVAL_H_

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "client/load/duration.h"

namespace reluserve::load {

// A stretch of time over which the rate goes evenly from one to another, in requests per second.
struct RateSegment {
  Nanoseconds duration{0};
  double from = 0;
  double to = 0;
};

enum class ArrivalKind {
  kConstant,  // evenly spaced: request k at the time by which the schedule asks for k
  kPoisson,   // independent users: a Poisson process of the schedule's rate
};

// When an open loop means to send its requests: fixed by the schedule and the seed alone, whatever
// the server does. Both kinds read times off the integral of the rate, Poisson at the points of a
// process of rate 1, so that ramps are exact. Not synchronised.
class ArrivalProcess {
 public:
  // Rates are not negative and durations positive. The seed matters to kPoisson only; the same one
  // gives the same times on every machine.
  ArrivalProcess(std::vector<RateSegment> segments, ArrivalKind kind, uint64_t seed);

  // The next intended send time since the start, never before the last; none after the segments.
  std::optional<Nanoseconds> Next();

 private:
  std::vector<RateSegment> segments_;
  ArrivalKind kind_;
  std::mt19937_64 generator_;
  size_t segment_ = 0;
  double segment_start_ = 0;  // seconds
  double arrived_ = 0;        // the integral of the rate up to segment_start_
  double next_ = 0;           // and that of the next request
};

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_ARRIVAL_H_
