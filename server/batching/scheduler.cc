// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/scheduler.h"

#include <omp.h>
#include <pthread.h>

#include <string_view>
#include <utility>

#include <absl/time/clock.h>

#include "server/base/status.h"
#include "server/batching/denormals.h"

namespace reluserve::batching {
namespace {

// Requests that are kept for others, at most. Each takes less than a kilobyte.
constexpr size_t kMaxSpareRequests = 1024;

absl::Status CheckAtLeastOne(std::string_view name, int64_t value) {
  if (value >= 1) return absl::OkStatus();
  return InvalidArgument("{} is {}, expected at least 1", name, value);
}

}  // namespace

// What a lane works with, from batch to batch.
struct Scheduler::Lane {
  BatchRunner runner;
  Batch batch;
  std::vector<EndedRequest> ended;
  std::vector<std::unique_ptr<AdmittedRequest>> unfinished;
  std::vector<RequestRecord> records;  // of those that ended

  void SortOut(const absl::Status& status, absl::Time now);
};

// Parts the batch into what has to be answered now, with `status` if that is an error, and what has
// samples left.
void Scheduler::Lane::SortOut(const absl::Status& status, absl::Time now) {
  records.clear();
  for (Batch::Part& part : batch.parts) {
    AdmittedRequest& request = *part.request;
    absl::Status answer = status;
    if (answer.ok() && request.remaining() > 0) {
      answer = CheckStillWanted(request, now);
      if (answer.ok()) {
        unfinished.push_back(std::move(part.request));
        continue;
      }
    }
    records.push_back({request.samples, request.result.queue_time, request.result.compute, answer});
    ended.push_back({std::move(part.request), std::move(answer)});
  }
}

absl::StatusOr<std::unique_ptr<Scheduler>> Scheduler::Create(const SchedulerOptions& options,
                                                             BatchObserver* observer) {
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("lanes", options.lanes));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("threads_per_lane", options.threads_per_lane));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("queue_capacity", options.queue_capacity));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("admitted_bytes", options.admitted_bytes));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("count_every", options.count_every));
  return std::unique_ptr<Scheduler>(new Scheduler(options, observer));
}

Scheduler::Scheduler(const SchedulerOptions& options, BatchObserver* observer)
    : options_(options),
      observer_(observer),
      queues_(QueueLimits{options.queue_capacity, options.admitted_bytes}, options.count_every) {
  {
    absl::MutexLock lock(&mutex_);
    spare_.reserve(kMaxSpareRequests);
  }
  for (int i = 0; i < options_.lanes; ++i) threads_.emplace_back([this, i] { RunLane(i); });
  threads_.emplace_back([this] { RunTimer(); });
}

Scheduler::~Scheduler() {
  std::vector<EndedRequest> unanswered;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = draining_ = true;
    unanswered = queues_.RemoveAll(absl::UnavailableError("the server is shutting down"));
    work_.SignalAll();
    timer_due_.Signal();
  }
  AnswerUncomputed(unanswered);
  for (std::thread& thread : threads_) thread.join();
}

absl::Status Scheduler::Submit(InferenceRequest request, Completion completion) {
  const std::shared_ptr<const repository::LoadedModel> model = request.model;
  // What is refused is let go of when the lock is.
  std::unique_ptr<AdmittedRequest> admitted;
  absl::Status status;
  {
    absl::MutexLock lock(&mutex_);
    if (spare_.empty()) {
      admitted = std::make_unique<AdmittedRequest>();
    } else {
      admitted = std::move(spare_.back());
      spare_.pop_back();
    }
    admitted->request = std::move(request);
    admitted->completion = std::move(completion);
    status = Admit(admitted);
  }
  if (!status.ok() && observer_ != nullptr) {
    observer_->OnNotComputed(*model, status, absl::ZeroDuration());
  }
  return status;
}

absl::Status Scheduler::Admit(std::unique_ptr<AdmittedRequest>& request) {
  if (draining_) return absl::UnavailableError("the server is shutting down");
  RELUSERVE_RETURN_IF_ERROR(queues_.Add(request, absl::Now()));
  work_.Signal();
  if (queues_.NextExpiry() < timer_set_to_) timer_due_.Signal();
  return absl::OkStatus();
}

void Scheduler::NoteCancellation() {
  absl::MutexLock lock(&mutex_);
  if (queues_.waiting() == 0) return;
  cancellations_ = true;
  timer_due_.Signal();
}

