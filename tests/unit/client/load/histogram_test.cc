// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/histogram.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

TEST(HistogramTest, BucketsTileTheRangeAndAreNarrow) {
  Nanoseconds next{0};
  int64_t buckets = 0;
  while (next <= Histogram::kMax) {
    const Nanoseconds lowest = Histogram::LowestOf(next);
    const Nanoseconds highest = Histogram::HighestOf(next);
    ASSERT_EQ(lowest, next);
    ASSERT_GE(highest, lowest);
    ASSERT_EQ(Histogram::LowestOf(highest), lowest);
    ASSERT_EQ(Histogram::HighestOf(lowest), highest);
    ASSERT_LE((highest - lowest + Nanoseconds(1)).count() * 256,
              std::max<int64_t>(256, lowest.count()));
    next = highest + Nanoseconds(1);
    ++buckets;
  }
  EXPECT_EQ(buckets, 512 + 39 * 256);
}

TEST(HistogramTest, PercentilesAreOfTheBucketOfTheNearestRank) {
  for (const int count : {1, 2, 3, 10, 99, 100, 101, 1000, 12345}) {
    for (const uint64_t seed : {1, 2}) {
      SCOPED_TRACE(testing::Message() << count << " values, seed " << seed);
      std::mt19937_64 generator(seed);
      Histogram histogram;
      std::vector<Nanoseconds> values;
      for (int i = 0; i < count; ++i) {
        // Of every size from nanoseconds to minutes.
        const Nanoseconds value(static_cast<int64_t>(generator() >> (28 + generator() % 36)));
        values.push_back(value);
        histogram.Record(value);
      }
      for (const double percent : {0.0, 0.1, 25.0, 50.0, 90.0, 95.0, 99.0, 99.9, 100.0}) {
        const Nanoseconds truth = NearestRank(values, percent);
        const Nanoseconds reported = histogram.Percentile(percent);
        EXPECT_GE(reported, truth) << percent;
        EXPECT_LE(reported, Histogram::HighestOf(truth)) << percent;
      }
      EXPECT_EQ(histogram.Percentile(100), histogram.max());
    }
  }
}

TEST(HistogramTest, RanksAreNotShiftedByRounding) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Record(Nanoseconds(i < 1000 ? 5 : 300));
  EXPECT_EQ(histogram.Percentile(99.9), Nanoseconds(5));
  EXPECT_EQ(histogram.Percentile(99.91), Nanoseconds(300));
}

TEST(HistogramTest, ExactFigures) {
  Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.Percentile(99), Nanoseconds(0));
  EXPECT_EQ(histogram.mean(), Nanoseconds(0));
  histogram.Record(milliseconds(30));
  histogram.Record(milliseconds(10));
  histogram.Record(milliseconds(50));
  EXPECT_EQ(histogram.min(), milliseconds(10));
  EXPECT_EQ(histogram.max(), milliseconds(50));
  EXPECT_EQ(histogram.mean(), milliseconds(30));
  EXPECT_DOUBLE_EQ(histogram.ShareUpTo(milliseconds(9)), 0);
  EXPECT_DOUBLE_EQ(histogram.ShareUpTo(milliseconds(30)), 2.0 / 3);
  EXPECT_DOUBLE_EQ(histogram.ShareUpTo(seconds(1)), 1);
}

TEST(HistogramTest, ValuesOutOfRangeAreClamped) {
  Histogram histogram;
  histogram.Record(Nanoseconds(-5));
  histogram.Record(Nanoseconds::max());
  EXPECT_EQ(histogram.min(), Nanoseconds(0));
  EXPECT_EQ(histogram.max(), Histogram::kMax);
}

TEST(HistogramTest, MergingIsRecordingTogether) {
  Histogram all;
  Histogram first;
  Histogram second;
  for (int i = 1; i < 500; ++i) {
    const Nanoseconds value = microseconds(i * i);
    all.Record(value);
    (i % 3 == 0 ? first : second).Record(value);
  }
  first.Merge(second);
  first.Merge(Histogram());
  EXPECT_EQ(first.Buckets(), all.Buckets());
  EXPECT_EQ(first.mean(), all.mean());
  EXPECT_EQ(first.min(), all.min());
  EXPECT_EQ(first.max(), all.max());
}

TEST(HistogramTest, ComesBackFromItsBuckets) {
  Histogram histogram;
  for (int i = 1; i < 500; ++i) histogram.Record(microseconds(i * 37 % 1000));
  Histogram again;
  for (const auto& [lowest, count] : histogram.Buckets()) {
    ASSERT_TRUE(again.AddBucket(lowest, count).ok());
  }
  ASSERT_TRUE(again.SetExact(histogram.min(), histogram.max(), histogram.mean()).ok());
  for (const double percent : {0.0, 50.0, 99.0, 100.0}) {
    EXPECT_EQ(again.Percentile(percent), histogram.Percentile(percent));
  }
  EXPECT_EQ(again.mean(), histogram.mean());
}

TEST(HistogramTest, RefusesBucketsThatAreNone) {
  Histogram histogram;
  EXPECT_FALSE(histogram.AddBucket(Nanoseconds(-1), 1).ok());
  EXPECT_FALSE(histogram.AddBucket(Nanoseconds(513), 1).ok());
  EXPECT_FALSE(histogram.AddBucket(Nanoseconds::max(), 1).ok());
  EXPECT_FALSE(histogram.AddBucket(Nanoseconds(5), 0).ok());
  EXPECT_FALSE(histogram.AddBucket(Nanoseconds(5), -3).ok());
  EXPECT_FALSE(histogram.AddBucket(Nanoseconds(5), int64_t{1} << 62).ok());
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_FALSE(histogram.SetExact(Nanoseconds(0), Nanoseconds(1), Nanoseconds(1)).ok());
  ASSERT_TRUE(histogram.AddBucket(Nanoseconds(5), 2).ok());
  EXPECT_FALSE(histogram.SetExact(Nanoseconds(4), Nanoseconds(5), Nanoseconds(5)).ok());
  EXPECT_FALSE(histogram.SetExact(Nanoseconds(5), Nanoseconds(5), Nanoseconds(6)).ok());
  EXPECT_TRUE(histogram.SetExact(Nanoseconds(5), Nanoseconds(5), Nanoseconds(5)).ok());
}

}  // namespace
}  // namespace reluserve::load
