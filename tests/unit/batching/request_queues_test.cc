// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/request_queues.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/repository/small_models.h"

namespace reluserve::batching {
namespace {

using repository::BatchingOptions;
using repository::LoadedModel;
using repository::QueuePolicy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using ModelHandle = std::shared_ptr<const LoadedModel>;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

absl::Time At(int64_t us) { return kStart + absl::Microseconds(us); }

ModelHandle Model(const BatchingOptions& batching = {}) {
  return repository::LoadSmall(repository::ReluBytes(), {}, batching);
}

const std::vector<float> kElements(300, 1.5f);

// A request with the given samples; the tests tell requests apart by their samples.
std::unique_ptr<AdmittedRequest> Request(const ModelHandle& model, int64_t samples = 1) {
  auto request = std::make_unique<AdmittedRequest>();
  request->request.model = model;
  request->request.inputs = {{DataType::kFloat32, {samples, 3}, kElements.data()}};
  return request;
}

// Adds it, which has to succeed.
void Add(RequestQueues& queues, std::unique_ptr<AdmittedRequest> request, int64_t now_us = 0) {
  const absl::Status status = queues.Add(request, At(now_us));
  ASSERT_TRUE(status.ok()) << status;
}

// The next batch; nothing when none is due.
std::optional<Batch> TakeBatch(RequestQueues& queues, absl::Time now, bool idle,
                               absl::Time& ask_again) {
  Batch batch;
  if (!queues.Take(now, idle, batch, ask_again)) return std::nullopt;
  return batch;
}

// The samples of each part of the next batch; nothing when none is due.
std::vector<int64_t> Take(RequestQueues& queues, int64_t now_us = 0, bool idle = false) {
  absl::Time ask_again;
  const std::optional<Batch> batch = TakeBatch(queues, At(now_us), idle, ask_again);
  std::vector<int64_t> samples;
  if (!batch) return samples;
  for (const Batch::Part& part : batch->parts) {
    samples.push_back(part.samples);
    queues.Release(*part.request);
  }
  return samples;
}

TEST(RequestQueuesTest, GathersABatchInTheOrderOfArrival) {
  RequestQueues queues({});
  const ModelHandle model = Model();
  for (const int64_t samples : {1, 2, 3, 4}) Add(queues, Request(model, samples));
  EXPECT_EQ(queues.waiting(), 4);
  EXPECT_THAT(Take(queues), ElementsAre(1, 2, 3));
  EXPECT_THAT(Take(queues), ElementsAre(4));
  EXPECT_THAT(Take(queues), IsEmpty());
  EXPECT_EQ(queues.waiting(), 0);
  EXPECT_EQ(queues.admitted_bytes(), 0);
}

TEST(RequestQueuesTest, SaysHowLongARequestWaited) {
  RequestQueues queues({});
  const ModelHandle model = Model();
  Add(queues, Request(model), 5);
  absl::Time ask_again;
  const auto batch = TakeBatch(queues, At(12), false, ask_again);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->model, model);
  EXPECT_EQ(batch->parts[0].request->result.queue_time, absl::Microseconds(7));
}

TEST(RequestQueuesTest, SaysWhenToAskAgain) {
  BatchingOptions batching;
  batching.max_queue_delay_us = 100;
  const ModelHandle model = Model(batching);
  RequestQueues queues({});
  absl::Time ask_again;
  EXPECT_FALSE(TakeBatch(queues, At(0), false, ask_again));
  EXPECT_EQ(ask_again, absl::InfiniteFuture());
  Add(queues, Request(model), 7);
  EXPECT_FALSE(TakeBatch(queues, At(8), false, ask_again));
  EXPECT_EQ(ask_again, At(107));
  EXPECT_THAT(Take(queues, 8, /*idle=*/true), ElementsAre(1));
}

TEST(RequestQueuesTest, KeepsShapesAndModelsApart) {
  const ModelHandle any_size = repository::LoadSmall(onnx_import::ModelBuilder()
                                                         .Input("x", {-1, -1})
                                                         .Node("Relu", {"x"}, {"y"})
                                                         .Output("y")
                                                         .Bytes());
  const ModelHandle other = Model();
  RequestQueues queues({});
  for (const int64_t columns : {3, 4, 3}) {
    auto request = Request(any_size);
    request->request.inputs[0].shape = {1, columns};
    Add(queues, std::move(request));
  }
  Add(queues, Request(other, 2));
  std::vector<std::vector<int64_t>> batches;
  for (int i = 0; i < 3; ++i) batches.push_back(Take(queues));
  EXPECT_THAT(batches,
              testing::UnorderedElementsAre(ElementsAre(1, 1), ElementsAre(1), ElementsAre(2)));
}

TEST(RequestQueuesTest, RunsALargeRequestInPartsWithoutLosingItsPlace) {
  const ModelHandle model = Model();
  RequestQueues queues({});
  Add(queues, Request(model, 11));
  Add(queues, Request(model, 5));
  Add(queues, Request(model, 6));
  absl::Time ask_again;
  std::optional<Batch> batch = TakeBatch(queues, At(0), false, ask_again);
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->parts.size(), 1u);
  EXPECT_EQ(batch->parts[0].samples, 8);
  batch->parts[0].request->computed = 8;
  queues.PutBack(std::move(batch->parts[0].request));
  EXPECT_THAT(Take(queues), ElementsAre(3, 5));
  EXPECT_THAT(Take(queues), ElementsAre(6));
}

