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

absl::Status CheckAtLeastOne(std::string_view name, int value) {
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
  RELUSERVE_RETURN_IF_ERROR(context.Run(plan, inputs, outputs, &result.trace));
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scheduler>> Scheduler::Create(const SchedulerOptions& options) {
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("lanes", options.lanes));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("threads_per_lane", options.threads_per_lane));
  RELUSERVE_RETURN_IF_ERROR(CheckAtLeastOne("queue_capacity", options.queue_capacity));
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
  absl::MutexLock lock(&mutex_);
  if (draining_) return absl::UnavailableError("the server is shutting down");
  if (static_cast<int>(queue_.size()) >= options_.queue_capacity) {
    return ResourceExhausted("the queue is full: {} requests wait", queue_.size());
  }
  queue_.push_back({std::move(request), std::move(completion), absl::Now()});
  return absl::OkStatus();
}

bool Scheduler::Drain(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  return mutex_.AwaitWithDeadline(absl::Condition(this, &Scheduler::AllAnswered), deadline);
}

bool Scheduler::SomethingToDo() const { return stopping_ || !queue_.empty(); }

bool Scheduler::AllAnswered() const { return queue_.empty() && running_ == 0; }

void Scheduler::RunLane() {
  omp_set_num_threads(options_.threads_per_lane);
  // Of this thread, and of the team that it starts here and keeps.
#pragma omp parallel
  FlushDenormalsToZero();
  engine::ExecutionContext context;
  while (true) {
    Waiting waiting;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Scheduler::SomethingToDo));
      if (stopping_) return;
      waiting = std::move(queue_.front());
      queue_.pop_front();
      ++running_;
    }
    const absl::Time start = absl::Now();
    const absl::Status wanted = StillWanted(waiting.request, start);
    absl::StatusOr<InferenceResult> result =
        wanted.ok() ? Compute(waiting.request, context) : wanted;
    if (result.ok()) {
      result->queue_time = start - waiting.since;
      result->compute_time = absl::Now() - start;
    }
    waiting.completion(std::move(result));
    absl::MutexLock lock(&mutex_);
    --running_;
  }
}

}  // namespace reluserve::batching
