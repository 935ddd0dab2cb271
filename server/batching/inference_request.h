// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the scheduler takes and gives.

#ifndef RELUSERVE_SERVER_BATCHING_INFERENCE_REQUEST_H_
#define RELUSERVE_SERVER_BATCHING_INFERENCE_REQUEST_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <absl/container/inlined_vector.h>
#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "server/batching/batch_observer.h"
#include "server/repository/loaded_model.h"
#include "server/sparsity/trace.h"
#include "server/tensor/tensor.h"

namespace reluserve::batching {

struct InferenceRequest {
  std::shared_ptr<const repository::LoadedModel> model;
  // One for each input of the model, in its order, of shapes that were checked against it. The
  // elements have to stay until the completion is called.
  absl::InlinedVector<TensorView, 2> inputs;
  // Fills the elements that `inputs` point to, where that is work (decoding an image); may be
  // empty. Called on a lane's thread, at most once, and not for a request that is not computed. An
  // error is the request's answer.
  std::function<absl::Status()> prepare;
  // After this the request is answered with DEADLINE_EXCEEDED and not computed.
  absl::Time deadline = absl::InfiniteFuture();
  // How long it may wait to be computed, from its arrival; what then happens is up to the model's
  // queue policy, which may also ignore it. Zero: as the policy says.
  absl::Duration timeout;
  // 1 is the highest of the model's levels, and any above its lowest counts as that. 0: the model's
  // default.
  uint64_t priority = 0;
  // Whether the result is to have a trace. What is not asked for is not copied.
  bool wants_trace = true;
  // Set by whoever asked, at any time, to say that the answer is no longer wanted; may be null.
  // Scheduler::NoteCancellation tells the scheduler to look.
  std::shared_ptr<const std::atomic<bool>> cancelled;
};

// Views of the scheduler's memory.
struct InferenceResult {
  std::span<const TensorView> outputs;     // in the model's order
  const sparsity::Trace* trace = nullptr;  // null where it was not asked for
  absl::Duration queue_time;
  ComputeTimes compute;
};

// Called once for each accepted request, on a thread of the scheduler's; it should hand the answer
// on and return. What the result points to is valid until then.
using Completion = absl::AnyInvocable<void(absl::StatusOr<InferenceResult>)>;

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_INFERENCE_REQUEST_H_
