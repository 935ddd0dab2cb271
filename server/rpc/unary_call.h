// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What every call has in common: its log line, its deadline, its cancellation.

#ifndef RELUSERVE_SERVER_RPC_UNARY_CALL_H_
#define RELUSERVE_SERVER_RPC_UNARY_CALL_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "server/batching/scheduler.h"
#include "server/rpc/prepared_inference.h"
#include "server/rpc/request_trace.h"

namespace reluserve::rpc {

// Names a call in the log: one line a call at debug level, never its payload. Views of the request
// message, which stays until the call is answered.
struct CallLabel {
  std::string_view method;  // "ModelInfer"
  std::string_view model;
  std::string_view id;  // the client's
};

// The log line of a call, or of one request of a stream. `result` is null where nothing was
// computed. With `traced` there is a second line, with its times, at level info.
void LogCall(const CallLabel& label, const RequestTrace& trace, const grpc::Status& status,
             absl::Duration total, const batching::InferenceResult* result, bool traced = false);

// Ends a call that is answered at once.
grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context, const CallLabel& label,
                                 const absl::Status& status);

// The same for a call that took time, by the context's default reactor.
void Finish(grpc::ServerUnaryReactor* reactor, const CallLabel& label, const RequestTrace& trace,
            const absl::Status& status, absl::Duration total);

// A call that is answered when its inference is done. gRPC's reactor owns itself: it is deleted
// when gRPC is done with it.
class InferenceCall : public grpc::ServerUnaryReactor {
 public:
  // Submits the request with the call's deadline and cancellation; an error is answered at once.
  static grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* context,
                                         const CallLabel& label, batching::Scheduler& scheduler,
                                         absl::StatusOr<PreparedInference> prepared);

 private:
  using Encode = std::function<absl::Status(const batching::InferenceResult&)>;

  InferenceCall(grpc::CallbackServerContext& context, const CallLabel& label,
                batching::Scheduler& scheduler, Encode encode, bool traced);
  void Answer(const absl::StatusOr<batching::InferenceResult>& result);
  void OnCancel() override;
  void OnDone() override;

  grpc::CallbackServerContext& context_;  // gRPC's, until the call is done
  const CallLabel label_;
  const RequestTrace trace_;
  batching::Scheduler& scheduler_;
  const Encode encode_;
  const bool traced_;
  const absl::Time start_;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_UNARY_CALL_H_
