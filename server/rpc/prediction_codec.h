// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// reluserve.v1.Predict messages to and from what the scheduler takes and gives.

#ifndef RELUSERVE_SERVER_RPC_PREDICTION_CODEC_H_
#define RELUSERVE_SERVER_RPC_PREDICTION_CODEC_H_

#include <functional>
#include <vector>

#include <absl/status/statusor.h>

#include "proto/reluserve/v1/prediction.pb.h"
#include "server/batching/scheduler.h"
#include "server/repository/loaded_model.h"

namespace reluserve::rpc {

// The inputs of a PredictRequest, checked.
struct PredictionInputs {
  std::vector<TensorView> views;  // in the model's order, into the message or into `prepare`
  // Decodes an image into the view (batching::InferenceRequest); empty where tensors were sent.
  std::function<absl::Status()> prepare;
};

// INVALID_ARGUMENT naming what does not fit. The message must outlive the result.
absl::StatusOr<PredictionInputs> DecodePrediction(const v1::PredictRequest& message,
                                                  const repository::LoadedModel& model);

// Fills the response with what the request asks for.
void EncodePrediction(const batching::InferenceResult& result, const repository::LoadedModel& model,
                      const v1::PredictRequest& request, v1::PredictResponse& response);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_PREDICTION_CODEC_H_
