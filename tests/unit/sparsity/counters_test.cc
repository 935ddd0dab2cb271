// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/counters.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sparsity/traces.h"

namespace reluserve::sparsity {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// One layer with an array of its own.
struct OneLayer {
  explicit OneLayer(int64_t channels)
      : layout(std::vector<int64_t>{channels}), counters(layout.size(), 0) {}
  void Add(const LayerCounts& counts) { AddLayer(counts, layout, 0, counters, extremes); }
  LayerCounters read() const { return {counters, layout, 0}; }

  CounterLayout layout;
  std::vector<uint64_t> counters;
  Extremes extremes;
};

TEST(CountersTest, AddsTotalsSamplesAndChannels) {
  OneLayer layer(2);
  LayerCounts counts = LayerOf(10, {{10, 0}, {10, 5}, {10, 10}});
  counts.saturated[1] = 3;
  counts.non_finite[3] = 2;
  layer.Add(counts);
  layer.Add(LayerOf(10, {{9, 1}}));

  EXPECT_EQ(layer.read().samples(), 4u);
  EXPECT_EQ(layer.read().elements(), 80u);
  EXPECT_EQ(layer.read().inactive(), 55u);
  EXPECT_EQ(layer.read().saturated(), 3u);
  EXPECT_EQ(layer.read().non_finite(), 2u);
  EXPECT_THAT(layer.read().channel_inactive(), ElementsAre(39u, 16u));
  EXPECT_THAT(layer.read().channel_active_samples(), ElementsAre(1u, 3u));
  EXPECT_EQ(layer.read().channel_samples(), 4u);
  EXPECT_EQ(layer.read().elements_per_channel(), 40u);
  EXPECT_EQ(layer.extremes.min, 0.5);
  EXPECT_EQ(layer.extremes.max, 1.0);
}

TEST(CountersTest, DescribesTheDistributionOfSamples) {
  constexpr uint32_t kSeed = 5;
  std::mt19937 random(kSeed);
  OneLayer layer(16);
  std::vector<double> shares;
  for (int i = 0; i < 4000; ++i) {
    const std::vector<uint32_t> sample = RandomSample(random, 0.4, 16, 100);
    layer.Add(LayerOf(100, {sample}));
    uint64_t inactive = 0;
    for (uint32_t count : sample) inactive += count;
    shares.push_back(static_cast<double>(inactive) / 1600.0);
  }
  double sum = 0, squares = 0;
  for (double share : shares) sum += share;
  const double mean = sum / 4000.0;
  for (double share : shares) squares += (share - mean) * (share - mean);
  std::sort(shares.begin(), shares.end());

  EXPECT_THAT(layer.read().mean(), DoubleNear(mean, 1e-6)) << "seed " << kSeed;
  EXPECT_THAT(layer.read().standard_deviation(), DoubleNear(std::sqrt(squares / 4000.0), 1e-6));
  EXPECT_GT(squares, 1.0) << "the samples should differ";
  for (double q : {0.01, 0.25, 0.5, 0.75, 0.99}) {
    EXPECT_THAT(layer.read().Quantile(q),
                DoubleNear(shares[static_cast<size_t>(q * 4000)], 1.0 / kSparsityBins))
        << "quantile " << q << ", seed " << kSeed;
  }
  EXPECT_EQ(layer.extremes.min, shares.front());
  EXPECT_EQ(layer.extremes.max, shares.back());
}

TEST(CountersTest, KeepsSumsOfSquaresExactForAllSparseSamples) {
  OneLayer layer(1);
  for (int i = 0; i < 1000; ++i) layer.Add(LayerOf(7, {{7}}));
  EXPECT_EQ(layer.read().mean(), 1.0);
  EXPECT_EQ(layer.read().standard_deviation(), 0.0);
  EXPECT_NEAR(layer.read().Quantile(0.5), 1.0, 1.0 / kSparsityBins);
}

TEST(CountersTest, CountsOtherNumbersOfChannelsAsAWholeOnly) {
  OneLayer layer(2);
  layer.Add(LayerOf(4, {{4, 4}}));
  layer.Add(LayerOf(4, {{1, 2, 3}}));
  EXPECT_EQ(layer.read().samples(), 2u);
  EXPECT_EQ(layer.read().elements(), 20u);
  EXPECT_EQ(layer.read().inactive(), 14u);
  EXPECT_EQ(layer.read().channel_samples(), 1u);
  EXPECT_THAT(layer.read().channel_inactive(), ElementsAre(4u, 4u));
}

TEST(CountersTest, CountsTooManyChannelsAsAWholeOnly) {
  const CounterLayout layout(std::vector<int64_t>{kMaxCountedChannels + 1, 3});
  EXPECT_EQ(layout.channels(0), 0);
  EXPECT_EQ(layout.channels(1), 3);
  EXPECT_LT(layout.size(), 2000u);
}

TEST(CountersTest, SaysNothingOfNothing) {
  OneLayer layer(3);
  LayerCounts empty = LayerOf(1, {{0, 0, 0}});
  empty.positions = 0;
  layer.Add(empty);
  EXPECT_EQ(layer.read().samples(), 1u);
  EXPECT_EQ(layer.read().distribution_samples(), 0u);
  EXPECT_EQ(layer.read().sparsity(), 0.0);
  EXPECT_EQ(layer.read().mean(), 0.0);
  EXPECT_EQ(layer.read().standard_deviation(), 0.0);
  EXPECT_GT(layer.extremes.min, layer.extremes.max);
}

}  // namespace
}  // namespace reluserve::sparsity
