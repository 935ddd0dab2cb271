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

#include "tests/unit/repository/small_models.h"

namespace reluserve::batching {
namespace {

using repository::LoadedModel;
using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const LoadedModel> Model() {
  static const auto model = repository::LoadSmall(repository::ReluBytes());
  return model;
}

constexpr float kValues[3] = {-1.0f, 2.0f, -3.0f};

InferenceRequest Request(const float* values = kValues, int64_t batch = 1) {
  InferenceRequest request;
  request.model = Model();
  request.inputs = {{DataType::kFloat32, {batch, 3}, values}};
  return request;
}

std::unique_ptr<Scheduler> MakeScheduler(SchedulerOptions options = {}) {
  return Scheduler::Create(options).value();
}

// Waits for one answer.
class Answer {
 public:
  Completion Receiver() {
    return [this](absl::StatusOr<InferenceResult> result) {
      result_ = std::move(result);
      arrived_.Notify();
    };
  }
  const absl::StatusOr<InferenceResult>& Wait() {
    arrived_.WaitForNotification();
    return result_;
  }
  bool HasArrived() const { return arrived_.HasBeenNotified(); }

 private:
  absl::StatusOr<InferenceResult> result_;
  absl::Notification arrived_;
};

absl::StatusOr<InferenceResult> Answered(Scheduler& scheduler, InferenceRequest request) {
  Answer answer;
  const absl::Status status = scheduler.Submit(std::move(request), answer.Receiver());
  if (!status.ok()) return status;
  return answer.Wait();
}

// Keeps a lane busy from Occupy() until Release(): its completion does not return.
class Blocker {
 public:
  void Occupy(Scheduler& scheduler) {
    ASSERT_TRUE(scheduler
                    .Submit(Request(),
                            [this](const absl::StatusOr<InferenceResult>&) {
                              occupied_.Notify();
                              released_.WaitForNotification();
                            })
                    .ok());
    occupied_.WaitForNotification();
  }
  void Release() { released_.Notify(); }

