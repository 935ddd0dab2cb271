// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/scheduler.h"

#include <omp.h>

#include <algorithm>
#include <utility>

#include <absl/time/clock.h>

#include "server/base/status.h"
#include "server/batching/denormals.h"
#include "server/engine/compiled_model.h"

namespace reluserve::batching {
namespace {

absl::Status CheckAtLeastOne(std::string_view name, int64_t value) {
  if (value >= 1) return absl::OkStatus();
  return InvalidArgument("{} is {}, expected at least 1", name, value);
}

// Why a request that waited is not worth computing; OK when it is.
absl::Status StillWanted(const InferenceRequest& request, absl::Time timeout, absl::Time now) {
  if (request.cancelled != nullptr && request.cancelled->load(std::memory_order_relaxed)) {
    return absl::CancelledError("the request was cancelled while it waited");
  }
  if (now >= request.deadline) {
    return absl::DeadlineExceededError("the deadline passed while the request waited");
  }
  if (now >= timeout) {
    return absl::DeadlineExceededError("the timeout ended while the request waited");
  }
  return absl::OkStatus();
}

// The request's level: 0, the only one, where the model has none.
int LevelOf(const InferenceRequest& request, const repository::BatchingOptions& batching) {
  if (batching.priority_levels == 0) return 0;
  if (request.priority == 0) return batching.default_priority_level;
  return static_cast<int>(
      std::min<uint64_t>(request.priority, static_cast<uint64_t>(batching.priority_levels)));
}

// How long it may wait: the request's own timeout can only shorten the policy's.
absl::Duration TimeoutOf(const InferenceRequest& request,
                         const repository::BatchingOptions& batching, int level) {
  const auto own_policy = batching.priority_queue_policy.find(level);
  const repository::QueuePolicy& policy = own_policy != batching.priority_queue_policy.end()
                                              ? own_policy->second
                                              : batching.default_queue_policy;
  absl::Duration timeout = absl::InfiniteDuration();
  if (policy.default_timeout_us > 0) timeout = absl::Microseconds(policy.default_timeout_us);
  if (policy.allow_timeout_override && request.timeout > absl::ZeroDuration()) {
    timeout = std::min(timeout, request.timeout);
  }
  return timeout;
}

absl::Status Run(const InferenceRequest& request, engine::ExecutionContext& context,
                 InferenceResult& result) {
  const absl::Time start = absl::Now();
  engine::CompiledModel& model = request.model->compiled();
  std::vector<Shape> shapes;
  std::vector<const void*> inputs;
  for (const TensorView& input : request.inputs) {
    shapes.push_back(input.shape);
    inputs.push_back(input.data);
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::Plan> plan, model.GetPlan(shapes));
  std::vector<void*> outputs;
  const std::span<const Shape> output_shapes = engine::OutputShapes(*plan);
  for (size_t i = 0; i < output_shapes.size(); ++i) {
    RELUSERVE_ASSIGN_OR_RETURN(Tensor output,
                               Tensor::Allocate(model.output_types()[i], output_shapes[i]));
    result.outputs.push_back(std::move(output));
    outputs.push_back(result.outputs.back().mutable_data());
  }
  // Counted for every request, asked for or not: by the counts the engine also notices NaN and
  // infinity that arise on the way, and then computes again by its strict plan.
  const absl::Status status = context.Run(plan, inputs, outputs, &result.trace);
  if (!status.ok()) result.trace.layers.clear();
  result.compute.infer = absl::Now() - start;
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scheduler>> Scheduler::Create(const SchedulerOptions& options,
                                                             BatchObserver* observer) {
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("lanes", options.lanes));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("threads_per_lane", options.threads_per_lane));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("queue_capacity", options.queue_capacity));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("queue_bytes", options.queue_bytes));
  return std::unique_ptr<Scheduler>(new Scheduler(options, observer));
}

Scheduler::Scheduler(const SchedulerOptions& options, BatchObserver* observer)
    : options_(options), observer_(observer) {
  for (int i = 0; i < options_.lanes; ++i) lanes_.emplace_back([this] { RunLane(); });
}

