// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/sliding_window.h"

#include <algorithm>
#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace reluserve::sparsity {
namespace {

constexpr absl::Duration kSlot = absl::Seconds(10);
constexpr int kSlots = 6;

// A window over one counter.
class OneCounter {
 public:
  explicit OneCounter(absl::Time now, uint64_t start = 0)
      : counter_({start}), window_(kSlot, kSlots, counter_, 1, now) {}

  void Count(absl::Time now, uint64_t amount, double sparsity) {
    window_.Advance(now, counter_);
    counter_[0] += amount;
    window_.running_extremes()[0].Merge({sparsity, sparsity});
  }

  uint64_t Read(absl::Time now) {
    window_.Advance(now, counter_);
    std::vector<uint64_t> difference;
    std::vector<Extremes> extremes;
    begin = window_.Read(counter_, difference, extremes);
    extreme = extremes[0];
    return difference[0];
  }

  absl::Time begin;
  Extremes extreme;

 private:
  std::vector<uint64_t> counter_;
  SlidingWindow window_;
};

absl::Time At(int64_t seconds) { return absl::UnixEpoch() + absl::Seconds(1000 + seconds); }

TEST(SlidingWindowTest, ForgetsWhatIsOlder) {
  OneCounter counter(At(0));
  counter.Count(At(1), 5, 0.1);
  counter.Count(At(25), 7, 0.6);
  EXPECT_EQ(counter.Read(At(30)), 12u);
  EXPECT_EQ(counter.begin, At(0)) << "not from before it began";
  EXPECT_EQ(counter.Read(At(69)), 12u);
  EXPECT_EQ(counter.extreme.min, 0.1);
  EXPECT_EQ(counter.Read(At(70)), 7u);
  EXPECT_EQ(counter.begin, At(10));
  EXPECT_EQ(counter.extreme.min, 0.6);
  EXPECT_EQ(counter.Read(At(1000)), 0u);
  EXPECT_GT(counter.extreme.min, counter.extreme.max) << "nothing was counted";
}

TEST(SlidingWindowTest, LeavesOutWhatWasCountedBeforeItBegan) {
  OneCounter counter(At(0), 1000000);
  counter.Count(At(1), 5, 0.5);
  EXPECT_EQ(counter.Read(At(2)), 5u);
}

TEST(SlidingWindowTest, TakesATimeThatGoesBackForTheLatest) {
  OneCounter counter(At(0));
  counter.Count(At(35), 1, 0.5);
  counter.Count(At(5), 2, 0.5);
  EXPECT_EQ(counter.Read(At(90)), 3u);
  EXPECT_EQ(counter.Read(At(100)), 0u);
}

// Against keeping every event, with bursts and pauses longer than the window.
TEST(SlidingWindowTest, AgreesWithKeepingEverything) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    OneCounter counter(At(0));
    std::vector<std::pair<int64_t, uint64_t>> events;
    int64_t now = 0;
    uint64_t nonzero = 0;
    for (int i = 0; i < 2000; ++i) {
      now += random() % 50 == 0 ? static_cast<int64_t>(random() % 300)
                                : static_cast<int64_t>(random() % 5);
      const uint64_t amount = 1 + random() % 9;
      const double sparsity = static_cast<double>(random() % 1000) / 1000.0;
      counter.Count(At(now), amount, sparsity);
      events.emplace_back(now, amount);
      if (i % 7 != 0) continue;
      now += static_cast<int64_t>(random() % 20);
      const int64_t begin = (now / 10 - kSlots) * 10;
      uint64_t expected = 0;
      for (const auto& [time, count] : events) expected += time >= begin ? count : 0;
      ASSERT_EQ(counter.Read(At(now)), expected) << "seed " << seed << " event " << i;
      nonzero += expected > 0 ? 1 : 0;
    }
    EXPECT_GT(nonzero, 100u);
  }
}

}  // namespace
}  // namespace reluserve::sparsity
