// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/activation_counter.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::sparsity {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Counts {
  std::vector<uint32_t> inactive, saturated, non_finite;
  friend bool operator==(const Counts&, const Counts&) = default;
};

Counts Count(const std::vector<float>& elements, const ActivationLayout& layout,
             const CountRule& rule) {
  const size_t size = static_cast<size_t>(layout.samples * layout.channels);
  // Filled with rubbish: every entry has to be written.
  Counts counts = {std::vector<uint32_t>(size, 7), std::vector<uint32_t>(size, 7),
                   std::vector<uint32_t>(size, 7)};
  CountActivations(elements.data(), layout, rule,
                   {counts.inactive.data(), counts.saturated.data(), counts.non_finite.data()});
  return counts;
}

// One element at a time, by the definition of CountRule.
Counts CountNaively(const std::vector<float>& elements, const ActivationLayout& layout,
                    const CountRule& rule) {
  const size_t size = static_cast<size_t>(layout.samples * layout.channels);
  Counts counts = {std::vector<uint32_t>(size), std::vector<uint32_t>(size),
                   std::vector<uint32_t>(size)};
  const int64_t groups = (layout.channels + layout.block - 1) / layout.block;
  for (int64_t n = 0; n < layout.samples; ++n) {
    for (int64_t c = 0; c < layout.channels; ++c) {
      for (int64_t p = 0; p < layout.positions; ++p) {
        const int64_t group = c / layout.block;
        const float x = elements[((n * groups + group) * layout.positions + p) * layout.block +
                                 c % layout.block];
        const size_t entry = static_cast<size_t>(n * layout.channels + c);
        const bool inactive = (rule.inactive == CountRule::Inactive::kNotPositive && x <= 0) ||
                              (rule.inactive == CountRule::Inactive::kZero && x == 0);
        if (!std::isfinite(x)) {
          ++counts.non_finite[entry];
        } else if (inactive) {
          ++counts.inactive[entry];
        } else if (x <= rule.saturated_low || x >= rule.saturated_high) {
          ++counts.saturated[entry];
        }
      }
    }
  }
  return counts;
}

// A mix in which every class of element occurs; also in the padding, where it must not be counted.
std::vector<float> MixedElements(const ActivationLayout& layout, std::mt19937& random) {
  constexpr float kValues[] = {0.0f, -0.0f, 1.0f,      6.0f,       -1.0f,  0.5f,    -0.25f,
                               3.0f, kNan,  kInfinity, -kInfinity, 1e-40f, -1e-40f, 100.0f};
  std::uniform_int_distribution<size_t> pick(0, std::size(kValues) - 1);
  const int64_t groups = (layout.channels + layout.block - 1) / layout.block;
  std::vector<float> elements(
      static_cast<size_t>(layout.samples * groups * layout.positions * layout.block));
  for (float& element : elements) element = kValues[pick(random)];
  return elements;
}

const std::vector<CountRule>& Rules() {
  static const std::vector<CountRule> rules = {
      {CountRule::Inactive::kNotPositive},
      {CountRule::Inactive::kNotPositive, -kInfinity, 6.0f},
      {CountRule::Inactive::kZero},
      {CountRule::Inactive::kZero, -0.5f, 3.0f},
      {CountRule::Inactive::kNone, -0.25f, 0.5f},
      {CountRule::Inactive::kNone},
  };
  return rules;
}

class LayoutTest : public testing::TestWithParam<ActivationLayout> {};

TEST_P(LayoutTest, CountsLikeTheDefinition) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (size_t rule = 0; rule < Rules().size(); ++rule) {
    SCOPED_TRACE(fmt::format("rule {}", rule));
    const std::vector<float> elements = MixedElements(GetParam(), random);
    const Counts expected = CountNaively(elements, GetParam(), Rules()[rule]);
    const Counts got = Count(elements, GetParam(), Rules()[rule]);
    EXPECT_EQ(got.inactive, expected.inactive);
    EXPECT_EQ(got.saturated, expected.saturated);
    EXPECT_EQ(got.non_finite, expected.non_finite);
  }
}

TEST_P(LayoutTest, CountsWhatIsFiniteAndFindsTheOneThatIsNot) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::vector<float> elements = MixedElements(GetParam(), random);
  for (float& element : elements) element = std::isfinite(element) ? element : 0.75f;
  for (const float spoiler : {2.0f, kInfinity, -kInfinity, kNan}) {
    SCOPED_TRACE(fmt::format("with {}", spoiler));
    elements[random() % elements.size()] = spoiler;
    for (const CountRule& rule : Rules()) {
      EXPECT_EQ(Count(elements, GetParam(), rule), CountNaively(elements, GetParam(), rule));
    }
  }
}

// samples, channels, positions, block
INSTANTIATE_TEST_SUITE_P(Planar, LayoutTest,
                         testing::Values(ActivationLayout{1, 1, 1, 1}, ActivationLayout{2, 3, 5, 1},
                                         ActivationLayout{1, 7, 63, 1},
                                         ActivationLayout{3, 2, 64, 1},
                                         ActivationLayout{2, 4, 12345, 1}));
INSTANTIATE_TEST_SUITE_P(
    Blocked, LayoutTest,
    testing::Values(ActivationLayout{1, 8, 9, 8}, ActivationLayout{2, 16, 49, 8},
                    // Padded: the last block has lanes that are no channels.
                    ActivationLayout{2, 3, 49, 8}, ActivationLayout{3, 17, 10, 8},
                    ActivationLayout{1, 5, 100, 16}, ActivationLayout{2, 24, 3136, 16},
                    ActivationLayout{2, 6, 20, 4}));
INSTANTIATE_TEST_SUITE_P(
    ChannelsLast, LayoutTest,
    testing::Values(ActivationLayout{4, 10, 1, 10}, ActivationLayout{2, 3, 50, 3},
                    ActivationLayout{1, 17, 33, 17}, ActivationLayout{2, 19, 7, 19},
                    ActivationLayout{1, 1000, 1, 1000}, ActivationLayout{3, 515, 12, 515},
                    ActivationLayout{2, 1024, 40, 1024}, ActivationLayout{3, 80, 300, 80}));

TEST(ActivationCounterTest, NegativeZeroIsInactive) {
  const std::vector<float> elements = {-0.0f, 0.0f, 1.0f, -1.0f};
  const Counts counts = Count(elements, {1, 1, 4, 1}, {CountRule::Inactive::kNotPositive});
  EXPECT_EQ(counts.inactive[0], 3u);
}

TEST(ActivationCounterTest, InfinityIsNonFiniteAndNeverSaturated) {
  const std::vector<float> elements = {kInfinity, -kInfinity, kNan, 7.0f};
  const Counts counts =
      Count(elements, {1, 1, 4, 1}, {CountRule::Inactive::kNotPositive, -kInfinity, 6.0f});
  EXPECT_EQ(counts.non_finite[0], 3u);
  EXPECT_EQ(counts.saturated[0], 1u);
  EXPECT_EQ(counts.inactive[0], 0u);
}

}  // namespace
}  // namespace reluserve::sparsity
