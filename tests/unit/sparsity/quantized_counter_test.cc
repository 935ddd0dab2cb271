// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/quantized_counter.h"

#include <random>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::sparsity {
namespace {

constexpr uint32_t kSeed = 20260701;

struct Counts {
  std::vector<uint32_t> inactive, saturated, non_finite;
  friend bool operator==(const Counts&, const Counts&) = default;
};

Counts Count(const std::vector<uint8_t>& codes, const ActivationLayout& layout,
             const QuantizedCountRule& rule) {
  const size_t size = static_cast<size_t>(layout.samples * layout.channels);
  // Filled with rubbish: every entry has to be written.
  Counts counts = {std::vector<uint32_t>(size, 7), std::vector<uint32_t>(size, 7),
                   std::vector<uint32_t>(size, 7)};
  CountQuantizedActivations(
      codes.data(), layout, rule,
      {counts.inactive.data(), counts.saturated.data(), counts.non_finite.data()});
  return counts;
}

// One code at a time, by the definition of QuantizedCountRule.
Counts CountNaively(const std::vector<uint8_t>& codes, const ActivationLayout& layout,
                    const QuantizedCountRule& rule) {
  const size_t size = static_cast<size_t>(layout.samples * layout.channels);
  Counts counts = {std::vector<uint32_t>(size), std::vector<uint32_t>(size),
                   std::vector<uint32_t>(size)};
  const int64_t groups = (layout.channels + layout.block - 1) / layout.block;
  for (int64_t n = 0; n < layout.samples; ++n) {
    for (int64_t c = 0; c < layout.channels; ++c) {
      for (int64_t p = 0; p < layout.positions; ++p) {
        const int64_t row = (n * groups + c / layout.block) * layout.positions + p;
        const uint8_t bits = codes[static_cast<size_t>(row * layout.block + c % layout.block)];
        const int code = rule.is_signed ? static_cast<int8_t>(bits) : bits;
        const size_t entry = static_cast<size_t>(n * layout.channels + c);
        if (rule.inactive_low <= code && code <= rule.inactive_high) {
          ++counts.inactive[entry];
        } else if (code <= rule.saturated_low || code >= rule.saturated_high) {
          ++counts.saturated[entry];
        }
      }
    }
  }
  return counts;
}

const std::vector<QuantizedCountRule>& Rules() {
  static const std::vector<QuantizedCountRule> rules = {
      {.inactive_low = 0, .inactive_high = 0},
      {.inactive_low = 0, .inactive_high = 131, .saturated_high = 250},
      {.inactive_low = 7, .inactive_high = 7, .saturated_low = 3},
      {.is_signed = true, .inactive_low = -128, .inactive_high = -128},
      {.is_signed = true, .inactive_low = -128, .inactive_high = 3, .saturated_high = 127},
      {.is_signed = true, .saturated_low = -120, .saturated_high = 120},
      {},  // a layer without inactive or saturated elements
  };
  return rules;
}

const std::vector<ActivationLayout>& Layouts() {
  static const std::vector<ActivationLayout> layouts = {
      {.samples = 1, .channels = 1, .positions = 1, .block = 1},
      {.samples = 2, .channels = 3, .positions = 1000, .block = 1},     // planar
      {.samples = 2, .channels = 130, .positions = 600, .block = 130},  // channels last
      {.samples = 3, .channels = 10, .positions = 49, .block = 16},     // padded
      {.samples = 5, .channels = 1000, .positions = 1, .block = 1000},  // a matrix
  };
  return layouts;
}

TEST(QuantizedCounterTest, AgreesWithTheDefinition) {
  std::mt19937 random(kSeed);
  for (const ActivationLayout& layout : Layouts()) {
    const int64_t groups = (layout.channels + layout.block - 1) / layout.block;
    std::vector<uint8_t> codes(
        static_cast<size_t>(layout.samples * groups * layout.positions * layout.block));
    for (uint8_t& code : codes) code = static_cast<uint8_t>(random());
    for (size_t rule = 0; rule < Rules().size(); ++rule) {
      EXPECT_EQ(Count(codes, layout, Rules()[rule]), CountNaively(codes, layout, Rules()[rule]))
          << fmt::format("seed {}, {} channels by {}, rule {}", kSeed, layout.channels,
                         layout.block, rule);
    }
  }
}

TEST(QuantizedCounterTest, CountsCodesByHand) {
  const std::vector<uint8_t> codes = {0, 128, 129, 255, 3, 128};
  const QuantizedCountRule rule = {.inactive_low = 0, .inactive_high = 128, .saturated_high = 255};
  EXPECT_EQ(Count(codes, {1, 2, 3, 1}, rule), (Counts{{2, 2}, {0, 1}, {0, 0}}));
}

}  // namespace
}  // namespace reluserve::sparsity
