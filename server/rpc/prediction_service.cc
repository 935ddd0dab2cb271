// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/prediction_service.h"

#include <utility>

#include "server/rpc/prediction_codec.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {

grpc::ServerUnaryReactor* PredictionService::Predict(grpc::CallbackServerContext* context,
                                                     const v1::PredictRequest* request,
                                                     v1::PredictResponse* response) {
  const CallLabel label = {"Predict", request->model_name(), request->id()};
  const auto model = repository_.Find(request->model_name(), request->model_version());
  if (!model.ok()) return Finish(context, label, model.status());
  absl::StatusOr<PredictionInputs> decoded = DecodePrediction(*request, **model);
  if (!decoded.ok()) return Finish(context, label, decoded.status());

  batching::InferenceRequest inference;
  inference.model = *model;
  inference.inputs = std::move(decoded->views);
  inference.prepare = std::move(decoded->prepare);
  return InferenceCall::Start(
      context, label, scheduler_, std::move(inference),
      [model = *model, request, response](const batching::InferenceResult& result) {
        EncodePrediction(result, *model, *request, *response);
      });
}

}  // namespace reluserve::rpc
