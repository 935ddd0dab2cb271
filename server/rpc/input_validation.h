// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The tensors of a request against the inputs of a model: the gate that nothing passes unchecked.

#ifndef RELUSERVE_SERVER_RPC_INPUT_VALIDATION_H_
#define RELUSERVE_SERVER_RPC_INPUT_VALIDATION_H_

#include <span>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/repository/loaded_model.h"
#include "server/tensor/tensor.h"

namespace reluserve::rpc {

// An input as a request has it, whatever the protocol.
struct NamedTensor {
  std::string_view name;
  std::string_view datatype;
  std::span<const int64_t> shape;
  std::string_view bytes;  // the elements, little-endian
};

// The element type of that name. INVALID_ARGUMENT naming the tensor for a type there is not.
absl::StatusOr<DataType> ParseDataType(std::string_view tensor, std::string_view datatype);

// Views of the elements in the order of the model's inputs. INVALID_ARGUMENT for an unknown,
// missing or repeated input, a wrong type, rank, extent or byte count, an empty tensor, different
// batches, a bool that is neither 0 nor 1; the message says what the request has and what the model
// expects.
absl::StatusOr<std::vector<TensorView>> ValidateInputs(const repository::LoadedModel& model,
                                                       std::span<const NamedTensor> tensors);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_INPUT_VALIDATION_H_
