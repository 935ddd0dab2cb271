// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/drift.h"

#include <gtest/gtest.h>

#include "tests/unit/sparsity/traces.h"

namespace reluserve::sparsity {
namespace {

constexpr int kLayers = 20;

// `samples` of a network of kLayers layers, each with another mean sparsity, moved by `shift`.
Reading RandomReading(uint32_t seed, int samples, double shift) {
  std::mt19937 random(seed);
  const std::vector<int64_t> channels(kLayers, 8);
  Reading reading;
  reading.layout = std::make_shared<const CounterLayout>(channels);
  reading.counters.resize(reading.layout->size());
  reading.extremes.resize(kLayers);
  for (int sample = 0; sample < samples; ++sample) {
    for (size_t layer = 0; layer < kLayers; ++layer) {
      const double mean = 0.2 + 0.03 * static_cast<double>(layer) + shift;
      AddLayer(LayerOf(50, {RandomSample(random, mean, 8, 50)}), *reading.layout, layer,
               reading.counters, reading.extremes[layer]);
    }
  }
  return reading;
}

TEST(DriftTest, RaisesNoAlarmForTheSameDistribution) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const Reading baseline = RandomReading(2 * seed, 300, 0.0);
    const std::vector<LayerDrift> drift =
        MeasureDrift(RandomReading(2 * seed + 1, 100 + 20 * static_cast<int>(seed), 0.0), baseline);
    ASSERT_EQ(drift.size(), size_t{kLayers});
    for (const LayerDrift& layer : drift) {
      EXPECT_TRUE(layer.measured);
      EXPECT_GT(layer.distance, 0.0) << "the comparison should be of different samples";
      EXPECT_FALSE(layer.drifting)
          << "seed " << seed << ": " << layer.distance << " > " << layer.threshold;
    }
  }
}

TEST(DriftTest, RaisesTheAlarmForAShift) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const std::vector<LayerDrift> drift =
        MeasureDrift(RandomReading(2 * seed, 200, 0.1), RandomReading(2 * seed + 1, 200, 0.0));
    EXPECT_TRUE(AnyDrift(drift)) << "seed " << seed;
  }
}

TEST(DriftTest, SaysNothingOfFewSamples) {
  const Reading baseline = RandomReading(1, 200, 0.0);
  const std::vector<LayerDrift> drift = MeasureDrift(RandomReading(2, 49, 0.5), baseline);
  EXPECT_FALSE(drift[0].measured);
  EXPECT_FALSE(AnyDrift(drift));
  EXPECT_EQ(drift[0].live_samples, 49u);
  EXPECT_TRUE(AnyDrift(MeasureDrift(RandomReading(2, 50, 0.5), baseline)));
}

TEST(DriftTest, IgnoresWhatIsSignificantButSmall) {
  Reading a = RandomReading(3, 200, 0.0);
  Reading b = RandomReading(4, 200, 0.02);
  // As if each sample had come 100000 times: chance explains nothing any more.
  for (uint64_t& count : a.counters) count *= 100000;
  for (uint64_t& count : b.counters) count *= 100000;
  DriftOptions options;
  options.min_distance = 0.4;
  EXPECT_FALSE(AnyDrift(MeasureDrift(a, b, options)));
  options.min_distance = 0.0;
  EXPECT_TRUE(AnyDrift(MeasureDrift(a, b, options)));
}

TEST(DriftTest, MeasuresTheDistanceBetweenCumulativeShares) {
  const std::vector<int64_t> channels = {1};
  Reading a, b;
  for (Reading* reading : {&a, &b}) {
    reading->layout = std::make_shared<const CounterLayout>(channels);
    reading->counters.resize(reading->layout->size());
    reading->extremes.resize(1);
  }
  const auto add = [](Reading& reading, uint32_t inactive, int times) {
    for (int i = 0; i < times; ++i) {
      AddLayer(LayerOf(10, {{inactive}}), *reading.layout, 0, reading.counters,
               reading.extremes[0]);
    }
  };
  add(a, 2, 75);
  add(a, 8, 25);
  add(b, 2, 25);
  add(b, 8, 75);
  EXPECT_DOUBLE_EQ(MeasureDrift(a, b)[0].distance, 0.5);
  EXPECT_DOUBLE_EQ(MeasureDrift(a, a)[0].distance, 0.0);
}

}  // namespace
}  // namespace reluserve::sparsity
