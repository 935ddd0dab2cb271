// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_VERDICT_H_
#define RELUSERVE_TESTS_CONFORMANCE_VERDICT_H_

#include <string>

namespace reluserve::conformance {

// What became of one case.
struct Verdict {
  bool passed = false;
  std::string note;     // how it was run: "as is; inputs after the first as constants"
  std::string message;  // why it failed; empty when it passed
  // Every output compared was empty, constant or nearly all zeros: the case proves that shapes are
  // right, and little of the arithmetic.
  bool vacuous = false;
};

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_VERDICT_H_