TEST(RequestQueuesTest, HigherLevelsGoFirst) {
  BatchingOptions batching;
  batching.max_batch_size = 2;
  batching.priority_levels = 3;
  batching.default_priority_level = 2;
  const ModelHandle model = Model(batching);
  RequestQueues queues({});
  std::vector<uint64_t> priorities = {3, 0, 1, 2, 99, 1};
  for (const uint64_t priority : priorities) {
    auto request = Request(model);
    request->request.priority = priority;
    Add(queues, std::move(request));
  }
  std::vector<uint64_t> order;
  absl::Time ask_again;
  while (const auto batch = TakeBatch(queues, At(0), false, ask_again)) {
    for (const auto& part : batch->parts) order.push_back(part.request->request.priority);
  }
  EXPECT_THAT(order, ElementsAre(1, 1, 0, 2, 3, 99));
}

TEST(RequestQueuesTest, RefusesWhatDoesNotFit) {
  BatchingOptions batching;
  batching.default_queue_policy.max_queue_size = 2;
  const ModelHandle small = Model(batching);
  const ModelHandle other = Model();
  RequestQueues queues({.requests = 4, .bytes = 100});  // a sample has 12 bytes
  const auto refused = [&](const ModelHandle& model, int64_t samples) {
    auto request = Request(model, samples);
    const absl::Status status = queues.Add(request, At(0));
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_NE(request, nullptr) << "was taken";
    }
    return std::string(status.message());
  };
  EXPECT_EQ(refused(small, 1), "");
  EXPECT_EQ(refused(small, 1), "");
  EXPECT_EQ(refused(small, 1), "the queue of model \"m\" is full: 2 requests wait (limit: 2)");
  EXPECT_THAT(refused(other, 7), HasSubstr("2 requests wait and 24 bytes of input are held"));
  EXPECT_EQ(refused(other, 1), "");
  EXPECT_EQ(refused(other, 1), "");
  EXPECT_THAT(refused(other, 1), HasSubstr("4 requests wait"));
  // What is taken waits no longer, but its bytes are held until it is answered.
  absl::Time ask_again;
  const std::optional<Batch> batch = TakeBatch(queues, At(0), false, ask_again);
  ASSERT_TRUE(batch);
  EXPECT_THAT(refused(other, 5), HasSubstr("48 bytes of input are held"));
  for (const Batch::Part& part : batch->parts) queues.Release(*part.request);
  EXPECT_EQ(refused(other, 5), "");
}

TEST(RequestQueuesTest, AdmitsOneRequestWhateverItsSize) {
  RequestQueues queues({.requests = 4, .bytes = 10});
  Add(queues, Request(Model(), 50));
}

struct TimeoutRow {
  std::string name;
  QueuePolicy policy;
  int64_t deadline_us = 0;  // 0: none
  int64_t timeout_us = 0;
  int64_t expires_us = 0;  // 0: never
  std::string message;
};

