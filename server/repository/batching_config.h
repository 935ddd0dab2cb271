// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_REPOSITORY_BATCHING_CONFIG_H_
#define RELUSERVE_SERVER_REPOSITORY_BATCHING_CONFIG_H_

#include <absl/status/statusor.h>

#include "proto/model_config.pb.h"
#include "server/repository/batching_options.h"

namespace reluserve::repository {

// What a complete configuration says of batching; what it leaves open is as in `defaults`.
// INVALID_ARGUMENT naming field, value and what was expected.
absl::StatusOr<BatchingOptions> BatchingOfConfig(const inference::ModelConfig& config,
                                                 const BatchingOptions& defaults);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_BATCHING_CONFIG_H_
