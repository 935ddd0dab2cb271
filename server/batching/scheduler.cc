// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/scheduler.h"

#include <omp.h>

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
absl::Status StillWanted(const InferenceRequest& request, absl::Time now) {
  if (request.cancelled != nullptr && request.cancelled->load(std::memory_order_relaxed)) {
    return absl::CancelledError("the request was cancelled while it waited");
  }
  if (now >= request.deadline) {
    return absl::DeadlineExceededError("the deadline passed while the request waited");
  }
  return absl::OkStatus();
}

absl::StatusOr<InferenceResult> Compute(const InferenceRequest& request,
                                        engine::ExecutionContext& context) {
  if (request.prepare) RELUSERVE_RETURN_IF_ERROR(request.prepare());
  engine::CompiledModel& model = request.model->compiled();
  std::vector<Shape> shapes;
  std::vector<const void*> inputs;
  for (const TensorView& input : request.inputs) {
    shapes.push_back(input.shape);
    inputs.push_back(input.data);
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::Plan> plan, model.GetPlan(shapes));
  InferenceResult result;
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
  RELUSERVE_RETURN_IF_ERROR(context.Run(plan, inputs, outputs, &result.trace));
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scheduler>> Scheduler::Create(const SchedulerOptions& options) {
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("lanes", options.lanes));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("threads_per_lane", options.threads_per_lane));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("queue_capacity", options.queue_capacity));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("queue_bytes", options.queue_bytes));
  return std::unique_ptr<Scheduler>(new Scheduler(options));
}

Scheduler::Scheduler(const SchedulerOptions& options) : options_(options) {
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
  int64_t bytes = 0;
  for (const TensorView& input : request.inputs) bytes += static_cast<int64_t>(input.byte_size());
  absl::MutexLock lock(&mutex_);
  if (draining_) return absl::UnavailableError("the server is shutting down");
  const bool fits = static_cast<int>(queue_.size()) < options_.queue_capacity &&
                    (queue_.empty() || queued_bytes_ + bytes <= options_.queue_bytes);
  if (!fits) {
    return ResourceExhausted(
        "the queue is full: {} requests with {} bytes of input wait (limits: {} and {})",
        queue_.size(), queued_bytes_, options_.queue_capacity, options_.queue_bytes);
  }
  queue_.push_back({std::move(request), std::move(completion), bytes, absl::Now()});
  queued_bytes_ += bytes;
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

void Scheduler::RunLane() {
  omp_set_num_threads(options_.threads_per_lane);
  // Of this thread, and so of the team it starts: new threads begin with their creator's mode.
  FlushDenormalsToZero();
  engine::ExecutionContext context;
  while (std::optional<Waiting> waiting = Next()) {
    const absl::Time start = absl::Now();
    const absl::Status wanted = StillWanted(waiting->request, start);
    absl::StatusOr<InferenceResult> result =
        wanted.ok() ? Compute(waiting->request, context) : wanted;
    if (result.ok()) {
      result->queue_time = start - waiting->since;
      result->compute_time = absl::Now() - start;
    }
    waiting->completion(std::move(result));
    absl::MutexLock lock(&mutex_);
    --running_;
  }
}

}  // namespace reluserve::batching
