// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What `reluctl profile` prints.

#ifndef RELUSERVE_CLIENT_PROFILE_REPORT_H_
#define RELUSERVE_CLIENT_PROFILE_REPORT_H_

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

#include "client/table.h"
#include "proto/reluserve/v1/profile.pb.h"

namespace reluserve::client {

struct ProfileView {
  bool by_time = false;  // the slowest steps first, not in the order of execution
  size_t top = 0;        // only so many steps; 0: all
};

// For each plan one row a step, and what its runs took altogether. Times are means over the runs;
// rates go by the fastest run of each step, which other work of the machine disturbed least.
std::string ProfileText(const v1::Profile& profile, const ProfileView& view,
                        const TextStyle& style);

nlohmann::ordered_json ToJson(const v1::Profile& profile);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_PROFILE_REPORT_H_
