// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/sparsity_service.h"

#include <absl/time/clock.h>

#include "server/base/status.h"
#include "server/metrics/sparsity_recorder.h"
#include "server/metrics/sparsity_report.h"
#include "server/rpc/periodic_stream.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {
namespace {

constexpr uint32_t kDefaultIntervalMs = 1000;
constexpr uint32_t kMinIntervalMs = 100;
constexpr uint32_t kMaxIntervalMs = 3600 * 1000;

absl::StatusOr<absl::Duration> DecodeInterval(uint32_t interval_ms) {
  if (interval_ms == 0) return absl::Milliseconds(kDefaultIntervalMs);
  if (interval_ms < kMinIntervalMs || interval_ms > kMaxIntervalMs) {
    return InvalidArgument("interval_ms is {}, expected {} to {}, or 0 for {}", interval_ms,
                           kMinIntervalMs, kMaxIntervalMs, kDefaultIntervalMs);
  }
  return absl::Milliseconds(interval_ms);
}

// Ends a call with the status of `work`, which is done if the caller may have it done.
template <typename Work>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const CallLabel& label,
                                 AccessControl& access, Permission permission, const Work& work) {
  const absl::Status allowed = access.Check(*context, permission);
  return Finish(context, label, allowed.ok() ? work() : allowed);
}

}  // namespace

absl::StatusOr<SparsityService::Counted> SparsityService::Find(const std::string& name,
                                                               const std::string& version) const {
  Counted counted;
  RELUSERVE_ASSIGN_OR_RETURN(counted.model, repository_.Find(name, version));
  counted.counts = metrics::CountsOf(store_, *counted.model, absl::Now());
  return counted;
}

absl::Status SparsityService::Report(const v1::GetSparsityRequest& request,
                                     v1::SparsityReport& report) const {
  RELUSERVE_ASSIGN_OR_RETURN(const Counted found,
                             Find(request.model_name(), request.model_version()));
  return metrics::EncodeReport(request, *found.model, *found.counts, absl::Now(), report);
}

absl::Status SparsityService::SetBaseline(const v1::SetBaselineRequest& request,
                                          v1::SetBaselineResponse& response) const {
  RELUSERVE_ASSIGN_OR_RETURN(const Counted found,
                             Find(request.model_name(), request.model_version()));
  RELUSERVE_ASSIGN_OR_RETURN(const sparsity::Window window,
                             metrics::DecodeWindow(request.window()));
  RELUSERVE_RETURN_IF_ERROR(found.counts->SetBaseline(window, absl::Now()));
  const auto baseline = found.counts->baseline();
  if (baseline == nullptr) return absl::AbortedError("the baseline was reset at the same time");
  response.set_samples(baseline->layer(0).samples());
  *response.mutable_begin() = metrics::EncodeTime(baseline->begin);
  *response.mutable_end() = metrics::EncodeTime(baseline->end);
  return absl::OkStatus();
}

absl::Status SparsityService::GetDrift(const v1::GetDriftRequest& request,
                                       v1::GetDriftResponse& response) const {
  RELUSERVE_ASSIGN_OR_RETURN(const Counted found,
                             Find(request.model_name(), request.model_version()));
  RELUSERVE_ASSIGN_OR_RETURN(const sparsity::Window window,
                             metrics::DecodeWindow(request.window()));
  const auto baseline = found.counts->baseline();
  if (baseline == nullptr) {
    return absl::FailedPreconditionError(
        fmt::format("model \"{}\" has no baseline to measure drift against: call SetBaseline first",
                    found.model->name()));
  }
  metrics::EncodeDrift(found.counts->Read(window, absl::Now()), *baseline, found.counts->layers(),
                       response);
  return absl::OkStatus();
}

absl::Status SparsityService::ListDeadChannels(const v1::ListDeadChannelsRequest& request,
                                               v1::ListDeadChannelsResponse& response) const {
  RELUSERVE_ASSIGN_OR_RETURN(const Counted found,
                             Find(request.model_name(), request.model_version()));
  RELUSERVE_ASSIGN_OR_RETURN(const sparsity::Window window,
                             metrics::DecodeWindow(request.window()));
  RELUSERVE_ASSIGN_OR_RETURN(const sparsity::DeadChannelOptions options,
                             metrics::DecodeDeadChannelOptions(request));
  metrics::EncodeDeadChannels(found.counts->Read(window, absl::Now()), found.counts->layers(),
                              options, response);
  return absl::OkStatus();
}

absl::Status SparsityService::ResetSparsity(const v1::ResetSparsityRequest& request) const {
  RELUSERVE_ASSIGN_OR_RETURN(const Counted found,
                             Find(request.model_name(), request.model_version()));
  found.counts->Reset(absl::Now(), request.baseline());
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* SparsityService::GetSparsity(grpc::CallbackServerContext* context,
                                                       const v1::GetSparsityRequest* request,
                                                       v1::SparsityReport* response) {
  return Answer(context, {"GetSparsity", request->model_name(), ""}, access_, Permission::kUse,
                [&] { return Report(*request, *response); });
}

grpc::ServerWriteReactor<v1::SparsityReport>* SparsityService::WatchSparsity(
    grpc::CallbackServerContext* context, const v1::WatchSparsityRequest* request) {
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return PeriodicStream<v1::SparsityReport>::Refuse(allowed);
  const absl::StatusOr<absl::Duration> interval = DecodeInterval(request->interval_ms());
  if (!interval.ok()) return PeriodicStream<v1::SparsityReport>::Refuse(interval.status());
  return PeriodicStream<v1::SparsityReport>::Start(
      *interval, [this, sparsity = request->sparsity()](v1::SparsityReport& report) {
        return Report(sparsity, report);
      });
}

grpc::ServerUnaryReactor* SparsityService::SetBaseline(grpc::CallbackServerContext* context,
                                                       const v1::SetBaselineRequest* request,
                                                       v1::SetBaselineResponse* response) {
  return Answer(context, {"SetBaseline", request->model_name(), ""}, access_, Permission::kAdmin,
                [&] { return SetBaseline(*request, *response); });
}

grpc::ServerUnaryReactor* SparsityService::GetDrift(grpc::CallbackServerContext* context,
                                                    const v1::GetDriftRequest* request,
                                                    v1::GetDriftResponse* response) {
  return Answer(context, {"GetDrift", request->model_name(), ""}, access_, Permission::kUse,
                [&] { return GetDrift(*request, *response); });
}

grpc::ServerUnaryReactor* SparsityService::ListDeadChannels(
    grpc::CallbackServerContext* context, const v1::ListDeadChannelsRequest* request,
    v1::ListDeadChannelsResponse* response) {
  return Answer(context, {"ListDeadChannels", request->model_name(), ""}, access_, Permission::kUse,
                [&] { return ListDeadChannels(*request, *response); });
}

grpc::ServerUnaryReactor* SparsityService::ResetSparsity(grpc::CallbackServerContext* context,
                                                         const v1::ResetSparsityRequest* request,
                                                         v1::ResetSparsityResponse*) {
  return Answer(context, {"ResetSparsity", request->model_name(), ""}, access_, Permission::kAdmin,
                [&] { return ResetSparsity(*request); });
}

}  // namespace reluserve::rpc
