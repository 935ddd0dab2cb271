// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Requests that wait: whose turn it is, which are refused, and what ends them before they are
// computed.

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
using testing::HasSubstr;

TEST(SchedulerWaitingTest, DoesNotComputeWhatNobodyWaitsFor) {
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

TEST(SchedulerWaitingTest, TellsTheObserverWhatWasNotComputed) {
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

TEST(SchedulerWaitingTest, AnswersWhatExpiresWhileItWaits) {
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

TEST(SchedulerWaitingTest, AnswersWhatIsCancelledWhileItWaits) {
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

TEST(SchedulerWaitingTest, TakesHigherPrioritiesFirst) {
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

TEST(SchedulerWaitingTest, ATimeoutEndsAsTheModelsPolicySays) {
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

TEST(SchedulerWaitingTest, RefusesMoreRequestsThanMayWait) {
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

TEST(SchedulerWaitingTest, RefusesMoreBytesThanMayWait) {
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

TEST(SchedulerWaitingTest, DrainsWhatItAccepted) {
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

TEST(SchedulerWaitingTest, AnswersWhatWaitsWhenItEnds) {
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

}  // namespace
}  // namespace reluserve::batching
