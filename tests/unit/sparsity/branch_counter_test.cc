// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/branch_counter.h"

#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace reluserve::sparsity {
namespace {

struct Counts {
  // Filled with rubbish: every entry has to be written.
  explicit Counts(size_t size) : inactive(size, 7), saturated(size, 7), non_finite(size, 7) {}
  std::vector<uint32_t> inactive, saturated, non_finite;
};

std::vector<Counts> Count(const std::vector<const float*>& branches, const BranchLayout& layout) {
  std::vector<Counts> counts(branches.size(),
                             Counts(static_cast<size_t>(layout.samples * layout.channels)));
  std::vector<ChannelCounts> targets;
  for (Counts& branch : counts) {
    targets.push_back({branch.inactive.data(), branch.saturated.data(), branch.non_finite.data()});
  }
  CountBranches(branches, layout, targets);
  return counts;
}

TEST(BranchCounterTest, TheLargestWinsAndOfEqualOnesTheFirst) {
  const std::vector<float> a = {1, 5, 2, 2, -3, -3};
  const std::vector<float> b = {2, 4, 2, 1, -4, -2};
  const auto counts = Count({a.data(), b.data()}, {1, 2, 3, 6, 3});
  // Channel 0: b, a, a (equal). Channel 1: a, a, b.
  EXPECT_EQ(counts[0].inactive, (std::vector<uint32_t>{1, 1}));
  EXPECT_EQ(counts[1].inactive, (std::vector<uint32_t>{2, 2}));
  EXPECT_EQ(counts[0].saturated, (std::vector<uint32_t>{0, 0}));
  EXPECT_EQ(counts[0].non_finite, (std::vector<uint32_t>{0, 0}));
}

TEST(BranchCounterTest, NobodyWinsWhereItIsNotFinite) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> a = {kNan, 1, kInfinity, -kInfinity, 3};
  const std::vector<float> b = {2, kNan, 2, 1, 4};
  const auto counts = Count({a.data(), b.data()}, {1, 1, 5, 5, 5});
  for (const Counts& branch : counts) EXPECT_EQ(branch.non_finite[0], 3u);
  EXPECT_EQ(counts[0].inactive[0], 2u);  // loses to 1 and 4
  EXPECT_EQ(counts[1].inactive[0], 0u);
}

TEST(BranchCounterTest, SharesAddUpInAnyLayout) {
  constexpr uint32_t kSeed = 20260702;
  std::mt19937 random(kSeed);
  constexpr int64_t kSamples = 3, kChannels = 4, kBranches = 5, kPositions = 1500;
  std::vector<float> x(kSamples * kChannels * kBranches * kPositions);
  for (float& value : x) value = static_cast<float>(random() % 9);
  // [N, C, branches, P] and [N, branches, C, P].
  for (const bool outside : {false, true}) {
    const int64_t branch_stride = outside ? kChannels * kPositions : kPositions;
    const BranchLayout layout = {kSamples, kChannels, kPositions,
                                 kChannels * kBranches * kPositions,
                                 outside ? kPositions : kBranches * kPositions};
    std::vector<const float*> branches;
    for (int64_t b = 0; b < kBranches; ++b) branches.push_back(x.data() + b * branch_stride);
    const auto counts = Count(branches, layout);
    for (int64_t n = 0; n < kSamples; ++n) {
      for (int64_t c = 0; c < kChannels; ++c) {
        std::vector<uint32_t> wins(kBranches, 0);
        for (int64_t p = 0; p < kPositions; ++p) {
          const int64_t at = n * layout.sample_stride + c * layout.channel_stride + p;
          int64_t winner = 0;
          for (int64_t b = 0; b < kBranches; ++b) {
            if (branches[b][at] > branches[winner][at]) winner = b;
          }
          ++wins[winner];
        }
        ASSERT_EQ(std::accumulate(wins.begin(), wins.end(), 0u), kPositions);
        for (int64_t b = 0; b < kBranches; ++b) {
          EXPECT_EQ(counts[b].inactive[n * kChannels + c], kPositions - wins[b])
              << "seed " << kSeed << ", branch " << b;
        }
      }
    }
  }
}

}  // namespace
}  // namespace reluserve::sparsity
