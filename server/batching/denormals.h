// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_BATCHING_DENORMALS_H_
#define RELUSERVE_SERVER_BATCHING_DENORMALS_H_

#if defined(__SSE2__)
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

namespace reluserve::batching {

// Makes the calling thread treat denormal floats as zero, from now on. They are too small to matter
// in a network and make arithmetic up to a hundred times slower: random bytes as input are full of
// them.
inline void FlushDenormalsToZero() {
#if defined(__SSE2__)
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
#elif defined(__aarch64__)
  unsigned long control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" : : "r"(control | (1ul << 24)));
#endif
}

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_DENORMALS_H_
