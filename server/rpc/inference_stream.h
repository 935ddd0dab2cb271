// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Many requests on one bidirectional stream.

#ifndef RELUSERVE_SERVER_RPC_INFERENCE_STREAM_H_
#define RELUSERVE_SERVER_RPC_INFERENCE_STREAM_H_

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "server/batching/scheduler.h"
#include "server/rpc/compression.h"
#include "server/rpc/prepared_inference.h"
#include "server/rpc/rpc_status.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {

// Requests that one stream may have under way: being computed, or answered and not yet taken by the
// client. With that many, no further one is read, and gRPC's flow control holds the client back; so
// a stream's memory is bounded whatever the client does.
inline constexpr size_t kMaxRequestsPerStream = 32;

// In what the protocols differ.
template <typename Request, typename Response>
struct StreamProtocol {
  std::function<CallLabel(const Request&)> label;
  // Both messages stay until the request is answered.
  std::function<absl::StatusOr<PreparedInference>(const Request&, Response&)> prepare;
  // Makes the response say what went wrong, whatever it held before.
  std::function<void(const Request&, const absl::Status&, Response&)> fail;
};

// The reactor of a stream that is refused as a whole. Owns itself.
template <typename Request, typename Response>
class RefusedStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit RefusedStream(const absl::Status& status) { this->Finish(ToGrpcStatus(status)); }

 private:
  void OnDone() override { delete this; }
};

// The reactor of a stream. Requests are submitted as they arrive, and so are computed at once and
// in batches; answers are written in the order of the requests. An error of a request is its
// answer. The stream ends, with OK, when the client has no more requests and has all its answers.
// Owns itself.
template <typename Request, typename Response>
class InferenceStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  using Protocol = StreamProtocol<Request, Response>;

  static grpc::ServerBidiReactor<Request, Response>* Start(grpc::CallbackServerContext* context,
                                                           batching::Scheduler& scheduler,
                                                           Protocol protocol) {
    std::shared_ptr<InferenceStream> stream(
        new InferenceStream(context, scheduler, std::move(protocol)));
    ApplyCompression(*context);
    stream->self_ = stream;
    stream->StartRead(&stream->next_->request);
    return stream.get();
  }

 private:
  struct Slot {
    Request request;
    Response response;
    absl::Time start;
    bool traced = false;
    bool answered = false;  // guarded by mutex_
  };

  // What is to be done when the lock is no longer held. Whoever finds it is the one to do it.
  struct Steps {
    bool read = false;
    Slot* write = nullptr;
    bool finish = false;
  };

  InferenceStream(grpc::CallbackServerContext* context, batching::Scheduler& scheduler,
                  Protocol protocol)
      : scheduler_(scheduler),
        protocol_(std::move(protocol)),
        trace_(BeginTrace(*context)),
        deadline_(absl::FromChrono(context->deadline())) {}

  void OnReadDone(bool ok) override {
    Slot* slot = nullptr;
    Steps steps;
    {
      absl::MutexLock lock(&mutex_);
      reading_ = false;
      if (ok) {
        slots_.push_back(std::move(next_));
        slot = slots_.back().get();
      } else {
        no_more_requests_ = true;
      }
      steps = NextSteps();
    }
    // First, as the stream may be over as soon as nothing is under way.
    if (slot != nullptr) Submit(slot);
    Take(steps);
  }

  void OnWriteDone(bool ok) override {
    Steps steps;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      slots_.pop_front();
      // The client has gone: its answers are dropped as they come.
      if (!ok) broken_ = true;
      steps = NextSteps();
    }
    Take(steps);
  }

  void OnCancel() override {
    cancelled_->store(true, std::memory_order_relaxed);
    scheduler_.NoteCancellation();
  }

  void OnDone() override { self_.reset(); }

  void Submit(Slot* slot) {
    slot->start = absl::Now();
    absl::StatusOr<PreparedInference> prepared = protocol_.prepare(slot->request, slot->response);
    if (!prepared.ok()) return Answer(slot, prepared.status(), nullptr);
    slot->traced = prepared->traced;
    prepared->request.deadline = deadline_;
    prepared->request.cancelled = cancelled_;
    // A lane may still be in here when the answer has been sent and the stream is over.
    const absl::Status submitted = scheduler_.Submit(
        std::move(prepared->request), [stream = self_, slot, encode = std::move(prepared->encode)](
                                          const absl::StatusOr<batching::InferenceResult>& result) {
          if (!result.ok()) return stream->Answer(slot, result.status(), nullptr);
          stream->Answer(slot, encode(*result), &*result);
        });
    if (!submitted.ok()) Answer(slot, submitted, nullptr);
  }

  void Answer(Slot* slot, const absl::Status& status, const batching::InferenceResult* result) {
    if (!status.ok()) protocol_.fail(slot->request, status, slot->response);
    LogCall(protocol_.label(slot->request), trace_, ToGrpcStatus(status), absl::Now() - slot->start,
            result, slot->traced);
    Steps steps;
    {
      absl::MutexLock lock(&mutex_);
      slot->answered = true;
      steps = NextSteps();
    }
    Take(steps);
  }

  Steps NextSteps() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Steps steps;
    while (broken_ && !writing_ && !slots_.empty() && slots_.front()->answered) slots_.pop_front();
    if (!writing_ && !slots_.empty() && slots_.front()->answered) {
      writing_ = true;
      steps.write = slots_.front().get();
    }
    if (!reading_ && !no_more_requests_ && slots_.size() < kMaxRequestsPerStream) {
      reading_ = steps.read = true;
      next_ = std::make_unique<Slot>();
    }
    if (no_more_requests_ && slots_.empty() && !finished_) finished_ = steps.finish = true;
    return steps;
  }

  void Take(const Steps& steps) {
    if (steps.write != nullptr) this->StartWrite(&steps.write->response);
    if (steps.read) this->StartRead(&next_->request);
    if (steps.finish) this->Finish(grpc::Status::OK);
  }

  batching::Scheduler& scheduler_;
  const Protocol protocol_;
  const RequestTrace trace_;
  const absl::Time deadline_;
  const std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<InferenceStream> self_;  // until gRPC is done with it

  absl::Mutex mutex_;
  // Being read. Touched only by who reads: no read is started before the last one has ended.
  std::unique_ptr<Slot> next_ = std::make_unique<Slot>();
  // In the order of arrival; the first is the next to be written, or is being written.
  std::deque<std::unique_ptr<Slot>> slots_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = true;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool no_more_requests_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_INFERENCE_STREAM_H_
