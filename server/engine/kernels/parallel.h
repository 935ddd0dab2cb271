// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_PARALLEL_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_PARALLEL_H_

#include <algorithm>
#include <cstdint>

#include <omp.h>

namespace reluserve::engine::kernels {

// Elementary steps (about a nanosecond each) below which waking the other threads costs more than
// they save.
inline constexpr int64_t kParallelSteps = 1 << 15;

// Calls body(begin, end) for ranges that together cover [0, count) once: on the OpenMP threads of
// the calling lane when count items of `steps_per_item` elementary steps are worth it, else in one
// call. How the ranges fall depends on the number of threads, so no item's result may depend on
// them.
template <typename Body>
void ParallelRanges(int64_t count, int64_t steps_per_item, const Body& body) {
  if (count <= 0) return;
  if (count == 1 || count < kParallelSteps / std::max<int64_t>(steps_per_item, 1)) {
    body(int64_t{0}, count);
    return;
  }
#pragma omp parallel
  {
    const int64_t threads = omp_get_num_threads();
    const int64_t chunk = (count + threads - 1) / threads;
    const int64_t begin = std::min(count, chunk * omp_get_thread_num());
    const int64_t end = std::min(count, begin + chunk);
    if (begin < end) body(begin, end);
  }
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_PARALLEL_H_
