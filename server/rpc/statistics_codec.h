// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_STATISTICS_CODEC_H_
#define RELUSERVE_SERVER_RPC_STATISTICS_CODEC_H_

#include "proto/model_statistics.pb.h"
#include "server/metrics/model_statistics.h"

namespace reluserve::rpc {

// All fields but name and version.
void EncodeStatistics(const metrics::ModelTotals& totals, inference::ModelStatistics& message);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_STATISTICS_CODEC_H_