TEST(RequestQueuesTest, RequestsExpireByDeadlineOrTimeout) {
  const auto policy = [](int64_t timeout_us, bool allow_override) {
    QueuePolicy result;
    result.default_timeout_us = timeout_us;
    result.allow_timeout_override = allow_override;
    return result;
  };
  const std::string deadline = "the deadline passed while the request waited";
  const std::string timeout = "the timeout ended while the request waited";
  const TimeoutRow rows[] = {
      {"no limit", policy(0, true), 0, 0, 0, ""},
      {"a near deadline", policy(0, true), 50, 0, 50, deadline},
      {"a deadline that has passed", policy(0, true), -1, 0, -1, deadline},
      {"its own timeout", policy(0, true), 0, 30, 30, timeout},
      {"its own timeout, not allowed", policy(0, false), 0, 30, 0, ""},
      {"the policy's timeout", policy(40, true), 0, 0, 40, timeout},
      {"its own is shorter", policy(40, true), 0, 30, 30, timeout},
      {"its own is longer", policy(40, true), 0, 90, 40, timeout},
      {"the deadline is sooner", policy(40, true), 20, 0, 20, deadline},
  };
  for (const TimeoutRow& row : rows) {
    SCOPED_TRACE(row.name);
    BatchingOptions batching;
    batching.default_queue_policy = row.policy;
    RequestQueues queues({});
    auto request = Request(Model(batching));
    if (row.deadline_us != 0) request->request.deadline = At(row.deadline_us);
    request->request.timeout = absl::Microseconds(row.timeout_us);
    Add(queues, std::move(request));
    if (row.expires_us == 0) {
      EXPECT_EQ(queues.NextExpiry(), absl::InfiniteFuture());
      EXPECT_THAT(queues.RemoveExpired(absl::InfiniteFuture() - absl::Seconds(1)), IsEmpty());
      continue;
    }
    EXPECT_EQ(queues.NextExpiry(), At(row.expires_us));
    EXPECT_THAT(queues.RemoveExpired(At(row.expires_us - 1)), IsEmpty());
    const std::vector<EndedRequest> ended = queues.RemoveExpired(At(row.expires_us));
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].status, absl::DeadlineExceededError(row.message));
    EXPECT_EQ(queues.waiting(), 0);
    EXPECT_EQ(queues.admitted_bytes(), 0);
    EXPECT_EQ(queues.NextExpiry(), absl::InfiniteFuture());
  }
}

TEST(RequestQueuesTest, ADelayedRequestFallsBehindThoseInTime) {
  BatchingOptions batching;
  batching.max_batch_size = 1;
  batching.default_queue_policy.default_timeout_us = 10;
  batching.default_queue_policy.timeout_action = QueuePolicy::TimeoutAction::kDelay;
  const ModelHandle model = Model(batching);
  RequestQueues queues({});
  std::vector<const AdmittedRequest*> requests;
  for (const int64_t now_us : {0, 1, 9}) {
    auto request = Request(model);
    requests.push_back(request.get());
    Add(queues, std::move(request), now_us);
  }
  EXPECT_THAT(queues.RemoveExpired(At(11)), IsEmpty());
  EXPECT_EQ(queues.waiting(), 3);
  std::vector<const AdmittedRequest*> order;
  absl::Time ask_again;
  while (const auto batch = TakeBatch(queues, At(11), false, ask_again)) {
    order.push_back(batch->parts[0].request.get());
  }
  EXPECT_THAT(order, ElementsAre(requests[2], requests[0], requests[1]));
}

TEST(RequestQueuesTest, WhatHasBegunIsSubjectToItsDeadlineOnly) {
  const ModelHandle model = Model();
  RequestQueues queues({});
  auto request = Request(model, 20);
  request->request.timeout = absl::Microseconds(10);
  request->request.deadline = At(100);
  Add(queues, std::move(request));
  absl::Time ask_again;
  std::optional<Batch> batch = TakeBatch(queues, At(0), false, ask_again);
  ASSERT_TRUE(batch);
  batch->parts[0].request->computed = 8;
  queues.PutBack(std::move(batch->parts[0].request));
  EXPECT_THAT(queues.RemoveExpired(At(99)), IsEmpty());
  const std::vector<EndedRequest> ended = queues.RemoveExpired(At(100));
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].status.message(), "the deadline passed while the request was computed");
}

TEST(RequestQueuesTest, RemovesWhatWasCancelled) {
  const ModelHandle model = Model();
  RequestQueues queues({});
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  auto request = Request(model, 2);
  request->request.cancelled = cancelled;
  Add(queues, std::move(request));
  Add(queues, Request(model, 1));
  EXPECT_THAT(queues.RemoveCancelled(), IsEmpty());
  cancelled->store(true);
  const std::vector<EndedRequest> ended = queues.RemoveCancelled();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(Take(queues), ElementsAre(1));
  EXPECT_EQ(queues.admitted_bytes(), 0);
}

