// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/model_statistics.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/repository/small_models.h"

namespace reluserve::metrics {
namespace {

using batching::ComputeTimes;
using batching::RequestRecord;
using testing::ElementsAre;
using testing::Key;

absl::Duration Us(int64_t us) { return absl::Microseconds(us); }

ComputeTimes Times(int64_t input_us, int64_t infer_us, int64_t output_us) {
  return {Us(input_us), Us(infer_us), Us(output_us)};
}

class ModelStatisticsTest : public ::testing::Test {
 protected:
  void Batch(int64_t samples, const ComputeTimes& compute,
             const std::vector<RequestRecord>& requests,
             const absl::Status& status = absl::OkStatus()) {
    const sparsity::Trace trace;
    statistics_.OnBatch({*model_, samples, compute, status, trace, requests});
  }

  ModelTotals Totals() const { return statistics_.Get("m", 7); }

  absl::Time now_ = absl::FromUnixMillis(5000);
  ModelStatistics statistics_{[this] { return now_; }};
  const std::shared_ptr<const repository::LoadedModel> model_ =
      repository::LoadSmall(repository::ReluBytes());
};

TEST_F(ModelStatisticsTest, IsZeroBeforeTheFirstRequest) {
  const ModelTotals totals = Totals();
  EXPECT_EQ(totals.inference_count, 0u);
  EXPECT_EQ(totals.success.count, 0u);
  EXPECT_EQ(totals.last_inference, absl::InfinitePast());
  EXPECT_TRUE(totals.batches.empty());
}

TEST_F(ModelStatisticsTest, CountsRequestsAndSamplesOfASharedBatch) {
  const ComputeTimes compute = Times(10, 1000, 20);
  Batch(3, compute, {{1, Us(300), compute}, {2, Us(100), compute}});
  const ModelTotals totals = Totals();
  EXPECT_EQ(totals.execution_count, 1u);
  EXPECT_EQ(totals.inference_count, 3u);
  EXPECT_EQ(totals.success.count, 2u);
  EXPECT_EQ(totals.success.ns, (300 + 100 + 2 * 1030) * 1000u);
  EXPECT_EQ(totals.queue.count, 2u);
  EXPECT_EQ(totals.queue.ns, 400'000u);
  EXPECT_EQ(totals.compute.infer.count, 2u);
  EXPECT_EQ(totals.compute.infer.ns, 2'000'000u);
  EXPECT_EQ(totals.last_inference, absl::FromUnixMillis(5000));
  ASSERT_THAT(totals.batches, ElementsAre(Key(3)));
  EXPECT_EQ(totals.batches.at(3).infer.count, 1u);
  EXPECT_EQ(totals.batches.at(3).output.ns, 20'000u);
}

TEST_F(ModelStatisticsTest, CountsARequestOfSeveralBatchesOnce) {
  Batch(8, Times(1, 10, 1), {});
  Batch(4, Times(1, 6, 1), {{12, Us(50), Times(2, 16, 2)}});
  const ModelTotals totals = Totals();
  EXPECT_EQ(totals.execution_count, 2u);
  EXPECT_EQ(totals.inference_count, 12u);
  EXPECT_EQ(totals.success.count, 1u);
  EXPECT_EQ(totals.success.ns, 70'000u);
  EXPECT_THAT(totals.batches, ElementsAre(Key(4), Key(8)));
}

TEST_F(ModelStatisticsTest, KeepsFailuresApart) {
  const absl::Status broken = absl::InternalError("broken");
  Batch(1, Times(1, 2, 0), {{1, Us(7), Times(1, 2, 0), broken}}, broken);
  statistics_.OnNotComputed(*model_, absl::DeadlineExceededError("late"), Us(90));
  const ModelTotals totals = Totals();
  EXPECT_EQ(totals.fail.count, 2u);
  EXPECT_EQ(totals.fail.ns, 100'000u);
  EXPECT_EQ(totals.success.count, 0u);
  EXPECT_EQ(totals.queue.count, 0u);
  EXPECT_EQ(totals.execution_count, 0u);
  EXPECT_EQ(totals.inference_count, 0u);
  EXPECT_EQ(totals.last_inference, absl::InfinitePast());
}

TEST_F(ModelStatisticsTest, TakesNoTimeForNegative) {
  Batch(1, Times(-5, 10, 3), {{1, Us(-1000), Times(-5, 10, 3)}});
  const ModelTotals totals = Totals();
  EXPECT_EQ(totals.queue.ns, 0u);
  EXPECT_EQ(totals.compute.input.ns, 0u);
  EXPECT_EQ(totals.success.ns, 13'000u);
}

TEST_F(ModelStatisticsTest, KeepsVersionsApart) {
  Batch(1, Times(1, 1, 1), {{1, Us(1), Times(1, 1, 1)}});
  EXPECT_EQ(statistics_.Get("m", 8).success.count, 0u);
  EXPECT_EQ(statistics_.Get("n", 7).success.count, 0u);
}

TEST_F(ModelStatisticsTest, ForgetsTheVersionAskedLongestAgo) {
  ModelStatistics statistics(absl::Now, /*max_models=*/2);
  const auto ask = [&](int64_t version) {
    repository::ModelSource source;
    source.name = "m";
    source.version = version;
    const std::string onnx = repository::ReluBytes();
    source.onnx = onnx;
    const auto model = repository::LoadedModel::Load(source).value();
    statistics.OnNotComputed(*model, absl::CancelledError(), Us(1));
  };
  ask(1);
  ask(2);
  ask(1);
  ask(3);
  EXPECT_EQ(statistics.Get("m", 1).fail.count, 2u);
  EXPECT_EQ(statistics.Get("m", 2).fail.count, 0u);
  EXPECT_EQ(statistics.Get("m", 3).fail.count, 1u);
}

// What makes perf_analyzer give up: counts that do not belong together.
TEST_F(ModelStatisticsTest, PublishesABatchInOneStep) {
  std::atomic<bool> done = false;
  std::thread lane([&] {
    const ComputeTimes compute = Times(1, 2, 3);
    for (int i = 0; i < 20'000; ++i) Batch(2, compute, {{1, Us(4), compute}, {1, Us(4), compute}});
    done = true;
  });
  uint64_t last = 0;
  while (!done) {
    const ModelTotals totals = Totals();
    EXPECT_EQ(totals.success.count, totals.compute.input.count);
    EXPECT_EQ(totals.success.count, totals.compute.infer.count);
    EXPECT_EQ(totals.success.count, totals.compute.output.count);
    EXPECT_EQ(totals.success.count, totals.queue.count);
    EXPECT_EQ(totals.success.count, 2 * totals.execution_count);
    EXPECT_EQ(totals.success.ns, totals.queue.ns + totals.compute.input.ns +
                                     totals.compute.infer.ns + totals.compute.output.ns);
    EXPECT_GE(totals.success.count, last);
    last = totals.success.count;
  }
  lane.join();
  EXPECT_EQ(Totals().success.count, 40'000u);
}

}  // namespace
}  // namespace reluserve::metrics
