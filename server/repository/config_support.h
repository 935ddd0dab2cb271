// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What of Triton's configurations has no effect in this server.

#ifndef RELUSERVE_SERVER_REPOSITORY_CONFIG_SUPPORT_H_
#define RELUSERVE_SERVER_REPOSITORY_CONFIG_SUPPORT_H_

#include <string>
#include <vector>

#include "proto/model_config.pb.h"

namespace reluserve::repository {

// One line for each field that is set and changes nothing, with its path and why:
// "optimization.graph.level: the server optimises every model the same way". In the order of the
// schema.
std::vector<std::string> UnsupportedFields(const inference::ModelConfig& config);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_CONFIG_SUPPORT_H_
