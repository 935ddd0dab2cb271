// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Spans of time as people write and read them.

#ifndef RELUSERVE_CLIENT_LOAD_DURATION_H_
#define RELUSERVE_CLIENT_LOAD_DURATION_H_

#include <chrono>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace reluserve::load {

// Spans, and points in time as spans since the start of a stage.
using Nanoseconds = std::chrono::nanoseconds;

inline double Seconds(Nanoseconds span) { return std::chrono::duration<double>(span).count(); }
// Rounded to the nearest nanosecond.
Nanoseconds FromSeconds(double seconds);

// "250us", "20ms", "1.5s", "2m", "1h": a positive number and its unit, at most a day.
// INVALID_ARGUMENT for anything else.
absl::StatusOr<Nanoseconds> ParseDuration(std::string_view text);

// Three digits and a unit: "0", "850 ns", "12.3 us", "4.56 ms", "7.89 s", "95.0 s". Not for
// parsing.
std::string FormatDuration(Nanoseconds span);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_DURATION_H_
