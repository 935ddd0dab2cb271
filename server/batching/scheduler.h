// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Runs requests on a fixed set of compute lanes, however many models there are, so that the CPUs
// are never oversubscribed: L lanes of T OpenMP threads each.

#ifndef RELUSERVE_SERVER_BATCHING_SCHEDULER_H_
#define RELUSERVE_SERVER_BATCHING_SCHEDULER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "server/batching/batch_observer.h"
#include "server/batching/inference_request.h"

namespace reluserve::batching {

struct SchedulerOptions {
  // Threads that take requests, each running one at a time. At least 1. More lanes serve more
  // requests at once, each more slowly.
  int lanes = 1;
  // OpenMP threads each lane computes with. At least 1. lanes * threads_per_lane should not exceed
  // the CPUs granted (cpu_grant.h).
  int threads_per_lane = 1;
  // Requests that may wait; one more is refused. At least 1.
  int queue_capacity = 256;
  // Bytes of inputs that may wait; a request that would make it more is refused, unless it waits
  // alone. At least 1. The other limit to the memory that an overload takes.
  int64_t queue_bytes = int64_t{512} << 20;
};

// Thread-safe.
class Scheduler {
 public:
  // INVALID_ARGUMENT naming the option that is out of range. `observer` may be null, and must
  // outlive the scheduler.
  static absl::StatusOr<std::unique_ptr<Scheduler>> Create(const SchedulerOptions& options,
                                                           BatchObserver* observer = nullptr);
  // Answers what waits with UNAVAILABLE, and waits for what runs.
  ~Scheduler();

  // Queues a request. RESOURCE_EXHAUSTED when the queue is full, UNAVAILABLE when draining; the
  // completion is then not called.
  absl::Status Submit(InferenceRequest request, Completion completion);

  // Takes no more requests and waits until all accepted ones are answered, or until `deadline`;
  // whether they were.
  bool Drain(absl::Time deadline);

 private:
  struct Waiting {
    InferenceRequest request;
    Completion completion;
    int64_t bytes = 0;  // of the inputs
    int level = 0;      // of priority
    absl::Time since;
    absl::Time timeout = absl::InfiniteFuture();
  };

  Scheduler(const SchedulerOptions& options, BatchObserver* observer);
  absl::Status Admit(Waiting waiting);
  void RunLane();
  absl::StatusOr<InferenceResult> Answer(const Waiting& waiting, engine::ExecutionContext& context);
  bool SomethingToDo() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AllAnswered() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The request that has waited longest, which then counts as running; nothing when the lane is to
  // end.
  std::optional<Waiting> Next();

  const SchedulerOptions options_;
  BatchObserver* const observer_;
  absl::Mutex mutex_;
  std::deque<Waiting> queue_ ABSL_GUARDED_BY(mutex_);
  int64_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> lanes_;  // last: they use what is above
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_SCHEDULER_H_
