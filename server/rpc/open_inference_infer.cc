// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <memory>
#include <string>
#include <utility>

#include "server/base/status.h"
#include "server/rpc/inference_stream.h"
#include "server/rpc/open_inference_codec.h"
#include "server/rpc/open_inference_service.h"
#include "server/rpc/rpc_status.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {
namespace {

// Clients of models that give many answers to one request wait for this.
void SetFinal(inference::ModelInferResponse& response) {
  const std::string parameter = "triton_final_response";
  (*response.mutable_parameters())[parameter].set_bool_param(true);
}

void EncodeStreamError(const inference::ModelInferRequest& request, const absl::Status& status,
                       inference::ModelStreamInferResponse& response) {
  const grpc::Status error = ToGrpcStatus(status);
  response.Clear();
  response.set_error_message(
      fmt::format("{}: {}", CodeName(error.error_code()), error.error_message()));
  response.mutable_infer_response()->set_id(request.id());
  response.mutable_infer_response()->set_model_name(request.model_name());
  SetFinal(*response.mutable_infer_response());
}

}  // namespace

absl::StatusOr<PreparedInference> OpenInferenceService::Prepare(
    const inference::ModelInferRequest& request, inference::ModelInferResponse& response) {
  response.set_id(request.id());
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const repository::LoadedModel> model,
                             repository_.Find(request.model_name(), request.model_version()));
  absl::StatusOr<DecodedRequest> decoded = DecodeRequest(request, *model, shared_memory_);
  if (!decoded.ok()) {
    statistics_.OnNotComputed(*model, decoded.status(), absl::ZeroDuration());
    return decoded.status();
  }
  // Shared, as a std::function is copied: the inputs may lie in it.
  auto kept = std::make_shared<const DecodedRequest>(*std::move(decoded));
  PreparedInference prepared;
  prepared.request.model = model;
  prepared.request.inputs.assign(kept->inputs.begin(), kept->inputs.end());
  prepared.request.prepare = kept->prepare;
  prepared.request.wants_trace = kept->sparsity != SparsityDetail::kNone;
  prepared.request.priority = kept->priority;
  prepared.request.timeout = kept->timeout;
  prepared.traced = trace_settings_.Sample(model->name());
  prepared.encode = [this, model, kept, &response](const batching::InferenceResult& result) {
    const metrics::EncodeTimer timer(requests_, *model);
    return EncodeResponse(result, *model, *kept, response);
  };
  return prepared;
}

grpc::ServerUnaryReactor* OpenInferenceService::ModelInfer(
    grpc::CallbackServerContext* context, const inference::ModelInferRequest* request,
    inference::ModelInferResponse* response) {
  const CallLabel label = {"ModelInfer", request->model_name(), request->id()};
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return Finish(context, label, allowed);
  return InferenceCall::Start(context, label, scheduler_, Prepare(*request, *response));
}

grpc::ServerBidiReactor<inference::ModelInferRequest, inference::ModelStreamInferResponse>*
OpenInferenceService::ModelStreamInfer(grpc::CallbackServerContext* context) {
  using Request = inference::ModelInferRequest;
  using Response = inference::ModelStreamInferResponse;
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return new RefusedStream<Request, Response>(allowed);
  StreamProtocol<Request, Response> protocol;
  protocol.label = [](const Request& request) {
    return CallLabel{"ModelStreamInfer", request.model_name(), request.id()};
  };
  protocol.prepare = [this](const Request& request, Response& response) {
    SetFinal(*response.mutable_infer_response());
    return Prepare(request, *response.mutable_infer_response());
  };
  protocol.fail = EncodeStreamError;
  return InferenceStream<Request, Response>::Start(context, scheduler_, std::move(protocol));
}

}  // namespace reluserve::rpc
