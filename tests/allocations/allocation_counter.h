// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Counts what is taken from the heap. Replaces the allocation functions of the C library, and so
// counts what C++ takes as well, in every program it is linked into.

#ifndef RELUSERVE_TESTS_ALLOCATIONS_ALLOCATION_COUNTER_H_
#define RELUSERVE_TESTS_ALLOCATIONS_ALLOCATION_COUNTER_H_

#include <cstdint>
#include <string>

namespace reluserve::allocations {

// Not under AddressSanitizer and ThreadSanitizer, which replace the same functions.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCanCount = false;
#else
inline constexpr bool kCanCount = true;
#endif

struct Counted {
  // By our own code, or by what it calls: the standard library, abseil, fmt.
  uint64_t ours = 0;
  // By oneDNN and the OpenMP runtime, for themselves. Code of ours that the OpenMP runtime calls is
  // not among these.
  uint64_t libraries = 0;
  // A few different stacks of ours, for people.
  std::string stacks;
};

// Counts on all threads from its construction until Stop. One at a time; kCanCount has to be true.
class AllocationCounter {
 public:
  AllocationCounter();
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  Counted Stop();
};

}  // namespace reluserve::allocations

#endif  // RELUSERVE_TESTS_ALLOCATIONS_ALLOCATION_COUNTER_H_
