// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Runs as JSON: what `--save` writes, and `reluctl load compare` reads. client/README.md describes
// the fields.

#ifndef RELUSERVE_CLIENT_LOAD_RESULT_JSON_H_
#define RELUSERVE_CLIENT_LOAD_RESULT_JSON_H_

#include <string>

#include <absl/status/statusor.h>
#include <nlohmann/json.hpp>

#include "client/load/compare.h"
#include "client/load/result.h"

namespace reluserve::load {

// All of a run, with histograms, so that FromJson() gives it back; percentiles are there for other
// readers.
nlohmann::ordered_json ToJson(const RunResult& run);

// A comparison, for scripts.
nlohmann::ordered_json ToJson(const Comparison& comparison);

// The run in a document of ToJson(). INVALID_ARGUMENT for any other text, naming the field that is
// missing or has a value it cannot have. The timeline is not read.
absl::StatusOr<RunResult> RunFromJson(const std::string& text);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_RESULT_JSON_H_
