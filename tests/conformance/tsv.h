// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_TSV_H_
#define RELUSERVE_TESTS_CONFORMANCE_TSV_H_

#include <filesystem>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace reluserve::conformance {

using TsvRow = std::vector<std::string>;

// The rows of a file of tab-separated columns, without empty lines and those that start with '#'.
// NOT_FOUND when it cannot be read.
absl::StatusOr<std::vector<TsvRow>> ReadTsv(const std::filesystem::path& file);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_TSV_H_
