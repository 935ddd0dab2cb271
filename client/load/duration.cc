// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/duration.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "server/base/status.h"

namespace reluserve::load {

Nanoseconds FromSeconds(double seconds) { return Nanoseconds(std::llround(seconds * 1e9)); }

absl::StatusOr<Nanoseconds> ParseDuration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  constexpr Unit kUnits[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3},
                             {"s", 1},     {"m", 60},    {"h", 3600}};
  constexpr double kDay = 86400;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(end - text.data());
  for (const Unit& known : kUnits) {
    if (error != std::errc() || unit != known.name) continue;
    const double seconds = number * known.seconds;
    if (seconds >= 1e-9 && seconds <= kDay) return FromSeconds(seconds);
  }
  return InvalidArgument(
      "\"{}\" is not a duration, expected a number and its unit, as in 250us, "
      "20ms, 1.5s, 2m or 1h, up to a day",
      text);
}

std::string FormatDuration(Nanoseconds span) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  constexpr Unit kUnits[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  if (span.count() == 0) return "0";
  const auto total = static_cast<double>(span.count());
  size_t unit = 0;
  // From 999.5 on it would be rounded to four digits.
  while (unit + 1 < std::size(kUnits) && std::abs(total) / kUnits[unit].nanoseconds >= 999.5) {
    ++unit;
  }
  const double value = total / kUnits[unit].nanoseconds;
  const double size = std::abs(value);
  const int decimals = unit == 0 ? 0 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kUnits[unit].name);
}

}  // namespace reluserve::load
