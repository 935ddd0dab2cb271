// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/model_sparsity.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sparsity/traces.h"

namespace reluserve::sparsity {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

absl::Time At(double seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

Trace SmallTrace(uint32_t inactive) {
  return {{LayerOf(10, {{inactive, 10}}), LayerOf(1, {{1, 0, 1}, {0, 0, 1}})}};
}

TEST(ModelSparsityTest, ReadsEveryWindow) {
  ModelSparsity model(ReluLayers(2), At(0));
  ASSERT_TRUE(model.Record(SmallTrace(1), At(1)).ok());
  ASSERT_TRUE(model.Record(SmallTrace(2), At(5000)).ok());
  ASSERT_TRUE(model.Record(SmallTrace(4), At(5900)).ok());
  ASSERT_TRUE(model.Record(SmallTrace(8), At(6100)).ok());

  const struct {
    Window window;
    uint64_t samples;
    uint64_t inactive;
    double min;
    double begin;
  } rows[] = {{Window::kSinceLoad, 4, 55, 0.55, 0},
              {Window::kOneHour, 3, 44, 0.6, 2400},
              {Window::kTenMinutes, 2, 32, 0.7, 5520},
              {Window::kOneMinute, 1, 18, 0.9, 6090}};
  for (const auto& row : rows) {
    const Reading reading = model.Read(row.window, At(6155));
    EXPECT_EQ(reading.layer(0).samples(), row.samples);
    EXPECT_EQ(reading.layer(1).samples(), 2 * row.samples);
    EXPECT_EQ(reading.layer(0).inactive(), row.inactive);
    EXPECT_EQ(reading.extremes[0].min, row.min);
    EXPECT_EQ(reading.begin, At(row.begin));
    EXPECT_EQ(reading.end, At(6155));
  }
}

TEST(ModelSparsityTest, ReadsNothingBeforeTheFirstBatch) {
  ModelSparsity model(ReluLayers(2), At(0));
  EXPECT_EQ(model.Read(Window::kSinceLoad, At(1)).layer_count(), 0u);
  EXPECT_EQ(model.Read(Window::kOneHour, At(1)).layer_count(), 0u);
  EXPECT_EQ(model.SetBaseline(Window::kSinceLoad, At(1)).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(model.Save().counts.has_value());
}

TEST(ModelSparsityTest, RefusesATraceOfOtherLayers) {
  ModelSparsity model(ReluLayers(3), At(0));
  EXPECT_EQ(model.Record(SmallTrace(1), At(1)).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ModelSparsityTest, ResetsCountsAndKeepsTheBaselineUnlessTold) {
  ModelSparsity model(ReluLayers(2), At(0));
  ASSERT_TRUE(model.Record(SmallTrace(1), At(1)).ok());
  ASSERT_TRUE(model.SetBaseline(Window::kOneMinute, At(2)).ok());
  model.Reset(At(3), /*with_baseline=*/false);
  EXPECT_EQ(model.Read(Window::kSinceLoad, At(4)).layer(0).samples(), 0u);
  EXPECT_EQ(model.Read(Window::kSinceLoad, At(4)).begin, At(3));
  EXPECT_EQ(model.Read(Window::kOneMinute, At(4)).layer(0).samples(), 0u);
  ASSERT_NE(model.baseline(), nullptr);
  EXPECT_EQ(model.baseline()->layer(0).inactive(), 11u);
  model.Reset(At(5), /*with_baseline=*/true);
  EXPECT_EQ(model.baseline(), nullptr);
}

TEST(ModelSparsityTest, RestoresWhatItSaved) {
  ModelSparsity model(ReluLayers(2), At(0));
  ASSERT_TRUE(model.Record(SmallTrace(1), At(1)).ok());
  ASSERT_TRUE(model.SetBaseline(Window::kSinceLoad, At(2)).ok());
  ASSERT_TRUE(model.Record(SmallTrace(3), At(3)).ok());

  ModelSparsity other(ReluLayers(2), At(100));
  ASSERT_TRUE(other.Restore(model.Save(), At(100)).ok());
  const Reading reading = other.Read(Window::kSinceLoad, At(101));
  EXPECT_THAT(reading.counters, ElementsAreArray(model.Read(Window::kSinceLoad, At(101)).counters));
  EXPECT_EQ(reading.begin, At(0));
  EXPECT_EQ(reading.extremes[0].min, 0.55);
  EXPECT_EQ(other.baseline()->layer(0).inactive(), 11u);
  EXPECT_EQ(other.baseline()->end, At(2));
  EXPECT_EQ(other.Read(Window::kOneMinute, At(101)).layer(0).samples(), 0u);
  ASSERT_TRUE(other.Record(SmallTrace(5), At(102)).ok());
  EXPECT_EQ(other.Read(Window::kSinceLoad, At(103)).layer(0).inactive(), 11u + 13u + 15u);
  EXPECT_EQ(other.Read(Window::kOneMinute, At(103)).layer(0).inactive(), 15u);
}

TEST(ModelSparsityTest, RefusesToRestoreWhatDoesNotFit) {
  ModelSparsity source(ReluLayers(2), At(0));
  ASSERT_TRUE(source.Record(SmallTrace(1), At(1)).ok());
  const SavedSparsity good = source.Save();

  SavedSparsity short_array = good;
  short_array.counts->counters.pop_back();
  SavedSparsity negative = good;
  negative.counts->channels[0] = -1;
  SavedSparsity huge = good;
  huge.counts->channels[0] = int64_t{1} << 60;
  SavedSparsity fewer = good;
  fewer.counts->channels.pop_back();
  for (const SavedSparsity& bad : {short_array, negative, huge, fewer}) {
    ModelSparsity model(ReluLayers(2), At(0));
    EXPECT_EQ(model.Restore(bad, At(1)).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(model.Read(Window::kSinceLoad, At(2)).layer_count(), 0u);
  }
  EXPECT_EQ(source.Restore(good, At(2)).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ModelSparsityTest, LosesNothingBetweenThreads) {
  constexpr int kThreads = 4, kBatches = 500;
  ModelSparsity model(ReluLayers(2), At(0));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&model] {
      for (int i = 0; i < kBatches; ++i) {
        EXPECT_TRUE(model.Record(SmallTrace(3), At(i)).ok());
        if (i % 50 == 0) model.Read(Window::kOneMinute, At(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Reading reading = model.Read(Window::kSinceLoad, At(kBatches));
  EXPECT_EQ(reading.layer(0).samples(), uint64_t{kThreads * kBatches});
  EXPECT_EQ(reading.layer(0).inactive(), uint64_t{kThreads * kBatches * 13});
  EXPECT_THAT(reading.layer(1).channel_inactive(), ElementsAre(2000u, 0u, 2u * 2000u));
}

}  // namespace
}  // namespace reluserve::sparsity
