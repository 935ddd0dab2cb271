// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/bench_peers/fma_peak.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench_peers/fma_peak.cc"
#include <hwy/foreach_target.h>
// Must come after foreach_target.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace reluserve::bench::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Twelve chains hide the latency of a multiply-add on every CPU of today. Returns the operations
// done; `sink` keeps the compiler from leaving them out.
double MultiplyAdd(int64_t rounds, float* sink) {
  const hn::ScalableTag<float> floats;
  const auto factor = hn::Set(floats, 0.999f);
  const auto term = hn::Set(floats, 0.001f);
  auto a = term, b = term, c = term, d = term, e = term, f = term;
  auto g = term, h = term, i = term, j = term, k = term, l = term;
  for (int64_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, factor, term);
    b = hn::MulAdd(b, factor, term);
    c = hn::MulAdd(c, factor, term);
    d = hn::MulAdd(d, factor, term);
    e = hn::MulAdd(e, factor, term);
    f = hn::MulAdd(f, factor, term);
    g = hn::MulAdd(g, factor, term);
    h = hn::MulAdd(h, factor, term);
    i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term);
    k = hn::MulAdd(k, factor, term);
    l = hn::MulAdd(l, factor, term);
  }
  const auto sum = a + b + c + d + e + f + g + h + i + j + k + l;
  *sink += hn::GetLane(hn::SumOfLanes(floats, sum));
  return 2.0 * 12.0 * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(floats));
}

}  // namespace
}  // namespace reluserve::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reluserve::bench {

HWY_EXPORT(MultiplyAdd);

double MeasureFmaPeak() {
  double best = 0;
  float sum = 0;
  // A tenth of a second each: what a core does for some milliseconds after a pause, it does not
  // keep up.
  for (int repeat = 0; repeat < 15; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    const double operations = HWY_DYNAMIC_DISPATCH(MultiplyAdd)(40'000'000, &sum);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::max(best, operations / time.count() / 1e9);
    volatile float sink = sum;
    static_cast<void>(sink);
  }
  return best;
}

}  // namespace reluserve::bench
#endif  // HWY_ONCE
