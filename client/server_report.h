// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What `reluctl stats`, `config` and `index` print.

#ifndef RELUSERVE_CLIENT_SERVER_REPORT_H_
#define RELUSERVE_CLIENT_SERVER_REPORT_H_

#include <string>

#include <google/protobuf/message.h>
#include <nlohmann/json.hpp>

#include "client/table.h"
#include "proto/model_administration.pb.h"
#include "proto/model_statistics.pb.h"

namespace reluserve::client {

// A line for each version of a model: requests, and the mean times of one that succeeded.
std::string StatisticsText(const inference::ModelStatisticsResponse& response,
                           const TextStyle& style);

// A line for each version of a model, with its state and the reason for it.
std::string IndexText(const inference::RepositoryIndexResponse& response, const TextStyle& style);

// Protobuf's JSON of a message, with the names of the .proto file.
nlohmann::ordered_json ProtoJson(const google::protobuf::Message& message);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_SERVER_REPORT_H_
