// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/dead_channels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/sparsity/model_sparsity.h"
#include "tests/unit/sparsity/traces.h"

namespace reluserve::sparsity {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<int64_t, bool>> ChannelsOf(const std::vector<QuietChannel>& channels) {
  std::vector<std::pair<int64_t, bool>> result;
  for (const QuietChannel& channel : channels) result.emplace_back(channel.channel, channel.dead);
  return result;
}

// 200 samples of one layer: channel 1 is dead, channel 3 active in two samples, the others in
// about half.
Reading SomeQuietChannels() {
  std::mt19937 random(7);
  ModelSparsity model(ReluLayers(1), absl::UnixEpoch());
  for (int i = 0; i < 200; ++i) {
    const uint32_t rare = i % 100 == 0 ? 8 : 9;
    const uint32_t often = random() % 2 == 0 ? 9 : 4;
    EXPECT_TRUE(model
                    .Record({{LayerOf(9, {{often, 9, 9 - often, rare}})}},
                            absl::UnixEpoch() + absl::Seconds(i))
                    .ok());
  }
  return model.Read(Window::kSinceLoad, absl::UnixEpoch() + absl::Seconds(200));
}

TEST(DeadChannelsTest, ListsTheDeadAndTheRarelyActive) {
  DeadChannelOptions options;
  options.rarely_active_below = 0.02;
  const auto found = FindQuietChannels(SomeQuietChannels(), ReluLayers(1), options);
  ASSERT_THAT(ChannelsOf(found), ElementsAre(Pair(1, true), Pair(3, false)));
  EXPECT_EQ(found[0].samples, 200u);
  EXPECT_EQ(found[0].elements, 1800u);
  EXPECT_EQ(found[0].active_elements, 0u);
  EXPECT_EQ(found[1].active_samples, 2u);
  EXPECT_EQ(found[1].active_elements, 2u);

  const auto counts = CountQuietChannels(SomeQuietChannels(), ReluLayers(1), options);
  ASSERT_EQ(counts.size(), 1u);
  EXPECT_TRUE(counts[0].judged);
  EXPECT_EQ(counts[0].channels, 4u);
  EXPECT_EQ(counts[0].dead, 1u);
  EXPECT_EQ(counts[0].rarely_active, 1u);
}

TEST(DeadChannelsTest, TakesTheShareAsABoundThatIsNotIncluded) {
  DeadChannelOptions options;
  options.rarely_active_below = 0.01;
  EXPECT_THAT(ChannelsOf(FindQuietChannels(SomeQuietChannels(), ReluLayers(1), options)),
              ElementsAre(Pair(1, true)));
}

TEST(DeadChannelsTest, ListsNoneBeforeEnoughSamples) {
  DeadChannelOptions options;
  options.min_samples = 201;
  EXPECT_THAT(FindQuietChannels(SomeQuietChannels(), ReluLayers(1), options), IsEmpty());
  EXPECT_FALSE(CountQuietChannels(SomeQuietChannels(), ReluLayers(1), options)[0].judged);
  options.min_samples = 200;
  EXPECT_EQ(FindQuietChannels(SomeQuietChannels(), ReluLayers(1), options).size(), 1u);
}

TEST(DeadChannelsTest, ListsNoneOfALayerWithoutInactiveElements) {
  std::vector<LayerInfo> layers = ReluLayers(1);
  layers[0].rule.inactive = CountRule::Inactive::kNone;
  EXPECT_THAT(FindQuietChannels(SomeQuietChannels(), layers, {}), IsEmpty());
}

}  // namespace
}  // namespace reluserve::sparsity
