// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What `reluctl report` writes: one HTML file that stands alone, with plots as inline SVG.

#ifndef RELUSERVE_CLIENT_SPARSITY_PAGE_H_
#define RELUSERVE_CLIENT_SPARSITY_PAGE_H_

#include <optional>
#include <string>

#include "proto/reluserve/v1/sparsity_service.pb.h"

namespace reluserve::client {

struct SparsityPageData {
  v1::SparsityReport report;  // with channels and distributions
  v1::ListDeadChannelsResponse dead;
  std::optional<v1::GetDriftResponse> drift;  // where there is a baseline
};

// Layer profile, a heat map of all channels, the distribution over samples of every layer, dead
// channels, drift, and skippable work.
std::string SparsityPage(const SparsityPageData& data);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_SPARSITY_PAGE_H_
