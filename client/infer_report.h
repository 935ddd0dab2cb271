// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What `reluctl infer` prints.

#ifndef RELUSERVE_CLIENT_INFER_REPORT_H_
#define RELUSERVE_CLIENT_INFER_REPORT_H_

#include <optional>
#include <span>
#include <string>

#include <absl/status/statusor.h>
#include <nlohmann/json.hpp>

#include "client/table.h"
#include "proto/reluserve/v1/prediction.pb.h"

namespace reluserve::client {

// One request and its answer.
struct InferResult {
  // Where the input came from: a file, or "random".
  std::string input;
  // The true class of every sample of the request, as a label or an index; nothing where unknown.
  std::optional<std::string> truth;
  v1::PredictResponse response;
};

// The class a sample was given: its label, or its index where the model has no labels.
std::string NameOf(const v1::Class& entry);

// Tables: the classes of each sample or, without classes, the output tensors; then the sparsity of
// each activation layer over all requests. INVALID_ARGUMENT when an output tensor contradicts
// itself.
absl::StatusOr<std::string> InferReportText(std::span<const InferResult> results,
                                            const TextStyle& style);

// Everything. INVALID_ARGUMENT as above.
absl::StatusOr<nlohmann::ordered_json> InferReportJson(std::span<const InferResult> results);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_INFER_REPORT_H_
