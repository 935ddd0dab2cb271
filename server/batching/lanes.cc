// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/lanes.h"

#include <algorithm>

namespace reluserve::batching {
namespace {

constexpr int kCpusPerLane = 4;

}  // namespace

LaneChoice ChooseLanes(int cpus, int lanes, int threads_per_lane) {
  LaneChoice choice;
  if (lanes > 0) {
    choice.lanes = lanes;
  } else {
    choice.lanes = std::max(1, cpus / (threads_per_lane > 0 ? threads_per_lane : kCpusPerLane));
  }
  choice.threads_per_lane =
      threads_per_lane > 0 ? threads_per_lane : std::max(1, cpus / choice.lanes);
  return choice;
}

}  // namespace reluserve::batching
