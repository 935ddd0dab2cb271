// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// <version>/tuning.pbtxt: how a model is computed fastest, as it was measured on some machine.

#ifndef RELUSERVE_SERVER_REPOSITORY_TUNING_FILE_H_
#define RELUSERVE_SERVER_REPOSITORY_TUNING_FILE_H_

#include <cstdint>
#include <string>

#include <absl/status/statusor.h>

#include "proto/reluserve/v1/tuning.pb.h"
#include "server/engine/tuning.h"

namespace reluserve::repository {

// What such a file is to hold for the model of that fingerprint on this machine.
v1::Tuning EncodeTuning(const engine::Tuning& tuning, uint64_t fingerprint);

// What the file says. INVALID_ARGUMENT where it is malformed, FAILED_PRECONDITION where it was made
// for another model, CPU or version of oneDNN.
absl::StatusOr<engine::Tuning> ParseTuning(const std::string& text, uint64_t fingerprint);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_TUNING_FILE_H_
