// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Configurations of models as people and clients write them.

#ifndef RELUSERVE_SERVER_REPOSITORY_CONFIG_PARSER_H_
#define RELUSERVE_SERVER_REPOSITORY_CONFIG_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "proto/model_config.pb.h"

namespace reluserve::repository {

struct ParsedConfig {
  inference::ModelConfig config;
  // What of it nobody knows: "line 3: Message type ... has no field named ...".
  std::vector<std::string> warnings;
};

// config.pbtxt: protobuf's text format. A field that is not in the schema is a warning; anything
// else that is wrong is INVALID_ARGUMENT with line and column.
absl::StatusOr<ParsedConfig> ParseConfigText(const std::string& text);

// Protobuf's JSON, with names like max_batch_size or maxBatchSize. INVALID_ARGUMENT for what is no
// JSON, has the wrong type, or is not in the schema.
absl::StatusOr<inference::ModelConfig> ParseConfigJson(const std::string& json);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_CONFIG_PARSER_H_
