// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/version_policy.h"

#include <algorithm>
#include <set>

#include "server/base/status.h"

namespace reluserve::repository {
namespace {

absl::StatusOr<std::vector<int64_t>> Specific(
    const inference::ModelVersionPolicy::Specific& specific) {
  if (specific.versions().empty()) {
    return InvalidArgument("version_policy.specific names no versions");
  }
  for (int64_t version : specific.versions()) {
    if (version < 1) {
      return InvalidArgument("version_policy.specific has version {}, expected at least 1",
                             version);
    }
  }
  const std::set<int64_t> versions(specific.versions().begin(), specific.versions().end());
  return std::vector<int64_t>(versions.begin(), versions.end());
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> ChooseVersions(const inference::ModelVersionPolicy& policy,
                                                    const std::vector<int64_t>& available) {
  if (policy.has_specific()) return Specific(policy.specific());
  if (policy.has_all()) return available;
  const size_t wanted = std::max<uint32_t>(1, policy.latest().num_versions());
  const size_t count = std::min(wanted, available.size());
  return std::vector<int64_t>(available.end() - static_cast<std::ptrdiff_t>(count),
                              available.end());
}

}  // namespace reluserve::repository
