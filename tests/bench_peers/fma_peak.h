// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_BENCH_PEERS_FMA_PEAK_H_
#define RELUSERVE_TESTS_BENCH_PEERS_FMA_PEAK_H_

namespace reluserve::bench {

// The rate of multiply-adds in registers by this CPU's widest vectors, in GFLOP/s of the calling
// thread's core: what no kernel can exceed. The best of
// several tenths of a second.
double MeasureFmaPeak();

}  // namespace reluserve::bench

#endif  // RELUSERVE_TESTS_BENCH_PEERS_FMA_PEAK_H_
