// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the scheduler's tests ask with, and what they listen by.

#ifndef RELUSERVE_TESTS_UNIT_BATCHING_SCHEDULER_FIXTURE_H_
#define RELUSERVE_TESTS_UNIT_BATCHING_SCHEDULER_FIXTURE_H_

#include <memory>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <gtest/gtest.h>

#include "server/batching/scheduler.h"
#include "tests/unit/batching/kept_result.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::batching {

inline std::shared_ptr<const repository::LoadedModel> Model() {
  static const auto model = repository::LoadSmall(repository::ReluBytes());
  return model;
}

inline constexpr float kValues[3] = {-1.0f, 2.0f, -3.0f};

inline InferenceRequest Request(const float* values = kValues, int64_t batch = 1) {
  InferenceRequest request;
  request.model = Model();
  request.inputs = {{DataType::kFloat32, {batch, 3}, values}};
  return request;
}

inline std::unique_ptr<Scheduler> MakeScheduler(SchedulerOptions options = {}) {
  return Scheduler::Create(options).value();
}

// Waits for one answer.
class Answer {
 public:
  Completion Receiver() {
    return [this](const absl::StatusOr<InferenceResult>& result) {
      if (result.ok()) {
        result_ = Keep(*result);
      } else {
        result_ = result.status();
      }
      arrived_.Notify();
    };
  }
  const absl::StatusOr<KeptResult>& Wait() {
    arrived_.WaitForNotification();
    return result_;
  }
  bool HasArrived() const { return arrived_.HasBeenNotified(); }

 private:
  absl::StatusOr<KeptResult> result_;
  absl::Notification arrived_;
};

inline absl::StatusOr<KeptResult> Answered(Scheduler& scheduler, InferenceRequest request) {
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
  void OnNotComputed(const repository::LoadedModel& model, const absl::Status& status,
                     absl::Duration queue_time) override {
    EXPECT_EQ(model.name(), "m");
    EXPECT_GE(queue_time, absl::ZeroDuration());
    not_computed.push_back(status.code());
  }

  std::vector<Batch> batches;
  std::vector<absl::StatusCode> not_computed;
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_TESTS_UNIT_BATCHING_SCHEDULER_FIXTURE_H_
