// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/server_statistics.h"

#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

TEST(ServerStatisticsTest, SumsTheVersionsOfTheModel) {
  inference::ModelStatisticsResponse response;
  for (const char* name : {"digits", "other", "digits"}) {
    inference::ModelStatistics* statistics = response.add_model_stats();
    statistics->set_name(name);
    statistics->set_inference_count(40);
    statistics->set_execution_count(10);
    inference::InferStatistics* times = statistics->mutable_inference_stats();
    times->mutable_success()->set_count(20);
    times->mutable_success()->set_ns(1000);
    times->mutable_fail()->set_count(3);
    times->mutable_queue()->set_ns(100);
    times->mutable_compute_input()->set_ns(200);
    times->mutable_compute_infer()->set_ns(300);
    times->mutable_compute_output()->set_ns(400);
  }
  const ServerCounters counters = CountersOf(response, "digits");
  EXPECT_EQ(counters.success, 40);
  EXPECT_EQ(counters.fail, 6);
  EXPECT_EQ(counters.inferences, 80);
  EXPECT_EQ(counters.executions, 20);
  EXPECT_EQ(counters.total, Nanoseconds(2000));
  EXPECT_EQ(counters.queue, Nanoseconds(200));
  EXPECT_EQ(counters.compute_input, Nanoseconds(400));
  EXPECT_EQ(counters.compute_infer, Nanoseconds(600));
  EXPECT_EQ(counters.compute_output, Nanoseconds(800));
  EXPECT_EQ(CountersOf(response, "nothing").success, 0);
}

TEST(ServerStatisticsTest, GrowthIsTheDifference) {
  const ServerCounters begin = {
      .success = 10, .inferences = 40, .executions = 20, .queue = seconds(1)};
  const ServerCounters end = {.success = 30,
                              .fail = 1,
                              .inferences = 100,
                              .executions = 40,
                              .total = seconds(4),
                              .queue = seconds(3)};
  const auto growth = Growth(begin, end);
  ASSERT_TRUE(growth.has_value());
  EXPECT_EQ(growth->success, 20);
  EXPECT_EQ(growth->fail, 1);
  EXPECT_EQ(MeanOf(growth->queue, *growth), milliseconds(100));
  EXPECT_EQ(MeanOf(growth->total, *growth), milliseconds(200));
  EXPECT_EQ(MeanBatch(*growth), 3);
}

TEST(ServerStatisticsTest, AServerThatStartedAnewHasNoGrowth) {
  EXPECT_FALSE(Growth({.success = 10}, {.success = 9}).has_value());
  EXPECT_FALSE(Growth({.executions = 10}, {.executions = 9}).has_value());
  EXPECT_FALSE(Growth({.compute_infer = seconds(2)}, {.compute_infer = seconds(1)}).has_value());
}

TEST(ServerStatisticsTest, NothingComputedHasNoMean) {
  EXPECT_EQ(MeanOf(seconds(1), {}), Nanoseconds(0));
  EXPECT_EQ(MeanBatch({}), 0);
}

TEST(ServerStatisticsTest, CountersAdd) {
  ServerCounters sum = {.success = 1, .total = seconds(1)};
  sum += {.success = 2,
          .fail = 3,
          .inferences = 4,
          .executions = 5,
          .total = seconds(6),
          .queue = seconds(7),
          .compute_input = seconds(8),
          .compute_infer = seconds(9),
          .compute_output = seconds(10)};
  EXPECT_EQ(sum.success, 3);
  EXPECT_EQ(sum.fail, 3);
  EXPECT_EQ(sum.inferences, 4);
  EXPECT_EQ(sum.executions, 5);
  EXPECT_EQ(sum.total, seconds(7));
  EXPECT_EQ(sum.queue, seconds(7));
  EXPECT_EQ(sum.compute_input, seconds(8));
  EXPECT_EQ(sum.compute_infer, seconds(9));
  EXPECT_EQ(sum.compute_output, seconds(10));
}

}  // namespace
}  // namespace reluserve::load
