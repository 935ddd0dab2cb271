// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/skippable_work.h"

#include <gtest/gtest.h>

#include "tests/unit/sparsity/traces.h"

namespace reluserve::metrics {
namespace {

using sparsity::LayerOf;

// Two layers: one three quarters inactive, one half.
sparsity::Reading SomeReading() {
  const std::vector<int64_t> channels = {2, 1};
  sparsity::Reading reading;
  reading.layout = std::make_shared<const sparsity::CounterLayout>(channels);
  reading.counters.resize(reading.layout->size());
  reading.extremes.resize(2);
  for (int i = 0; i < 3; ++i) {
    AddLayer(LayerOf(20, {{20, 10}}), *reading.layout, 0, reading.counters, reading.extremes[0]);
    AddLayer(LayerOf(20, {{10}}), *reading.layout, 1, reading.counters, reading.extremes[1]);
  }
  return reading;
}

TEST(SkippableWorkTest, WeighsTheSourcesOfEachReader) {
  const std::vector<engine::SparseWork> readers = {
      {"conv", "Conv", 1000, {{0, 1.0}}},
      {"joined", "Conv", 1000, {{0, 0.4}, {1, 0.4}}},  // a fifth is not known to hold zeros
  };
  const SkippableWork work = SkippableWorkOf(readers, SomeReading());
  ASSERT_EQ(work.skippable_by_reader.size(), 2u);
  EXPECT_EQ(work.skippable_by_reader[0], 750);
  EXPECT_EQ(work.skippable_by_reader[1], 500);
  EXPECT_EQ(work.skippable_macs, 1250);
  EXPECT_EQ(work.reading_macs, 2000);
}

TEST(SkippableWorkTest, SkipsNothingBeforeTheFirstSample) {
  const std::vector<engine::SparseWork> readers = {{"conv", "Conv", 1000, {{0, 1.0}}}};
  const SkippableWork work = SkippableWorkOf(readers, sparsity::Reading());
  EXPECT_EQ(work.skippable_macs, 0);
  EXPECT_EQ(work.reading_macs, 1000);
}

TEST(SkippableWorkTest, ComparesDenseWithCompressedMemory) {
  const sparsity::Reading reading = SomeReading();
  // 40 elements, 30 of them zero: 160 bytes, or 5 for the bits and 40 for what is not zero.
  const ActivationMemory memory = ActivationMemoryOf(reading.layer(0), true);
  EXPECT_EQ(memory.dense_bytes, 160);
  EXPECT_EQ(memory.compressed_bytes, 45);
  EXPECT_EQ(memory.saved_bytes, 115);

  EXPECT_EQ(ActivationMemoryOf(reading.layer(0), false).compressed_bytes, 165);
  EXPECT_EQ(ActivationMemoryOf(reading.layer(0), false).saved_bytes, 0);
}

}  // namespace
}  // namespace reluserve::metrics
