// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Pictures in requests, whatever the protocol: PNG and JPEG files that become the model's input.

#ifndef RELUSERVE_SERVER_RPC_IMAGE_CONTENTS_H_
#define RELUSERVE_SERVER_RPC_IMAGE_CONTENTS_H_

#include <functional>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/repository/loaded_model.h"
#include "server/tensor/tensor.h"

namespace reluserve::rpc {

struct ImageInputs {
  std::vector<TensorView> views;  // the one input, a sample for each file, into `prepare`
  // Decodes the files into the input: work for a lane, done only for a request whose turn has come
  // (batching::InferenceRequest). INVALID_ARGUMENT for a file that is no picture.
  std::function<absl::Status()> prepare;
};

// INVALID_ARGUMENT where the model takes no pictures.
absl::Status CheckTakesImages(const repository::LoadedModel& model);

// The files must outlive the result. INVALID_ARGUMENT as CheckTakesImages(), and where there
// are none or more than it may be given at once: max_batch_size, or one where it has no batch.
// Memory for them is taken here.
absl::StatusOr<ImageInputs> TakeImages(const repository::LoadedModel& model,
                                       std::vector<std::string_view> files);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_IMAGE_CONTENTS_H_
