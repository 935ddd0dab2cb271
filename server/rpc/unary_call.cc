// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/unary_call.h"

#include <utility>

#include <absl/time/clock.h>
#include <spdlog/spdlog.h>

#include "server/base/printable.h"
#include "server/rpc/compression.h"
#include "server/rpc/rpc_status.h"

namespace reluserve::rpc {
namespace {

constexpr size_t kMaxLoggedBytes = 100;  // of a name that a client chose

void LogTrace(const CallLabel& label, const RequestTrace& trace, const grpc::Status& status,
              absl::Duration total, const batching::InferenceResult* result) {
  const auto ns = [](absl::Duration duration) { return absl::ToInt64Nanoseconds(duration); };
  const batching::ComputeTimes none;
  const batching::ComputeTimes& compute = result != nullptr ? result->compute : none;
  spdlog::info(
      "trace method={} model={} id=\"{}\" code={} request_id={} trace={} end_ns={} total_ns={} "
      "queue_ns={} compute_input_ns={} compute_infer_ns={} compute_output_ns={}",
      label.method, Printable(label.model, kMaxLoggedBytes), Printable(label.id, kMaxLoggedBytes),
      CodeName(status.error_code()), trace.request_id, trace.trace_parent,
      absl::GetCurrentTimeNanos(), ns(total), result != nullptr ? ns(result->queue_time) : 0,
      ns(compute.input), ns(compute.infer), ns(compute.output));
}

}  // namespace

void LogCall(const CallLabel& label, const RequestTrace& trace, const grpc::Status& status,
             absl::Duration total, const batching::InferenceResult* result, bool traced) {
  if (traced) LogTrace(label, trace, status, total, result);
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const auto us = [](absl::Duration duration) { return absl::ToInt64Microseconds(duration); };
  spdlog::debug(
      "rpc method={} model={} id=\"{}\" code={} request_id={} trace={} total_us={} queue_us={} "
      "compute_us={} error=\"{}\"",
      label.method, Printable(label.model, kMaxLoggedBytes), Printable(label.id, kMaxLoggedBytes),
      CodeName(status.error_code()), trace.request_id, trace.trace_parent, us(total),
      result != nullptr ? us(result->queue_time) : 0,
      result != nullptr ? us(result->compute.total()) : 0, status.error_message());
}

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context, const CallLabel& label,
                                 const absl::Status& status) {
  const grpc::Status answer = ToGrpcStatus(status);
  LogCall(label, BeginTrace(*context), answer, absl::ZeroDuration(), nullptr);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(answer);
  return reactor;
}

void Finish(grpc::ServerUnaryReactor* reactor, const CallLabel& label, const RequestTrace& trace,
            const absl::Status& status, absl::Duration total) {
  const grpc::Status answer = ToGrpcStatus(status);
  LogCall(label, trace, answer, total, nullptr);
  reactor->Finish(answer);
}

InferenceCall::InferenceCall(grpc::CallbackServerContext& context, const CallLabel& label,
                             batching::Scheduler& scheduler, Encode encode, bool traced)
    : context_(context),
      label_(label),
      trace_(BeginTrace(context)),
      scheduler_(scheduler),
      encode_(std::move(encode)),
      traced_(traced),
      start_(absl::Now()),
      cancelled_(std::make_shared<std::atomic<bool>>(false)) {}

grpc::ServerUnaryReactor* InferenceCall::Start(grpc::CallbackServerContext* context,
                                               const CallLabel& label,
                                               batching::Scheduler& scheduler,
                                               absl::StatusOr<PreparedInference> prepared) {
  if (!prepared.ok()) return rpc::Finish(context, label, prepared.status());
  auto* call =
      new InferenceCall(*context, label, scheduler, std::move(prepared->encode), prepared->traced);
  ApplyCompression(*context);
  batching::InferenceRequest& request = prepared->request;
  request.deadline = absl::FromChrono(context->deadline());
  request.cancelled = call->cancelled_;
  const absl::Status submitted = scheduler.Submit(
      std::move(request),
      [call](absl::StatusOr<batching::InferenceResult> result) { call->Answer(result); });
  if (!submitted.ok()) call->Answer(submitted);
  return call;
}

void InferenceCall::Answer(const absl::StatusOr<batching::InferenceResult>& result) {
  const absl::Time encoding = absl::Now();
  const absl::Status status = result.ok() ? encode_(*result) : result.status();
  if (result.ok() && trace_.wants_times) {
    AddTimes(context_, result->queue_time, result->compute.total(), absl::Now() - encoding);
  }
  const grpc::Status answer = ToGrpcStatus(status);
  LogCall(label_, trace_, answer, absl::Now() - start_, result.ok() ? &*result : nullptr, traced_);
  grpc::ServerUnaryReactor::Finish(answer);
}

void InferenceCall::OnCancel() {
  cancelled_->store(true, std::memory_order_relaxed);
  scheduler_.NoteCancellation();
}

void InferenceCall::OnDone() { delete this; }

}  // namespace reluserve::rpc
