// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_REPOSITORY_TEXT_PROTO_H_
#define RELUSERVE_SERVER_REPOSITORY_TEXT_PROTO_H_

#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

namespace reluserve::repository {

// Reads protobuf's text format, as people write it, into `message`. What it returns are warnings,
// of fields that are not in the schema: "line 3: Message type ... has no field named ...". Anything
// else that is wrong is INVALID_ARGUMENT with line and column.
absl::StatusOr<std::vector<std::string>> ParseTextProto(const std::string& text,
                                                        google::protobuf::Message& message);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_TEXT_PROTO_H_
