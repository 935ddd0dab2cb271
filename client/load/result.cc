// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/result.h"

#include <algorithm>

#include <fmt/format.h>

namespace reluserve::load {

std::string PercentileName(double percent) { return fmt::format("p{:g}", percent); }

bool GeneratorWasLate(const Measurement& measurement) {
  const Nanoseconds lag = measurement.send_lag.Percentile(99);
  return lag > std::max(Nanoseconds(std::chrono::milliseconds(1)),
                        measurement.total.latency.Percentile(50) / 10);
}

std::optional<absl::StatusCode> CodeFromName(const std::string& name) {
  for (int i = 1; i <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++i) {
    const auto code = static_cast<absl::StatusCode>(i);
    if (absl::StatusCodeToString(code) == name) return code;
  }
  return std::nullopt;
}

std::string ErrorsText(const Tally& tally) {
  if (tally.errors.empty()) return "OK";
  std::string text;
  for (const auto& [code, count] : tally.errors) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", absl::StatusCodeToString(code), count);
  }
  return text;
}

}  // namespace reluserve::load