Scheduler::~Scheduler() {
  std::deque<Waiting> unanswered;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = draining_ = true;
    unanswered.swap(queue_);
  }
  for (Waiting& waiting : unanswered) {
    waiting.completion(absl::UnavailableError("the server is shutting down"));
  }
  for (std::thread& lane : lanes_) lane.join();
}

absl::Status Scheduler::Submit(InferenceRequest request, Completion completion) {
  const std::shared_ptr<const repository::LoadedModel> model = request.model;
  Waiting waiting;
  for (const TensorView& input : request.inputs) {
    waiting.bytes += static_cast<int64_t>(input.byte_size());
  }
  waiting.level = LevelOf(request, model->batching());
  waiting.since = absl::Now();
  waiting.timeout = waiting.since + TimeoutOf(request, model->batching(), waiting.level);
  waiting.request = std::move(request);
  waiting.completion = std::move(completion);
  absl::Status status = Admit(std::move(waiting));
  if (!status.ok() && observer_ != nullptr) {
    observer_->OnNotComputed(*model, status, absl::ZeroDuration());
  }
  return status;
}

absl::Status Scheduler::Admit(Waiting waiting) {
  absl::MutexLock lock(&mutex_);
  if (draining_) return absl::UnavailableError("the server is shutting down");
  const bool fits = static_cast<int>(queue_.size()) < options_.queue_capacity &&
                    (queue_.empty() || queued_bytes_ + waiting.bytes <= options_.queue_bytes);
  if (!fits) {
    return ResourceExhausted(
        "the queue is full: {} requests with {} bytes of input wait (limits: {} and {})",
        queue_.size(), queued_bytes_, options_.queue_capacity, options_.queue_bytes);
  }
  queued_bytes_ += waiting.bytes;
  // Behind those of its level and of higher ones, which have smaller numbers.
  const auto place =
      std::upper_bound(queue_.begin(), queue_.end(), waiting.level,
                       [](int level, const Waiting& other) { return level < other.level; });
  queue_.insert(place, std::move(waiting));
  return absl::OkStatus();
}

bool Scheduler::Drain(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  return mutex_.AwaitWithDeadline(absl::Condition(this, &Scheduler::AllAnswered), deadline);
}

bool Scheduler::AllAnswered() const { return queue_.empty() && running_ == 0; }

bool Scheduler::SomethingToDo() const { return stopping_ || !queue_.empty(); }

std::optional<Scheduler::Waiting> Scheduler::Next() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Scheduler::SomethingToDo));
  if (stopping_) return std::nullopt;
  Waiting next = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= next.bytes;
  ++running_;
  return next;
}

absl::StatusOr<InferenceResult> Scheduler::Answer(const Waiting& waiting,
                                                  engine::ExecutionContext& context) {
  const InferenceRequest& request = waiting.request;
  InferenceResult result;
  const absl::Time start = absl::Now();
  result.queue_time = start - waiting.since;
  absl::Status status = StillWanted(request, waiting.timeout, start);
  if (status.ok() && request.prepare) status = request.prepare();
  if (!status.ok()) {
    if (observer_ != nullptr) observer_->OnNotComputed(*request.model, status, result.queue_time);
    return status;
  }
  result.compute.input = absl::Now() - start;
  status = Run(request, context, result);
  if (observer_ != nullptr) {
    const Shape& shape = request.inputs.empty() ? Shape() : request.inputs[0].shape;
    const int64_t samples = request.model->batchable() && shape.rank() > 0 ? shape[0] : 1;
    const RequestRecord record = {samples, result.queue_time, result.compute, status};
    observer_->OnBatch(
        {*request.model, samples, result.compute, status, result.trace, std::span(&record, 1)});
  }
  if (!status.ok()) return status;
  return result;
}

void Scheduler::RunLane() {
  omp_set_num_threads(options_.threads_per_lane);
  // Of this thread, and so of the team it starts: new threads begin with their creator's mode.
  FlushDenormalsToZero();
  engine::ExecutionContext context;
  while (std::optional<Waiting> waiting = Next()) {
    waiting->completion(Answer(*waiting, context));
    absl::MutexLock lock(&mutex_);
    --running_;
  }
}

}  // namespace reluserve::batching
