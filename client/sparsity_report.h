// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What `reluctl sparsity` prints.

#ifndef RELUSERVE_CLIENT_SPARSITY_REPORT_H_
#define RELUSERVE_CLIENT_SPARSITY_REPORT_H_

#include <string>

#include <nlohmann/json.hpp>

#include "client/table.h"
#include "proto/reluserve/v1/sparsity_service.pb.h"

namespace reluserve::client {

// One row a layer, with a bar as long as the layer is sparse, and a line about skippable work.
std::string SparsityText(const v1::SparsityReport& report, const TextStyle& style);

// A layer's channels as a strip: one character each, 64 a line, the fuller the more active the
// channel; a dead one is an 'x'. The layer has to have channels.
std::string ChannelStripText(const v1::LayerActivity& layer, const TextStyle& style);

// One row a channel, and a line for layers that were not judged.
std::string DeadChannelsText(const v1::ListDeadChannelsResponse& response, const TextStyle& style);

// One row a layer, and a verdict.
std::string DriftText(const v1::GetDriftResponse& response, const TextStyle& style);

// One line a layer, or, where the report has channels, a line a channel; with titles (RFC 4180).
std::string SparsityCsv(const v1::SparsityReport& report);

nlohmann::ordered_json ToJson(const v1::SparsityReport& report);
nlohmann::ordered_json ToJson(const v1::ListDeadChannelsResponse& response);
nlohmann::ordered_json ToJson(const v1::GetDriftResponse& response);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_SPARSITY_REPORT_H_
