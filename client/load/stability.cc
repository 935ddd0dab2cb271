// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/stability.h"

#include <cmath>

namespace reluserve::load {
namespace {

template <typename Value>
bool Agree(std::span<const WindowRate> windows, double tolerance, Value value) {
  double mean = 0;
  for (const WindowRate& window : windows) mean += value(window) / windows.size();
  if (mean <= 0) return false;
  for (const WindowRate& window : windows) {
    if (std::abs(value(window) - mean) > tolerance * mean) return false;
  }
  return true;
}

}  // namespace

bool IsStable(std::span<const WindowRate> windows, double tolerance) {
  if (windows.size() < kStableWindows) return false;
  windows = windows.last(kStableWindows);
  return Agree(windows, tolerance, [](const WindowRate& window) { return window.throughput; }) &&
         Agree(windows, tolerance,
               [](const WindowRate& window) { return Seconds(window.mean_latency); });
}

}  // namespace reluserve::load