 private:
  absl::Notification occupied_;
  absl::Notification released_;
};

TEST(SchedulerTest, RunsTheModelAndCountsItsActivations) {
  const auto scheduler = MakeScheduler();
  const float values[6] = {-1, 2, -3, 4, 5, -6};
  const absl::StatusOr<InferenceResult> result = Answered(*scheduler, Request(values, 2));
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

TEST(SchedulerTest, DoesNotComputeWhatNobodyWaitsFor) {
  const auto scheduler = MakeScheduler();
  int prepared = 0;
  InferenceRequest late = Request();
  late.deadline = absl::InfinitePast();
  InferenceRequest cancelled = Request();
  cancelled.cancelled = std::make_shared<const std::atomic<bool>>(true);
  InferenceRequest wanted = Request();
  wanted.cancelled = std::make_shared<const std::atomic<bool>>(false);
  for (InferenceRequest* request : {&late, &cancelled, &wanted}) {
    request->prepare = [&prepared] {
      ++prepared;
      return absl::OkStatus();
    };
  }
  EXPECT_EQ(Answered(*scheduler, late).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Answered(*scheduler, cancelled).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(prepared, 0);
  EXPECT_TRUE(Answered(*scheduler, wanted).ok());
  EXPECT_EQ(prepared, 1);
}

// Keeps what it is told.
class Recorder : public BatchObserver {
 public:
  struct Batch {
    std::string model;
    int64_t samples = 0;
    absl::StatusCode code;
    ComputeTimes compute;
    sparsity::Trace trace;
    std::vector<RequestRecord> requests;
  };

  void OnBatch(const BatchRecord& batch) override {
    batches.push_back({batch.model.name(),
                       batch.samples,
                       batch.status.code(),
                       batch.compute,
                       batch.trace,
                       {batch.requests.begin(), batch.requests.end()}});
  }
  void OnNotComputed(const LoadedModel& model, const absl::Status& status,
                     absl::Duration queue_time) override {
    EXPECT_EQ(model.name(), "m");
    EXPECT_GE(queue_time, absl::ZeroDuration());
    not_computed.push_back(status.code());
  }

  std::vector<Batch> batches;
  std::vector<absl::StatusCode> not_computed;
};

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

TEST(SchedulerTest, TellsTheObserverWhatWasNotComputed) {
  Recorder recorder;
  const auto scheduler = Scheduler::Create({.queue_capacity = 1}, &recorder).value();
  InferenceRequest late = Request();
  late.deadline = absl::InfinitePast();
  EXPECT_FALSE(Answered(*scheduler, late).ok());
  InferenceRequest cancelled = Request();
  cancelled.cancelled = std::make_shared<const std::atomic<bool>>(true);
  EXPECT_FALSE(Answered(*scheduler, cancelled).ok());
  InferenceRequest unreadable = Request();
  unreadable.prepare = [] { return absl::InvalidArgumentError("no picture"); };
  EXPECT_FALSE(Answered(*scheduler, unreadable).ok());
  Blocker blocker;
  blocker.Occupy(*scheduler);
  Answer waiting;
  EXPECT_TRUE(scheduler->Submit(Request(), waiting.Receiver()).ok());
  EXPECT_FALSE(scheduler->Submit(Request(), Completion()).ok());
  blocker.Release();
  EXPECT_TRUE(waiting.Wait().ok());
  EXPECT_THAT(
      recorder.not_computed,
      ElementsAre(absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kCancelled,
                  absl::StatusCode::kInvalidArgument, absl::StatusCode::kResourceExhausted));
}

TEST(SchedulerTest, AnswersWhatExpiresWhileItWaits) {
  Recorder recorder;
  const auto scheduler = Scheduler::Create({}, &recorder).value();
  Blocker blocker;
  blocker.Occupy(*scheduler);
  Answer patient;
  ASSERT_TRUE(scheduler->Submit(Request(), patient.Receiver()).ok());
  // The second is due before the first, for which the timer is set by then.
  Answer later;
  Answer sooner;
  InferenceRequest request = Request();
  request.deadline = absl::Now() + absl::Milliseconds(40);
  ASSERT_TRUE(scheduler->Submit(request, later.Receiver()).ok());
  request.deadline = absl::InfiniteFuture();
  request.timeout = absl::Milliseconds(5);
  ASSERT_TRUE(scheduler->Submit(request, sooner.Receiver()).ok());
  // No lane is free.
  EXPECT_EQ(sooner.Wait().status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(later.Wait().status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(sooner.Wait().status().message()), HasSubstr("timeout"));
  EXPECT_THAT(std::string(later.Wait().status().message()), HasSubstr("deadline"));
  EXPECT_FALSE(patient.HasArrived());
  blocker.Release();
  EXPECT_TRUE(patient.Wait().ok());
  EXPECT_EQ(recorder.not_computed.size(), 2u);
}

TEST(SchedulerTest, AnswersWhatIsCancelledWhileItWaits) {
  const auto scheduler = MakeScheduler();
  scheduler->NoteCancellation();  // of nothing
  Blocker blocker;
  blocker.Occupy(*scheduler);
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  InferenceRequest request = Request();
  request.cancelled = cancelled;
  Answer answer;
  ASSERT_TRUE(scheduler->Submit(request, answer.Receiver()).ok());
  cancelled->store(true);
  scheduler->NoteCancellation();
  EXPECT_EQ(answer.Wait().status().code(), absl::StatusCode::kCancelled) << "no lane is free";
  blocker.Release();
  EXPECT_TRUE(Answered(*scheduler, Request()).ok());
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

TEST(SchedulerTest, TakesHigherPrioritiesFirst) {
  repository::BatchingOptions batching;
  batching.priority_levels = 3;
  batching.default_priority_level = 2;
  const auto model = repository::LoadSmall(repository::ReluBytes(), {}, batching);
  const auto scheduler = MakeScheduler();
  Blocker blocker;
  blocker.Occupy(*scheduler);
  std::vector<uint64_t> order;
  std::vector<Answer> answers(6);
  size_t submitted = 0;
  for (const uint64_t priority : {3, 0, 1, 2, 99, 1}) {
    InferenceRequest request = Request();
    request.model = model;
    request.priority = priority;
    request.prepare = [&order, priority] {
      order.push_back(priority);
      return absl::OkStatus();
    };
    ASSERT_TRUE(scheduler->Submit(request, answers[submitted++].Receiver()).ok());
  }
  blocker.Release();
  for (Answer& answer : answers) EXPECT_TRUE(answer.Wait().ok());
  EXPECT_THAT(order, ElementsAre(1, 1, 0, 2, 3, 99));
}

TEST(SchedulerTest, ATimeoutEndsAsTheModelsPolicySays) {
  struct Row {
    std::string name;
    int64_t default_us;
    bool allow_override;
    absl::Duration timeout;
    bool computed;
  };
  // What waits behind a busy lane until the shortest unit of time has passed.
  const Row rows[] = {
      {"none", 0, true, absl::ZeroDuration(), true},
      {"its own", 0, true, absl::Nanoseconds(1), false},
      {"its own, not allowed", 0, false, absl::Nanoseconds(1), true},
      {"the policy's", 1, true, absl::ZeroDuration(), false},
      {"longer than the policy's", 1, true, absl::Hours(1), false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    repository::BatchingOptions batching;
    batching.default_queue_policy.default_timeout_us = row.default_us;
    batching.default_queue_policy.allow_timeout_override = row.allow_override;
    InferenceRequest request = Request();
    request.model = repository::LoadSmall(repository::ReluBytes(), {}, batching);
    request.timeout = row.timeout;
    const auto scheduler = MakeScheduler();
    Blocker blocker;
    blocker.Occupy(*scheduler);
    Answer answer;
    const absl::Time submitted = absl::Now();
    ASSERT_TRUE(scheduler->Submit(request, answer.Receiver()).ok());
    while (absl::Now() < submitted + absl::Microseconds(50)) {
    }
    blocker.Release();
    EXPECT_EQ(answer.Wait().status().code(),
              row.computed ? absl::StatusCode::kOk : absl::StatusCode::kDeadlineExceeded);
  }
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

TEST(SchedulerTest, RefusesMoreRequestsThanMayWait) {
  SchedulerOptions options;
  options.queue_capacity = 2;
  const auto scheduler = MakeScheduler(options);
  Blocker blocker;
  blocker.Occupy(*scheduler);
  Answer first;
  Answer second;
  Answer refused;
  EXPECT_TRUE(scheduler->Submit(Request(), first.Receiver()).ok());
  EXPECT_TRUE(scheduler->Submit(Request(), second.Receiver()).ok());
  const absl::Status status = scheduler->Submit(Request(), refused.Receiver());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("2 requests wait and 24 bytes"));
  blocker.Release();
  EXPECT_TRUE(first.Wait().ok());
  EXPECT_TRUE(second.Wait().ok());
  EXPECT_FALSE(refused.HasArrived());
}

TEST(SchedulerTest, RefusesMoreBytesThanMayWait) {
  SchedulerOptions options;
  options.admitted_bytes = 30;  // a request has 12
  const auto scheduler = MakeScheduler(options);
  Blocker blocker;
  blocker.Occupy(*scheduler);
  Answer first;
  Answer second;
  EXPECT_TRUE(scheduler->Submit(Request(), first.Receiver()).ok());
  EXPECT_TRUE(scheduler->Submit(Request(), second.Receiver()).ok());
  EXPECT_EQ(scheduler->Submit(Request(), Completion()).code(),
            absl::StatusCode::kResourceExhausted);
  blocker.Release();
  EXPECT_TRUE(first.Wait().ok());
  EXPECT_TRUE(second.Wait().ok());
  // What was taken from the queue counts no more, and one alone may be larger than the limit.
  const std::vector<float> large(12, 1.5f);
  EXPECT_TRUE(Answered(*scheduler, Request(large.data(), 4)).ok());
}

TEST(SchedulerTest, DrainsWhatItAccepted) {
  const auto scheduler = MakeScheduler();
  Blocker blocker;
  blocker.Occupy(*scheduler);
  Answer waiting;
  EXPECT_TRUE(scheduler->Submit(Request(), waiting.Receiver()).ok());
  EXPECT_FALSE(scheduler->Drain(absl::InfinitePast())) << "one runs and one waits";
  EXPECT_EQ(scheduler->Submit(Request(), Completion()).code(), absl::StatusCode::kUnavailable);
  blocker.Release();
  EXPECT_TRUE(scheduler->Drain(absl::InfiniteFuture()));
  ASSERT_TRUE(waiting.HasArrived());
  EXPECT_TRUE(waiting.Wait().ok());
}

TEST(SchedulerTest, AnswersWhatWaitsWhenItEnds) {
  auto scheduler = MakeScheduler();
  Blocker blocker;
  blocker.Occupy(*scheduler);
  absl::Status answer;
  EXPECT_TRUE(scheduler
                  ->Submit(Request(),
                           [&](const absl::StatusOr<InferenceResult>& result) {
                             answer = result.status();
                             blocker.Release();  // the lane can end only now
                           })
                  .ok());
  scheduler.reset();
  EXPECT_EQ(answer.code(), absl::StatusCode::kUnavailable);
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
