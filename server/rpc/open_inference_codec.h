// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Open Inference Protocol messages to and from what the scheduler takes and gives.

#ifndef RELUSERVE_SERVER_RPC_OPEN_INFERENCE_CODEC_H_
#define RELUSERVE_SERVER_RPC_OPEN_INFERENCE_CODEC_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "proto/open_inference.pb.h"
#include "server/batching/scheduler.h"
#include "server/repository/loaded_model.h"
#include "server/rpc/infer_parameters.h"

namespace reluserve::rpc {

// What the request parameter `sparsity` asks for (open_inference.proto).
enum class SparsityDetail { kNone, kLayers, kChannels };

// An output that a request asks for.
struct OutputTarget {
  size_t index = 0;  // by position in the model
  // More than 0: not the elements, but so many classes with the largest scores.
  size_t classes = 0;
  // Where the elements go instead of the message.
  std::optional<SharedMemoryRange> memory;
};

// A ModelInferRequest, checked.
struct DecodedRequest {
  // In the model's order, into the message, `owned` or `prepare`.
  std::vector<TensorView> inputs;
  // Decodes images into the input (batching::InferenceRequest); empty where tensors were sent.
  std::function<absl::Status()> prepare;
  std::vector<OutputTarget> outputs;
  SparsityDetail sparsity = SparsityDetail::kNone;
  uint64_t priority = 0;           // as batching::InferenceRequest has it
  absl::Duration timeout;          // likewise
  std::vector<std::string> owned;  // elements that are not in the message
};

// INVALID_ARGUMENT naming what does not fit; NOT_FOUND for an unknown region of shared memory. The
// message must outlive the result.
absl::StatusOr<DecodedRequest> DecodeRequest(const inference::ModelInferRequest& message,
                                             const repository::LoadedModel& model,
                                             const SharedMemoryRegions& regions);

// Fills the response. The order of layers is that of the model. An error where an output cannot go
// where the request wants it.
absl::Status EncodeResponse(const batching::InferenceResult& result,
                            const repository::LoadedModel& model, const DecodedRequest& request,
                            inference::ModelInferResponse& response);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_OPEN_INFERENCE_CODEC_H_
