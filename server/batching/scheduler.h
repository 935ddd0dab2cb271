// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Runs requests on a fixed set of compute lanes, however many models there are, so that the CPUs
// are never oversubscribed: L lanes of T OpenMP threads each. While the lanes are busy requests
// gather into batches.

#ifndef RELUSERVE_SERVER_BATCHING_SCHEDULER_H_
#define RELUSERVE_SERVER_BATCHING_SCHEDULER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "server/batching/batch_observer.h"
#include "server/batching/batch_runner.h"
#include "server/batching/inference_request.h"
#include "server/batching/request_queues.h"

namespace reluserve::batching {

struct SchedulerOptions {
  // Threads that take batches, each running one at a time. At least 1. More lanes serve more
  // batches at once, each more slowly.
  int lanes = 1;
  // OpenMP threads each lane computes with. At least 1. lanes * threads_per_lane should not exceed
  // the CPUs granted (cpu_grant.h).
  int threads_per_lane = 1;
  // Requests that may wait, of all models; one more is refused. At least 1.
  int queue_capacity = 256;
  // Bytes of inputs that may be held, waiting or being computed; a request that would make it more
  // is refused, unless there is no other. At least 1. The limit to the memory that an overload
  // takes.
  int64_t admitted_bytes = int64_t{512} << 20;
  // Of the requests for a model the activations of every so many-th are counted, and of those that
  // ask for their counts; with what is in the same batch. At least 1. Values that stop to be finite
  // inside the network are found by the counts: a batch that is not counted gives what oneDNN's
  // kernels make of them.
  int count_every = 1;
};

// What a scheduler does at one moment.
struct SchedulerLoad {
  int lanes = 0;
  int busy = 0;    // lanes that compute
  int queued = 0;  // requests that wait
};

// Thread-safe. Allocates nothing for a request, once its like has been served: what requests were
// kept in is kept for those that come, for as many as have been under way at once, up to 1024; and
// each lane keeps memory of its own (BatchRunner). Of the requests that is not true which take
// several batches or end uncomputed.
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

  // To be called after `cancelled` of a request was set: if it waits, it is answered soon, and not
  // when its turn comes.
  void NoteCancellation();

  // Takes no more requests and waits until all accepted ones are answered, or until `deadline`;
  // whether they were.
  bool Drain(absl::Time deadline);

  SchedulerLoad load() const;

 private:
  Scheduler(const SchedulerOptions& options, BatchObserver* observer);
  struct Lane;

  absl::Status Admit(std::unique_ptr<AdmittedRequest>& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunLane(int number);
  void RunTimer();
  // Makes `batch` the next one, which then counts as running; false when the lane is to end.
  bool NextBatch(Batch& batch);
  // Tells the observer, answers the requests that are done and puts the others back.
  void Finish(Lane& lane, const BatchRunner::Outcome& outcome);
  // Keeps the lane's answered requests for others. The lane no longer counts as running.
  void Recycle(Lane& lane);
  void AnswerUncomputed(std::span<EndedRequest> ended);
  bool AllAnswered() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SchedulerOptions options_;
  BatchObserver* const observer_;
  mutable absl::Mutex mutex_;
  absl::CondVar work_;       // something was queued, or the lanes are to end
  absl::CondVar timer_due_;  // the timer has to look again
  RequestQueues queues_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<AdmittedRequest>> spare_ ABSL_GUARDED_BY(mutex_);  // empty ones
  int running_ ABSL_GUARDED_BY(mutex_) = 0;    // lanes that compute
  int answering_ ABSL_GUARDED_BY(mutex_) = 0;  // answers on their way from the timer
  absl::Time timer_set_to_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  bool cancellations_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;  // last: they use what is above
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_SCHEDULER_H_
