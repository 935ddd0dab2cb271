// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The JSON that `reluctl --output json` prints; README.md of this folder describes it.

#ifndef RELUSERVE_CLIENT_JSON_OUTPUT_H_
#define RELUSERVE_CLIENT_JSON_OUTPUT_H_

#include <string>

#include <absl/status/statusor.h>
#include <nlohmann/json.hpp>

#include "proto/reluserve/v1/model.pb.h"
#include "proto/reluserve/v1/prediction.pb.h"

namespace reluserve::client {

nlohmann::ordered_json ToJson(const v1::ListModelsResponse& response);
nlohmann::ordered_json ToJson(const v1::DescribeModelResponse& response);
// INVALID_ARGUMENT when an output tensor contradicts itself.
absl::StatusOr<nlohmann::ordered_json> ToJson(const v1::PredictResponse& response);

// As text, indented and with a final '\n'. Bytes that are not UTF-8 become U+FFFD.
std::string Dump(const nlohmann::ordered_json& json);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_JSON_OUTPUT_H_
