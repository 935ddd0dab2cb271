// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/scheduler.h"

#include <omp.h>

#include <algorithm>
#include <thread>
#include <utility>

#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/batching/scheduler_fixture.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::batching {
namespace {

using testing::ElementsAre;

TEST(SchedulerTest, RunsTheModelAndCountsItsActivations) {
  const auto scheduler = MakeScheduler();
  const float values[6] = {-1, 2, -3, 4, 5, -6};
  const absl::StatusOr<KeptResult> result = Answered(*scheduler, Request(values, 2));
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->outputs.size(), 1u);
  EXPECT_EQ(result->outputs[0].shape(), (Shape{2, 3}));
  EXPECT_THAT(result->outputs[0].values<float>(), ElementsAre(0, 2, 0, 4, 5, 0));
  ASSERT_EQ(result->trace.layers.size(), 1u);
  EXPECT_THAT(result->trace.layers[0].inactive, ElementsAre(1, 0, 1, 0, 0, 1));
  EXPECT_GE(result->queue_time, absl::ZeroDuration());
  EXPECT_GE(result->compute.input, absl::ZeroDuration());
  EXPECT_GT(result->compute.infer, absl::ZeroDuration());
}

TEST(SchedulerTest, AnswersEachRequestWithItsOwnData) {
  SchedulerOptions options;
  options.lanes = 2;
  options.queue_capacity = 1000;
  const auto scheduler = MakeScheduler(options);
  constexpr int kThreads = 4;
  constexpr int kRequests = 50;
  std::vector<std::thread> clients;
  for (int thread = 0; thread < kThreads; ++thread) {
    clients.emplace_back([&scheduler, thread] {
      for (int i = 0; i < kRequests; ++i) {
        const float own = static_cast<float>(thread * kRequests + i + 1);
        const float values[3] = {own, -own, 2 * own};
        const auto result = Answered(*scheduler, Request(values));
        ASSERT_TRUE(result.ok()) << result.status();
        EXPECT_THAT(result->outputs[0].values<float>(), ElementsAre(own, 0, 2 * own));
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

TEST(SchedulerTest, TellsTheObserverWhatWasComputed) {
  Recorder recorder;
  const auto scheduler = Scheduler::Create({}, &recorder).value();
  const float values[6] = {-1, 2, -3, 4, 5, -6};
  ASSERT_TRUE(Answered(*scheduler, Request(values, 2)).ok());
  InferenceRequest impossible = Request();
  impossible.inputs[0].shape = {1, 2};
  ASSERT_FALSE(Answered(*scheduler, impossible).ok());
  ASSERT_EQ(recorder.batches.size(), 2u);
  const Recorder::Batch& good = recorder.batches[0];
  EXPECT_EQ(good.model, "m");
  EXPECT_EQ(good.samples, 2);
  EXPECT_EQ(good.code, absl::StatusCode::kOk);
  EXPECT_GT(good.compute.infer, absl::ZeroDuration());
  EXPECT_THAT(good.trace.layers.at(0).inactive, ElementsAre(1, 0, 1, 0, 0, 1));
  ASSERT_EQ(good.requests.size(), 1u);
  EXPECT_EQ(good.requests[0].samples, 2);
  EXPECT_TRUE(good.requests[0].status.ok());
  EXPECT_EQ(good.requests[0].compute.infer, good.compute.infer);
  const Recorder::Batch& failed = recorder.batches[1];
  EXPECT_EQ(failed.code, absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(failed.trace.layers.empty());
  EXPECT_EQ(failed.requests.at(0).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(recorder.not_computed.empty());
}

TEST(SchedulerTest, RequestsThatWaitShareABatch) {
  Recorder recorder;
  const auto scheduler = Scheduler::Create({}, &recorder).value();
  Blocker blocker;
  blocker.Occupy(*scheduler);
  const float values[3][6] = {{1, -2, 3, -4, 5, -6}, {-7, 8, -9}, {10, 11, -12, 13, 14, -15}};
  Answer answers[3];
  for (int i = 0; i < 3; ++i) {
    InferenceRequest request = Request(values[i], i == 1 ? 1 : 2);
    request.wants_trace = i != 1;
    ASSERT_TRUE(scheduler->Submit(request, answers[i].Receiver()).ok());
  }
  blocker.Release();
  for (Answer& answer : answers) ASSERT_TRUE(answer.Wait().ok());
  EXPECT_THAT(answers[0].Wait()->outputs[0].values<float>(), ElementsAre(1, 0, 3, 0, 5, 0));
  EXPECT_THAT(answers[1].Wait()->outputs[0].values<float>(), ElementsAre(0, 8, 0));
  EXPECT_THAT(answers[2].Wait()->outputs[0].values<float>(), ElementsAre(10, 11, 0, 13, 14, 0));
  EXPECT_THAT(answers[0].Wait()->trace.layers.at(0).inactive, ElementsAre(0, 1, 0, 1, 0, 1));
  EXPECT_TRUE(answers[1].Wait()->trace.layers.empty()) << "was not asked for";
  EXPECT_THAT(answers[2].Wait()->trace.layers.at(0).inactive, ElementsAre(0, 0, 1, 0, 0, 1));
  ASSERT_EQ(recorder.batches.size(), 2u);
  EXPECT_EQ(recorder.batches[1].samples, 5);
  EXPECT_EQ(recorder.batches[1].requests.size(), 3u);
  EXPECT_THAT(recorder.batches[1].trace.layers.at(0).inactive,
              ElementsAre(0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1));
}

TEST(SchedulerTest, ALargeRequestIsComputedInSeveralBatches) {
  Recorder recorder;
  const auto scheduler = Scheduler::Create({}, &recorder).value();
  constexpr int kSamples = 19;
  std::vector<float> values;
  std::vector<float> expected;
  for (int i = 0; i < 3 * kSamples; ++i) {
    values.push_back(static_cast<float>(i % 2 == 0 ? i + 1 : -i));
    expected.push_back(std::max(0.0f, values.back()));
  }
  int prepared = 0;
  InferenceRequest request = Request(values.data(), kSamples);
  request.prepare = [&prepared] {
    ++prepared;
    return absl::OkStatus();
  };
  const auto result = Answered(*scheduler, request);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(prepared, 1);
  EXPECT_EQ(result->outputs[0].shape(), (Shape{kSamples, 3}));
  EXPECT_THAT(result->outputs[0].values<float>(), testing::ElementsAreArray(expected));
  EXPECT_EQ(result->trace.layers.at(0).samples, kSamples);
  EXPECT_EQ(result->trace.layers.at(0).inactive.size(), 3u * kSamples);
  ASSERT_EQ(recorder.batches.size(), 3u);
  EXPECT_EQ(recorder.batches[0].samples, 8);
  EXPECT_TRUE(recorder.batches[0].requests.empty());
  EXPECT_EQ(recorder.batches[2].samples, 3);
  ASSERT_EQ(recorder.batches[2].requests.size(), 1u);
  EXPECT_EQ(recorder.batches[2].requests[0].samples, kSamples);
  EXPECT_GT(recorder.batches[2].requests[0].compute.infer, recorder.batches[2].compute.infer);
}

TEST(SchedulerTest, OneThatCannotBePreparedDoesNotHurtTheOthersOfItsBatch) {
  const auto scheduler = MakeScheduler();
  Blocker blocker;
  blocker.Occupy(*scheduler);
  const float values[3][3] = {{1, -2, 3}, {-7, 8, -9}, {10, 11, -12}};
  Answer answers[3];
  for (int i = 0; i < 3; ++i) {
    InferenceRequest request = Request(values[i]);
    if (i == 1) request.prepare = [] { return absl::InvalidArgumentError("no picture"); };
    ASSERT_TRUE(scheduler->Submit(request, answers[i].Receiver()).ok());
  }
  blocker.Release();
  EXPECT_EQ(answers[1].Wait().status(), absl::InvalidArgumentError("no picture"));
  ASSERT_TRUE(answers[0].Wait().ok());
  ASSERT_TRUE(answers[2].Wait().ok());
  EXPECT_THAT(answers[0].Wait()->outputs[0].values<float>(), ElementsAre(1, 0, 3));
  EXPECT_THAT(answers[2].Wait()->outputs[0].values<float>(), ElementsAre(10, 11, 0));
}

TEST(SchedulerTest, PreparesInputsBeforeItReadsThem) {
  const auto scheduler = MakeScheduler();
  float values[3] = {};
  InferenceRequest request = Request(values);
  request.prepare = [&values] {
    values[1] = 8;
    return absl::OkStatus();
  };
  const auto result = Answered(*scheduler, request);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->outputs[0].values<float>(), ElementsAre(0, 8, 0));

  request.prepare = [] { return absl::InvalidArgumentError("no picture"); };
  EXPECT_EQ(Answered(*scheduler, request).status(), absl::InvalidArgumentError("no picture"));
}

TEST(SchedulerTest, ReportsWhatTheModelCannotTake) {
  const auto scheduler = MakeScheduler();
  InferenceRequest request = Request();
  request.inputs[0].shape = {1, 2};
  EXPECT_EQ(Answered(*scheduler, request).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Answered(*scheduler, Request()).ok()) << "the lane goes on";
}

TEST(SchedulerTest, LanesComputeWithTheirThreadsAndFlushDenormals) {
  SchedulerOptions options;
  options.threads_per_lane = 2;
  const auto scheduler = MakeScheduler(options);
  int threads = 0;
  int flushed = 0;
  InferenceRequest request = Request();
  request.prepare = [&] {
#pragma omp parallel reduction(+ : threads, flushed)
    {
      volatile float smallest_normal = 1.17549435e-38f;
      volatile float half = smallest_normal * 0.5f;
      ++threads;
      if (half == 0.0f) ++flushed;
    }
    return absl::OkStatus();
  };
  ASSERT_TRUE(Answered(*scheduler, request).ok());
  EXPECT_EQ(threads, 2);
  EXPECT_EQ(flushed, 2);
}

TEST(SchedulerTest, ChecksItsOptions) {
  struct Row {
    SchedulerOptions options;
    std::string message;
  };
  const Row rows[] = {
      {{.lanes = 0}, "lanes is 0, expected at least 1"},
      {{.threads_per_lane = -1}, "threads_per_lane is -1, expected at least 1"},
      {{.queue_capacity = 0}, "queue_capacity is 0, expected at least 1"},
      {{.admitted_bytes = 0}, "admitted_bytes is 0, expected at least 1"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Scheduler::Create(row.options).status(), absl::InvalidArgumentError(row.message));
  }
}

}  // namespace
}  // namespace reluserve::batching
