// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// ModelStatistics as perf_analyzer reads it.

#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

class StatisticsTest : public BuiltinModelFixture {
 protected:
  inference::ModelStatistics Statistics() {
    const auto response = client().ModelStatistics("digits", "1");
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok() || response->model_stats_size() != 1) {
      ADD_FAILURE() << "expected the statistics of one model";
      return {};
    }
    return response->model_stats(0);
  }
};

TEST_F(StatisticsTest, CountsRequestsSamplesAndTimes) {
  const inference::ModelStatistics before = Statistics();
  constexpr uint64_t kRequests = 5;
  for (uint64_t i = 0; i < kRequests; ++i) {
    ASSERT_TRUE(client().ModelInfer(InferRequest(std::span(Digits()).first(3))).ok());
  }
  ASSERT_TRUE(client().Predict(PredictRequest(std::span(Digits()).first(1))).ok());
  const inference::ModelStatistics after = Statistics();
  EXPECT_EQ(after.name(), "digits");
  EXPECT_EQ(after.version(), "1");
  EXPECT_EQ(after.inference_count() - before.inference_count(), 3 * kRequests + 1);
  const uint64_t runs = after.execution_count() - before.execution_count();
  EXPECT_GE(runs, 1u);
  EXPECT_LE(runs, kRequests + 1);
  const auto& was = before.inference_stats();
  const auto& is = after.inference_stats();
  for (const auto& [earlier, later] :
       {std::pair(was.success(), is.success()), std::pair(was.queue(), is.queue()),
        std::pair(was.compute_input(), is.compute_input()),
        std::pair(was.compute_infer(), is.compute_infer()),
        std::pair(was.compute_output(), is.compute_output())}) {
    EXPECT_EQ(later.count() - earlier.count(), kRequests + 1);
  }
  EXPECT_EQ(is.fail().count(), was.fail().count());
  EXPECT_GT(is.compute_infer().ns(), was.compute_infer().ns());
  EXPECT_GE(is.success().ns(), is.queue().ns() + is.compute_input().ns() + is.compute_infer().ns() +
                                   is.compute_output().ns());
  uint64_t of_batches = 0;
  for (const auto& batch : after.batch_stats()) of_batches += batch.compute_infer().count();
  EXPECT_EQ(of_batches, after.execution_count());
  // Within the life of this test, and not in seconds or microseconds.
  EXPECT_GT(after.last_inference(), 1'700'000'000'000u);
  EXPECT_LT(after.last_inference(), 100'000'000'000'000u);
}

TEST_F(StatisticsTest, CountsRequestsThatFailed) {
  const uint64_t before = Statistics().inference_stats().fail().count();
  auto request = InferRequest(std::span(Digits()).first(1));
  request.mutable_inputs(0)->set_name("picture");
  EXPECT_FALSE(client().ModelInfer(request).ok());
  EXPECT_EQ(Statistics().inference_stats().fail().count(), before + 1);
}

TEST_F(StatisticsTest, NamesAllModelsOrTheOneAskedFor) {
  for (const auto& [name, version] :
       {std::pair("", ""), std::pair("digits", ""), std::pair("digits", "1")}) {
    const auto response = client().ModelStatistics(name, version);
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(response->model_stats_size(), 1) << name << version;
    EXPECT_EQ(response->model_stats(0).name(), "digits");
  }
  EXPECT_TRUE(absl::IsNotFound(client().ModelStatistics("digit").status()));
  EXPECT_TRUE(absl::IsNotFound(client().ModelStatistics("digits", "2").status()));
}

}  // namespace
}  // namespace reluserve::integration
