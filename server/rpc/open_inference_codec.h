// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Open Inference Protocol messages to and from what the scheduler takes and gives.

#ifndef RELUSERVE_SERVER_RPC_OPEN_INFERENCE_CODEC_H_
#define RELUSERVE_SERVER_RPC_OPEN_INFERENCE_CODEC_H_

#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "proto/open_inference.pb.h"
#include "server/batching/scheduler.h"
#include "server/repository/loaded_model.h"

namespace reluserve::rpc {

// What the request parameter `sparsity` asks for (open_inference.proto).
enum class SparsityDetail { kNone, kLayers, kChannels };

// A ModelInferRequest, checked.
struct DecodedRequest {
  std::vector<TensorView> inputs;  // in the model's order, into the message or `converted`
  std::vector<size_t> outputs;     // which to answer with, by position in the model
  SparsityDetail sparsity = SparsityDetail::kNone;
  std::vector<std::string> converted;  // elements of typed contents, as bytes
};

// INVALID_ARGUMENT naming what does not fit. The message must outlive the result.
absl::StatusOr<DecodedRequest> DecodeRequest(const inference::ModelInferRequest& message,
                                             const repository::LoadedModel& model);

// Fills the response. The order of layers is that of the model.
void EncodeResponse(const batching::InferenceResult& result, const repository::LoadedModel& model,
                    const DecodedRequest& request, inference::ModelInferResponse& response);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_OPEN_INFERENCE_CODEC_H_
