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

absl::Status CheckAtLeastOne(std::string_view name, int64_t value) {
  if (value >= 1) return absl::OkStatus();
  return InvalidArgument("{} is {}, expected at least 1", name, value);
}

// What of a batch has to be answered now, with `status` if that is an error; the others have
// samples left.
struct Answers {
  std::vector<EndedRequest> done;
  std::vector<std::unique_ptr<AdmittedRequest>> unfinished;
};

Answers SortOut(Batch& batch, const absl::Status& status, absl::Time now) {
  Answers answers;
  for (Batch::Part& part : batch.parts) {
    AdmittedRequest& request = *part.request;
    absl::Status answer = status;
    if (answer.ok() && request.remaining() > 0) {
      answer = CheckStillWanted(request, now);
      if (answer.ok()) {
        answers.unfinished.push_back(std::move(part.request));
        continue;
      }
    }
    answers.done.push_back({std::move(part.request), std::move(answer)});
  }
  return answers;
}

std::vector<RequestRecord> Records(const std::vector<EndedRequest>& done) {
  std::vector<RequestRecord> records;
  for (const EndedRequest& end : done) {
    const InferenceResult& result = end.request->result;
    records.push_back({end.request->samples, result.queue_time, result.compute, end.status});
  }
  return records;
}

}  // namespace

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
  AnswerUncomputed(std::move(unanswered));
  for (std::thread& thread : threads_) thread.join();
}

absl::Status Scheduler::Submit(InferenceRequest request, Completion completion) {
  const std::shared_ptr<const repository::LoadedModel> model = request.model;
  auto admitted = std::make_unique<AdmittedRequest>();
  admitted->request = std::move(request);
  admitted->completion = std::move(completion);
  absl::Status status = Admit(admitted);
  if (!status.ok() && observer_ != nullptr) {
    observer_->OnNotComputed(*model, status, absl::ZeroDuration());
  }
  return status;
}

absl::Status Scheduler::Admit(std::unique_ptr<AdmittedRequest>& request) {
  absl::MutexLock lock(&mutex_);
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

std::optional<Batch> Scheduler::NextBatch() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    absl::Time ask_again;
    std::optional<Batch> batch = queues_.Take(absl::Now(), running_ == 0 || draining_, ask_again);
    if (batch) {
      ++running_;
      // What is left may be due for another lane.
      if (queues_.waiting() > 0) work_.Signal();
      return batch;
    }
    work_.WaitWithDeadline(&mutex_, ask_again);
  }
  return std::nullopt;
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
    AnswerUncomputed(std::move(ended));
    mutex_.Lock();
    --answering_;
  }
}

void Scheduler::AnswerUncomputed(std::vector<EndedRequest> ended) {
  const absl::Time now = absl::Now();
  for (EndedRequest& end : ended) {
    AdmittedRequest& request = *end.request;
    if (observer_ != nullptr) {
      observer_->OnNotComputed(*request.request.model, end.status, now - request.arrived);
    }
    request.completion(std::move(end.status));
  }
}

void Scheduler::Finish(Batch batch, const BatchRunner::Outcome& outcome,
                       const sparsity::Trace& trace) {
  if (batch.parts.empty()) return;
  Answers answers = SortOut(batch, outcome.status, absl::Now());
  if (observer_ != nullptr) {
    observer_->OnBatch(
        {*batch.model, batch.samples, outcome.times, outcome.status, trace, Records(answers.done)});
  }
  {
    absl::MutexLock lock(&mutex_);
    queues_.Charge(*batch.model, outcome.times.total(), answers.done.size(), absl::Now());
    for (const EndedRequest& end : answers.done) queues_.Release(*end.request);
    for (auto& request : answers.unfinished) {
      if (stopping_) {
        queues_.Release(*request);
        answers.done.push_back(
            {std::move(request), absl::UnavailableError("the server is shutting down")});
        continue;
      }
      queues_.PutBack(std::move(request));
      if (queues_.NextExpiry() < timer_set_to_) timer_due_.Signal();
    }
  }
  for (EndedRequest& end : answers.done) {
    AdmittedRequest& request = *end.request;
    if (end.status.ok()) {
      request.completion(std::move(request.result));
    } else {
      request.completion(std::move(end.status));
    }
  }
}

void Scheduler::RunLane(int number) {
  // For whoever watches the process; the threads that OpenMP starts here get the same name.
  pthread_setname_np(pthread_self(), fmt::format("lane-{}", number).c_str());
  omp_set_num_threads(options_.threads_per_lane);
  // Of this thread, and so of the team it starts: new threads begin with their creator's mode.
  FlushDenormalsToZero();
  BatchRunner runner;
  while (std::optional<Batch> batch = NextBatch()) {
    std::vector<EndedRequest> unprepared;
    const BatchRunner::Outcome outcome = runner.Run(*batch, unprepared);
    if (!unprepared.empty()) {
      {
        absl::MutexLock lock(&mutex_);
        for (const EndedRequest& end : unprepared) queues_.Release(*end.request);
      }
      AnswerUncomputed(std::move(unprepared));
    }
    Finish(*std::move(batch), outcome, runner.trace());
    absl::MutexLock lock(&mutex_);
    --running_;
  }
}

}  // namespace reluserve::batching
