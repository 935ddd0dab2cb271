// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/prediction_service.h"

#include <memory>
#include <utility>

#include "server/base/status.h"
#include "server/rpc/inference_stream.h"
#include "server/rpc/prediction_codec.h"
#include "server/rpc/rpc_status.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {

absl::StatusOr<PreparedInference> PredictionService::Prepare(const v1::PredictRequest& request,
                                                             v1::PredictResponse& response) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const repository::LoadedModel> model,
                             repository_.Find(request.model_name(), request.model_version()));
  absl::StatusOr<PredictionInputs> decoded = DecodePrediction(request, *model);
  if (!decoded.ok()) {
    statistics_.OnNotComputed(*model, decoded.status(), absl::ZeroDuration());
    return decoded.status();
  }
  PreparedInference prepared;
  prepared.request.model = model;
  prepared.request.inputs.assign(decoded->views.begin(), decoded->views.end());
  prepared.request.prepare = std::move(decoded->prepare);
  prepared.request.wants_trace = request.sparsity() != v1::SPARSITY_DETAIL_UNSPECIFIED;
  prepared.encode = [this, model, &request, &response](const batching::InferenceResult& result) {
    const metrics::EncodeTimer timer(requests_, *model);
    EncodePrediction(result, *model, request, response);
    return absl::OkStatus();
  };
  return prepared;
}

grpc::ServerUnaryReactor* PredictionService::Predict(grpc::CallbackServerContext* context,
                                                     const v1::PredictRequest* request,
                                                     v1::PredictResponse* response) {
  const CallLabel label = {"Predict", request->model_name(), request->id()};
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return Finish(context, label, allowed);
  return InferenceCall::Start(context, label, scheduler_, Prepare(*request, *response));
}

grpc::ServerBidiReactor<v1::PredictRequest, v1::PredictStreamResponse>*
PredictionService::PredictStream(grpc::CallbackServerContext* context) {
  using Request = v1::PredictRequest;
  using Response = v1::PredictStreamResponse;
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return new RefusedStream<Request, Response>(allowed);
  StreamProtocol<Request, Response> protocol;
  protocol.label = [](const Request& request) {
    return CallLabel{"PredictStream", request.model_name(), request.id()};
  };
  protocol.prepare = [this](const Request& request, Response& response) {
    return Prepare(request, *response.mutable_response());
  };
  protocol.fail = [](const Request& request, const absl::Status& status, Response& response) {
    const grpc::Status error = ToGrpcStatus(status);
    response.mutable_error()->set_id(request.id());
    response.mutable_error()->set_code(error.error_code());
    response.mutable_error()->set_message(error.error_message());
  };
  return InferenceStream<Request, Response>::Start(context, scheduler_, std::move(protocol));
}

}  // namespace reluserve::rpc
