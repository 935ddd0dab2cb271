// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What loading a damaged model may cost.

#ifndef RELUSERVE_TESTS_CONFORMANCE_HOSTILE_H_
#define RELUSERVE_TESTS_CONFORMANCE_HOSTILE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace reluserve::conformance {

// What loading cost, up to the first plan: no request is run.
struct LoadCost {
  bool crashed = false;  // or hung
  bool loaded = false;
  std::string message;     // of the crash or the refusal
  int64_t peak_bytes = 0;  // resident memory beyond that of the process before
  double cpu_s = 0.0;
};

// Loads a model in a process of its own.
LoadCost LoadIsolated(const std::string& bytes);

// `bytes` cut off at `count` places, and `count` times with up to 16 bytes changed.
std::vector<std::string> Damaged(const std::string& bytes, int count, uint64_t seed);

// Loads the model `count` times truncated and `count` times with bytes changed. Says what is wrong
// with the first that crashes, that is refused after more than a second of computing, or that takes
// more memory than four times the file and 256 MB, or than the undamaged model does: damage to a
// name leaves a model as large as it was. Empty when nothing is.
std::string CheckDamaged(const std::string& bytes, int count, uint64_t seed);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_HOSTILE_H_