bool Scheduler::Drain(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  work_.SignalAll();
  return mutex_.AwaitWithDeadline(absl::Condition(this, &Scheduler::AllAnswered), deadline);
}

SchedulerLoad Scheduler::load() const {
  absl::MutexLock lock(&mutex_);
  return {options_.lanes, running_, queues_.waiting()};
}

bool Scheduler::AllAnswered() const {
  return queues_.waiting() == 0 && running_ == 0 && answering_ == 0;
}

bool Scheduler::NextBatch(Batch& batch) {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    absl::Time ask_again;
    if (queues_.Take(absl::Now(), running_ == 0 || draining_, batch, ask_again)) {
      ++running_;
      // What is left may be due for another lane.
      if (queues_.waiting() > 0) work_.Signal();
      return true;
    }
    work_.WaitWithDeadline(&mutex_, ask_again);
  }
  return false;
}

void Scheduler::RunTimer() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    std::vector<EndedRequest> ended = queues_.RemoveExpired(absl::Now());
    if (std::exchange(cancellations_, false)) {
      for (EndedRequest& end : queues_.RemoveCancelled()) ended.push_back(std::move(end));
    }
    if (ended.empty()) {
      timer_set_to_ = queues_.NextExpiry();
      timer_due_.WaitWithDeadline(&mutex_, timer_set_to_);
      continue;
    }
    ++answering_;
    mutex_.Unlock();
    AnswerUncomputed(ended);
    mutex_.Lock();
    --answering_;
  }
}

void Scheduler::AnswerUncomputed(std::span<EndedRequest> ended) {
  const absl::Time now = absl::Now();
  for (EndedRequest& end : ended) {
    AdmittedRequest& request = *end.request;
    if (observer_ != nullptr) {
      observer_->OnNotComputed(*request.request.model, end.status, now - request.arrived);
    }
    request.completion(std::move(end.status));
  }
}

void Scheduler::Finish(Lane& lane, const BatchRunner::Outcome& outcome) {
  const Batch& batch = lane.batch;
  lane.SortOut(outcome.status, absl::Now());
  if (observer_ != nullptr) {
    observer_->OnBatch({*batch.model, batch.samples, outcome.times, outcome.status,
                        lane.runner.trace(), lane.records});
  }
  {
    absl::MutexLock lock(&mutex_);
    queues_.Charge(*batch.model, outcome.times.total(), lane.ended.size(), absl::Now());
    for (const EndedRequest& end : lane.ended) queues_.Release(*end.request);
    for (auto& request : lane.unfinished) {
      if (stopping_) {
        queues_.Release(*request);
        lane.ended.push_back(
            {std::move(request), absl::UnavailableError("the server is shutting down")});
        continue;
      }
      queues_.PutBack(std::move(request));
      if (queues_.NextExpiry() < timer_set_to_) timer_due_.Signal();
    }
    lane.unfinished.clear();
  }
  for (EndedRequest& end : lane.ended) {
    AdmittedRequest& request = *end.request;
    if (end.status.ok()) {
      request.completion(request.result);
    } else {
      request.completion(std::move(end.status));
    }
  }
}

void Scheduler::Recycle(Lane& lane) {
  // Without the lock: it may be the last request that holds its model.
  for (const EndedRequest& end : lane.ended) *end.request = AdmittedRequest();
  lane.batch.model = nullptr;
  absl::MutexLock lock(&mutex_);
  for (EndedRequest& end : lane.ended) {
    if (spare_.size() < kMaxSpareRequests) spare_.push_back(std::move(end.request));
  }
  lane.ended.clear();
  --running_;
}

void Scheduler::RunLane(int number) {
  // For whoever watches the process; the threads that OpenMP starts here get the same name.
  pthread_setname_np(pthread_self(), fmt::format("lane-{}", number).c_str());
  omp_set_num_threads(options_.threads_per_lane);
  // Of this thread, and so of the team it starts: new threads begin with their creator's mode.
  FlushDenormalsToZero();
  Lane lane;
  while (NextBatch(lane.batch)) {
    const BatchRunner::Outcome outcome = lane.runner.Run(lane.batch, lane.ended);
    if (!lane.ended.empty()) {
      {
        absl::MutexLock lock(&mutex_);
        for (const EndedRequest& end : lane.ended) queues_.Release(*end.request);
      }
      AnswerUncomputed(lane.ended);
      lane.ended.clear();
    }
    if (!lane.batch.parts.empty()) Finish(lane, outcome);
    Recycle(lane);
  }
}

}  // namespace reluserve::batching
