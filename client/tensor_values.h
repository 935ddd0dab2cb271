// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The elements of tensors that come from and go to a server.

#ifndef RELUSERVE_CLIENT_TENSOR_VALUES_H_
#define RELUSERVE_CLIENT_TENSOR_VALUES_H_

#include <absl/status/statusor.h>
#include <nlohmann/json.hpp>

#include "proto/reluserve/v1/prediction.pb.h"
#include "server/tensor/tensor.h"

namespace reluserve::client {

// The tensor of a message; points into it. INVALID_ARGUMENT when the datatype is unknown, an extent
// is negative, or the data have another size than datatype and shape say.
absl::StatusOr<TensorView> ViewOf(const v1::Tensor& tensor);

// The number with the fewest digits that give the same float again; what JSON has no number for is
// one of the strings "NaN", "Infinity" and "-Infinity".
nlohmann::ordered_json ValueToJson(float value);

// The elements as one flat JSON array, floating-point ones as ValueToJson.
nlohmann::ordered_json ValuesToJson(const TensorView& tensor);

// Facts about the elements of an output. NaN and infinite elements count only as non-finite; where
// there is no finite element the other figures are 0.
struct ValueSummary {
  double min = 0;
  double mean = 0;
  double max = 0;
  int64_t non_finite = 0;
};
ValueSummary Summarise(const TensorView& tensor);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_TENSOR_VALUES_H_
