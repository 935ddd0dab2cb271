// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What loading a damaged model may cost.

#ifndef RELUSERVE_TESTS_CONFORMANCE_HOSTILE_H_
#define RELUSERVE_TESTS_CONFORMANCE_HOSTILE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace reluserve::conformance {

// The memory that loading a file of so many bytes may take: four times the file and 256 MB.
int64_t LoadLimit(size_t file_bytes);

// What loading cost, up to the first plan: no request is run.
struct LoadCost {
  bool crashed = false;  // or hung, or ran out of the memory it may have
  bool loaded = false;
  std::string message;     // of the crash or the refusal
  int64_t peak_bytes = 0;  // resident memory beyond that of the process before
  double cpu_s = 0.0;
};

// Loads a model in a process of its own, where allocating more than LoadLimit fails.
LoadCost LoadIsolated(const std::string& bytes);

// `bytes` cut off at `count` places, and `count` times with up to 16 bytes changed.
std::vector<std::string> Damaged(const std::string& bytes, int count, uint64_t seed);

// What loading a model and its damaged copies came to.
struct DamageReport {
  std::string fault;  // of the first copy that has one; empty when none has
  int loaded = 0;     // damaged copies that were models all the same
  int64_t peak_bytes = 0;
  double slowest_refusal_s = 0.0;  // of computing
};

// Loads the model as it is, `count` times truncated and `count` times with bytes changed. It is a
// fault when a copy crashes, takes more than LoadLimit, or is refused without a reason or after
// more than a second of computing. Stops at the first fault.
DamageReport CheckDamaged(const std::string& bytes, int count, uint64_t seed);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_HOSTILE_H_
