// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/request_queues.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/base/status.h"

namespace reluserve::batching {

using repository::BatchingOptions;
using repository::LoadedModel;
using repository::QueuePolicy;

namespace {

// How far into a queue the batch former looks for requests that fit together.
constexpr size_t kLookAhead = 256;

const QueuePolicy& PolicyOf(const BatchingOptions& options, int level) {
  const auto own = options.priority_queue_policy.find(level);
  return own != options.priority_queue_policy.end() ? own->second : options.default_queue_policy;
}

// The request's level: 0, the only one, where the model has none.
int LevelOf(const InferenceRequest& request, const BatchingOptions& options) {
  if (options.priority_levels == 0) return 0;
  if (request.priority == 0) return options.default_priority_level;
  return static_cast<int>(
      std::min<uint64_t>(request.priority, static_cast<uint64_t>(options.priority_levels)));
}

// The request's own timeout can only shorten the policy's.
absl::Duration TimeoutOf(const InferenceRequest& request, const QueuePolicy& policy) {
  absl::Duration timeout = absl::InfiniteDuration();
  if (policy.default_timeout_us > 0) timeout = absl::Microseconds(policy.default_timeout_us);
  if (policy.allow_timeout_override && request.timeout > absl::ZeroDuration()) {
    timeout = std::min(timeout, request.timeout);
  }
  return timeout;
}

// Whether two requests of a batchable model differ by nothing but their batches.
bool ShareShapes(const InferenceRequest& a, const InferenceRequest& b) {
  for (size_t i = 0; i < a.inputs.size(); ++i) {
    const auto x = a.inputs[i].shape.dims();
    const auto y = b.inputs[i].shape.dims();
    if (!std::equal(x.begin() + 1, x.end(), y.begin() + 1, y.end())) return false;
  }
  return true;
}

bool IsCancelled(const InferenceRequest& request) {
  return request.cancelled != nullptr && request.cancelled->load(std::memory_order_relaxed);
}

}  // namespace

absl::Status CheckStillWanted(const AdmittedRequest& request, absl::Time now) {
  if (IsCancelled(request.request)) return absl::CancelledError("the request was cancelled");
  const char* where = request.computed > 0 ? "was computed" : "waited";
  if (now >= request.request.deadline) {
    return absl::DeadlineExceededError(
        fmt::format("the deadline passed while the request {}", where));
  }
  if (now >= request.expires) {
    return absl::DeadlineExceededError(
        fmt::format("the timeout ended while the request {}", where));
  }
  return absl::OkStatus();
}

RequestQueues::ModelQueue& RequestQueues::QueueOf(const std::shared_ptr<const LoadedModel>& model) {
  const auto found = models_.find(model.get());
  // The address may be that of a model that is gone.
  if (found != models_.end() && !found->second.model.expired()) return found->second;
  std::erase_if(models_, [](const auto& entry) { return entry.second.model.expired(); });
  ModelQueue queue;
  queue.model = model;
  queue.options = model->batching();
  queue.batchable = model->batchable();
  if (!queue.batchable) {
    queue.options.dynamic_batching = false;
    queue.options.max_batch_size = 1;
  }
  return models_.emplace(model.get(), std::move(queue)).first->second;
}

absl::Status RequestQueues::CheckLimits(const ModelQueue& queue,
                                        const AdmittedRequest& request) const {
  if (waiting_ >= limits_.requests || (admitted_ > 0 && bytes_ + request.bytes > limits_.bytes)) {
    return ResourceExhausted(
        "the queue is full: {} requests wait and {} bytes of input are held (limits: {} and {})",
        waiting_, bytes_, limits_.requests, limits_.bytes);
  }
  const int limit = PolicyOf(queue.options, request.level).max_queue_size;
  const auto level_size = queue.level_sizes.find(request.level);
  if (limit > 0 && level_size != queue.level_sizes.end() && level_size->second >= limit) {
    return ResourceExhausted("the queue of model \"{}\" is full: {} requests wait (limit: {})",
                             request.request.model->name(), level_size->second, limit);
  }
  return absl::OkStatus();
}

absl::Status RequestQueues::Add(std::unique_ptr<AdmittedRequest>& request, absl::Time now) {
  ModelQueue& queue = QueueOf(request->request.model);
  request->arrived = now;
  request->samples = queue.batchable ? request->request.inputs[0].shape[0] : 1;
  request->bytes = 0;
  for (const TensorView& input : request->request.inputs) {
    request->bytes += static_cast<int64_t>(input.byte_size());
  }
  request->level = LevelOf(request->request, queue.options);
  const QueuePolicy& policy = PolicyOf(queue.options, request->level);
  const absl::Time timeout = now + TimeoutOf(request->request, policy);
  request->expires = request->request.deadline;
  if (policy.timeout_action == QueuePolicy::TimeoutAction::kReject) {
    request->expires = std::min(request->expires, timeout);
  } else {
    request->delayed_from = timeout;
  }
  RELUSERVE_RETURN_IF_ERROR(CheckLimits(queue, *request));
  request->sequence = next_sequence_++;
  request->counted = queue.admitted++ % count_every_ == 0 || request->request.wants_trace;
  ++admitted_;
  bytes_ += request->bytes;
  if (queue.requests.empty()) queue.used = std::max(queue.used, used_);
  Insert(queue, std::move(request));
  return absl::OkStatus();
}

void RequestQueues::Insert(ModelQueue& queue, std::unique_ptr<AdmittedRequest> request) {
  const Place place = PlaceOf(*request);
  const absl::Time next =
      request->delayed ? request->expires : std::min(request->expires, request->delayed_from);
  if (next != absl::InfiniteFuture()) {
    timer_nodes_.Insert(timers_, next, {request->request.model.get(), place});
  }
  ++waiting_;
  ++queue.level_sizes[request->level];
  request_nodes_.Insert(queue.requests, place, std::move(request));
}

std::unique_ptr<AdmittedRequest> RequestQueues::Remove(ModelQueue& queue,
                                                       Requests::iterator entry) {
  const Place place = entry->first;
  std::unique_ptr<AdmittedRequest> request = request_nodes_.Remove(queue.requests, entry);
  --waiting_;
  --queue.level_sizes[request->level];
  const absl::Time next =
      request->delayed ? request->expires : std::min(request->expires, request->delayed_from);
  const auto [begin, end] = timers_.equal_range(next);
  for (auto timer = begin; timer != end; ++timer) {
    if (timer->second == std::pair(std::as_const(request->request.model).get(), place)) {
      timer_nodes_.Remove(timers_, timer);
      break;
    }
  }
  return request;
}

void RequestQueues::Form(const ModelQueue& queue, bool idle, absl::Time now, FormedBatch& formed) {
  items_.clear();
  const InferenceRequest& head = queue.requests.begin()->second->request;
  for (const auto& [place, request] : queue.requests) {
    if (items_.size() == kLookAhead) break;
    const bool alike = !queue.batchable || ShareShapes(head, request->request);
    items_.push_back({request->remaining(), request->arrived, alike ? 0 : 1});
    if (!queue.options.dynamic_batching) break;
  }
  FormBatch(items_, queue.options, idle, queue.returning, now, formed);
}

bool RequestQueues::Take(absl::Time now, bool idle, Batch& batch, absl::Time& ask_again) {
  ask_again = absl::InfiniteFuture();
  ModelQueue* turn = nullptr;
  for (auto& [model, queue] : models_) {
    if (queue.requests.empty() || (turn != nullptr && queue.used >= turn->used)) continue;
    Form(queue, idle, now, candidate_);
    if (candidate_.leave_at > now) {
      ask_again = std::min(ask_again, candidate_.leave_at);
      continue;
    }
    turn = &queue;
    std::swap(formed_, candidate_);
  }
  if (turn == nullptr) return false;
  used_ = std::max(used_, turn->used);
  TakeFormed(*turn, formed_, now, batch);
  return true;
}

void RequestQueues::TakeFormed(ModelQueue& queue, const FormedBatch& formed, absl::Time now,
                               Batch& batch) {
  batch.model = queue.model.lock();
  batch.samples = formed.samples;
  batch.parts.clear();
  auto entry = queue.requests.begin();
  int position = 0;
  for (const int member : formed.members) {
    for (; position < member; ++position) ++entry;
    std::unique_ptr<AdmittedRequest> request = Remove(queue, entry++);
    ++position;
    if (request->computed == 0) request->result.queue_time = now - request->arrived;
    const int64_t samples = std::min(request->remaining(), formed.samples);
    batch.parts.push_back({std::move(request), samples});
  }
}

void RequestQueues::PutBack(std::unique_ptr<AdmittedRequest> request) {
  ModelQueue& queue = QueueOf(request->request.model);
  // What has begun is no longer subject to the time it may wait, only to the deadline.
  request->expires = request->request.deadline;
  request->delayed_from = absl::InfiniteFuture();
  Insert(queue, std::move(request));
}

void RequestQueues::Release(const AdmittedRequest& request) {
  --admitted_;
  bytes_ -= request.bytes;
}

void RequestQueues::Charge(const LoadedModel& model, absl::Duration time, size_t requests,
                           absl::Time now) {
  // Of the time that a batch takes, what may be lost to wait for the next one to be as large: a
  // client asks again within a few milliseconds, or it is gone.
  constexpr int kShare = 50;
  constexpr absl::Duration kLongest = absl::Milliseconds(5);
  const auto queue = models_.find(&model);
  if (queue == models_.end()) return;
  queue->second.used += time;
  queue->second.returning = {requests, now + std::min(time / kShare, kLongest)};
}

std::vector<EndedRequest> RequestQueues::RemoveExpired(absl::Time now) {
  std::vector<EndedRequest> ended;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto [model, place] = timers_.begin()->second;
    ModelQueue& queue = models_.at(model);
    std::unique_ptr<AdmittedRequest> request = Remove(queue, queue.requests.find(place));
    if (request->expires <= now) {
      Release(*request);
      absl::Status status = CheckStillWanted(*request, now);
      ended.push_back({std::move(request), std::move(status)});
    } else {
      request->delayed = true;
      Insert(queue, std::move(request));
    }
  }
  return ended;
}

std::vector<EndedRequest> RequestQueues::RemoveCancelled() {
  std::vector<EndedRequest> ended;
  for (auto& [model, queue] : models_) {
    for (auto next = queue.requests.begin(); next != queue.requests.end();) {
      const auto entry = next++;
      if (!IsCancelled(entry->second->request)) continue;
      ended.push_back({Remove(queue, entry), absl::OkStatus()});
      ended.back().status = CheckStillWanted(*ended.back().request, absl::InfinitePast());
      Release(*ended.back().request);
    }
  }
  return ended;
}

absl::Time RequestQueues::NextExpiry() const {
  return timers_.empty() ? absl::InfiniteFuture() : timers_.begin()->first;
}

std::vector<EndedRequest> RequestQueues::RemoveAll(const absl::Status& status) {
  std::vector<EndedRequest> ended;
  for (auto& [model, queue] : models_) {
    while (!queue.requests.empty()) {
      ended.push_back({Remove(queue, queue.requests.begin()), status});
      Release(*ended.back().request);
    }
  }
  return ended;
}

}  // namespace reluserve::batching
