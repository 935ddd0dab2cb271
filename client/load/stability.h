// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Whether a load has settled.

#ifndef RELUSERVE_CLIENT_LOAD_STABILITY_H_
#define RELUSERVE_CLIENT_LOAD_STABILITY_H_

#include <cstddef>
#include <span>

#include "client/load/duration.h"

namespace reluserve::load {

// What one window of time shows of it: what was answered in it, whenever that was sent.
struct WindowRate {
  double throughput = 0;  // successful answers per second
  Nanoseconds mean_latency{0};
};

inline constexpr size_t kStableWindows = 3;

// Whether the last kStableWindows of `windows`, which are of equal length, agree: throughput and
// mean latency of each within `tolerance` (0.1: 10 %) of their mean over those windows. Fewer
// windows, and windows without answers, do not.
bool IsStable(std::span<const WindowRate> windows, double tolerance);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_STABILITY_H_
