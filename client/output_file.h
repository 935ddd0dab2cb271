// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_OUTPUT_FILE_H_
#define RELUSERVE_CLIENT_OUTPUT_FILE_H_

#include <string>

#include <absl/status/status.h>

namespace reluserve::client {

// Writes a file anew. INVALID_ARGUMENT where it cannot be written, with the system's reason.
absl::Status WriteFile(const std::string& path, const std::string& content);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_OUTPUT_FILE_H_
