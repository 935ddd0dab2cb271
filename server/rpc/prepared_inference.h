// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A request between its decoding and its answer, whatever its protocol, in a call of its own or on
// a stream.

#ifndef RELUSERVE_SERVER_RPC_PREPARED_INFERENCE_H_
#define RELUSERVE_SERVER_RPC_PREPARED_INFERENCE_H_

#include <functional>

#include <absl/status/status.h>

#include "server/batching/scheduler.h"

namespace reluserve::rpc {

struct PreparedInference {
  // Points into the request message, and into what `encode` holds.
  batching::InferenceRequest request;
  // Writes the result into the response; an error is the answer instead. Called once at most, on a
  // lane's thread. Request message and response have to live until then.
  std::function<absl::Status(const batching::InferenceResult&)> encode;
  // Whether its times go to the log (trace_settings.h).
  bool traced = false;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_PREPARED_INFERENCE_H_
