// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How the CPUs granted are shared out among lanes.

#ifndef RELUSERVE_SERVER_BATCHING_LANES_H_
#define RELUSERVE_SERVER_BATCHING_LANES_H_

namespace reluserve::batching {

struct LaneChoice {
  int lanes = 1;
  int threads_per_lane = 1;
  int threads() const { return lanes * threads_per_lane; }
};

// Fills in what is 0; what is not is taken as it is, even if that is more than `cpus` (at least 1)
// bear. Left to itself it makes lanes of four CPUs, or of what there is where that is fewer than
// eight: one lane has all of a small machine, so that a request that comes alone is answered
// fastest and requests that come together share a batch; past some threads a layer of one sample
// has too little work to share out, and further CPUs serve better by computing another batch.
LaneChoice ChooseLanes(int cpus, int lanes, int threads_per_lane);

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_LANES_H_
