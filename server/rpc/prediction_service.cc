// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/prediction_service.h"

#include <memory>
#include <utility>

#include "server/rpc/prediction_codec.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {

grpc::ServerUnaryReactor* PredictionService::Predict(grpc::CallbackServerContext* context,
                                                     const v1::PredictRequest* request,
                                                     v1::PredictResponse* response) {
  CallLabel label = {"Predict", request->model_name(), request->id()};
  const auto model = repository_.Find(request->model_name(), request->model_version());
  if (!model.ok()) return Finish(context, label, model.status());
  absl::StatusOr<PredictionInputs> decoded = DecodePrediction(*request, **model);
  if (!decoded.ok()) return Finish(context, label, decoded.status());

  // Shared, as a std::function is copied: the input may lie in it.
  auto kept = std::make_shared<const PredictionInputs>(*std::move(decoded));
  batching::InferenceRequest inference{*model, kept->views, {}, nullptr};
  return InferenceCall::Start(
      context, std::move(label), scheduler_, std::move(inference),
      [model = *model, kept, request, response](const batching::InferenceResult& result) {
        EncodePrediction(result, *model, *request, *response);
      });
}

}  // namespace reluserve::rpc