// Models share the time of the lanes, not the number of batches.
TEST(RequestQueuesTest, ABusyModelDoesNotStarveAnother) {
  BatchingOptions batching;
  batching.max_batch_size = 1;
  const ModelHandle slow = Model(batching);
  const ModelHandle fast = Model(batching);
  RequestQueues queues({});
  for (int i = 0; i < 20; ++i) Add(queues, Request(slow));
  for (int i = 0; i < 20; ++i) Add(queues, Request(fast));
  int slow_batches = 0;
  int fast_batches = 0;
  absl::Time ask_again;
  for (int i = 0; i < 12; ++i) {
    const auto batch = TakeBatch(queues, At(0), false, ask_again);
    ASSERT_TRUE(batch);
    const bool is_slow = batch->model == slow;
    queues.Charge(*batch->model, absl::Milliseconds(is_slow ? 50 : 10), 1, At(0));
    ++(is_slow ? slow_batches : fast_batches);
  }
  EXPECT_EQ(slow_batches, 2);
  EXPECT_EQ(fast_batches, 10);
}

TEST(RequestQueuesTest, WhoWasAwayHasNotSavedUpTurns) {
  BatchingOptions batching;
  batching.max_batch_size = 1;
  const ModelHandle busy = Model(batching);
  const ModelHandle late = Model(batching);
  RequestQueues queues({});
  for (int i = 0; i < 20; ++i) Add(queues, Request(busy));
  absl::Time ask_again;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(TakeBatch(queues, At(0), false, ask_again));
    queues.Charge(*busy, absl::Milliseconds(10), 1, At(0));
  }
  for (int i = 0; i < 20; ++i) Add(queues, Request(late));
  int late_batches = 0;
  for (int i = 0; i < 10; ++i) {
    const auto batch = TakeBatch(queues, At(0), false, ask_again);
    ASSERT_TRUE(batch);
    queues.Charge(*batch->model, absl::Milliseconds(10), 1, At(0));
    if (batch->model == late) ++late_batches;
  }
  EXPECT_GE(late_batches, 4);
  EXPECT_LE(late_batches, 6);
}

// A fiftieth of what the batch took, and five milliseconds at most.
TEST(RequestQueuesTest, WaitsForThoseWhoSharedTheLastBatchToReturn) {
  const ModelHandle model = Model();
  const struct {
    int64_t took_us;
    size_t answered;
    int64_t waits_us;
  } rows[] = {{100'000, 2, 2'000}, {1'000'000, 8, 5'000}, {1'000'000, 1, 0}};
  for (const auto& row : rows) {
    RequestQueues queues({});
    Add(queues, Request(model));
    EXPECT_THAT(Take(queues, 0, /*idle=*/true), ElementsAre(1)) << "there was no batch before";
    queues.Charge(*model, absl::Microseconds(row.took_us), row.answered, At(1000));
    Add(queues, Request(model), 1000);
    absl::Time ask_again = At(1000);
    if (row.waits_us > 0) {
      EXPECT_FALSE(TakeBatch(queues, At(1000), /*idle=*/true, ask_again));
    }
    EXPECT_EQ(ask_again, At(1000 + row.waits_us));
    EXPECT_THAT(Take(queues, 1000 + row.waits_us, /*idle=*/true), ElementsAre(1));
  }
}

TEST(RequestQueuesTest, CountsEverySoManyRequestsOfAModel) {
  RequestQueues queues({}, /*count_every=*/3);
  const ModelHandle models[] = {Model(), Model()};
  const auto is_counted = [&](const ModelHandle& model, bool asked) {
    std::unique_ptr<AdmittedRequest> request = Request(model);
    request->request.wants_trace = asked;
    Add(queues, std::move(request));
    absl::Time ask_again;
    return TakeBatch(queues, At(0), /*idle=*/true, ask_again)->parts.at(0).request->counted;
  };
  std::vector<bool> counted;
  for (int i = 0; i < 7; ++i) counted.push_back(is_counted(models[0], /*asked=*/i == 4));
  EXPECT_THAT(counted, ElementsAre(true, false, false, true, true, false, true));
  EXPECT_TRUE(is_counted(models[1], /*asked=*/false)) << "the first of another model";
}

TEST(RequestQueuesTest, RemovesEverything) {
  RequestQueues queues({});
  Add(queues, Request(Model()));
  Add(queues, Request(Model()));
  const std::vector<EndedRequest> ended = queues.RemoveAll(absl::UnavailableError("the end"));
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].status, absl::UnavailableError("the end"));
  EXPECT_EQ(queues.waiting(), 0);
}

}  // namespace
}  // namespace reluserve::batching
