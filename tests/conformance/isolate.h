// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_ISOLATE_H_
#define RELUSERVE_TESTS_CONFORMANCE_ISOLATE_H_

#include <functional>

#include "tests/conformance/verdict.h"

namespace reluserve::conformance {

// Runs `check` in a child process and gives its verdict; a failure when the child crashes, ends
// early, or takes longer than `timeout_s`. The caller must have no other threads.
Verdict RunIsolated(const std::function<Verdict()>& check, int timeout_s);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_ISOLATE_H_
