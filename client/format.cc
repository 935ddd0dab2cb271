// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/format.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace reluserve::client {
namespace {

// Three digits of `value` in the largest of `units` in which it is at least 1. The first unit is
// for whole numbers.
std::string FormatScaled(uint64_t value, double base, std::span<const std::string_view> units) {
  double scaled = static_cast<double>(value);
  size_t unit = 0;
  // From 999.5 on it would be rounded to four digits, or to the base itself.
  while (scaled >= std::min(base, 999.5) && unit + 1 < units.size()) {
    scaled /= base;
    ++unit;
  }
  const int decimals = unit == 0 ? 0 : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}{}", scaled, decimals, units[unit]);
}

}  // namespace

std::string FormatCount(uint64_t count) {
  constexpr std::string_view kUnits[] = {"", " k", " M", " G", " T", " P", " E"};
  return FormatScaled(count, 1000, kUnits);
}

std::string FormatBytes(uint64_t bytes) {
  constexpr std::string_view kUnits[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  return FormatScaled(bytes, 1024, kUnits);
}

std::string FormatPercent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  if (part == 0) return "0.0%";
  if (part == whole) return "100.0%";
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format("{:.1f}%", std::clamp(percent, 0.1, 99.9));
}

std::string FormatShape(std::span<const int64_t> extents) {
  std::vector<std::string> parts;
  for (int64_t extent : extents) {
    parts.push_back(extent < 0 ? "?" : std::to_string(extent));
  }
  return fmt::format("[{}]", fmt::join(parts, ","));
}

std::string FormatBar(double share, int width, const TextStyle& style) {
  share = std::clamp(share, 0.0, 1.0);
  if (!style.utf8) return std::string(static_cast<size_t>(std::lround(share * width)), '#');
  // Block elements fill a character in eighths from the left.
  constexpr std::string_view kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const long eighths = std::lround(share * width * 8);
  std::string bar;
  for (long i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kEighths[eighths % 8];
  return bar;
}

std::string FormatHistogram(std::span<const uint64_t> counts, const TextStyle& style) {
  constexpr std::string_view kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::string_view kAscii[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
  constexpr uint64_t kLevels = 8;
  const uint64_t largest = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  std::string histogram;
  for (uint64_t count : counts) {
    const double level =
        largest == 0 ? 0 : std::ceil(static_cast<double>(count) * kLevels / largest);
    histogram += (style.utf8 ? kBlocks : kAscii)[static_cast<size_t>(level)];
  }
  return histogram;
}

}  // namespace reluserve::client
