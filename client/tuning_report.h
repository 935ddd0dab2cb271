// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What `reluctl tune` prints.

#ifndef RELUSERVE_CLIENT_TUNING_REPORT_H_
#define RELUSERVE_CLIENT_TUNING_REPORT_H_

#include <string>

#include <nlohmann/json.hpp>

#include "client/table.h"
#include "proto/reluserve/v1/tuning.pb.h"

namespace reluserve::client {

// One row for each convolution that is computed in another way than by the rules, and what the
// model gains.
std::string TuningText(const v1::TuneResult& result, const TextStyle& style);

nlohmann::ordered_json ToJson(const v1::TuneResult& result);

// The content of tuning.pbtxt.
std::string TuningFile(const v1::Tuning& tuning);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_TUNING_REPORT_H_
