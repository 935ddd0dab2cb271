// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What `reluctl models` and `reluctl describe` print.

#ifndef RELUSERVE_CLIENT_MODEL_REPORT_H_
#define RELUSERVE_CLIENT_MODEL_REPORT_H_

#include <string>

#include "client/table.h"
#include "proto/reluserve/v1/model.pb.h"

namespace reluserve::client {

// A table of models; below it, why those that are not ready are not.
std::string ModelsText(const v1::ListModelsResponse& response, const TextStyle& style);

// The graphs of a model that its description shows as text.
struct GraphChoice {
  bool before = false;
  bool after = false;
};

// Inputs and outputs, what the passes changed, the steps of the plan, multiply-accumulates and
// memory; and the graphs that were chosen.
std::string DescriptionText(const v1::DescribeModelResponse& response, GraphChoice graphs,
                            const TextStyle& style);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_MODEL_REPORT_H_
