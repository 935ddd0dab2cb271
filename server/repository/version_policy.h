// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_REPOSITORY_VERSION_POLICY_H_
#define RELUSERVE_SERVER_REPOSITORY_VERSION_POLICY_H_

#include <cstdint>
#include <vector>

#include <absl/status/statusor.h>

#include "proto/model_config.pb.h"

namespace reluserve::repository {

// Which versions of a model are to be served, ascending, of those there are (ascending): by default
// the newest. Those that `specific` names are to be served whether they are there or not.
// INVALID_ARGUMENT where it names none, or what is no version.
absl::StatusOr<std::vector<int64_t>> ChooseVersions(const inference::ModelVersionPolicy& policy,
                                                    const std::vector<int64_t>& available);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_VERSION_POLICY_H_
