// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/endpoint_picker.h"

#include <tuple>

namespace reluserve::load {

EndpointPicker::EndpointPicker(int endpoints, Nanoseconds rest)
    : rest_(rest), endpoints_(endpoints) {}

int EndpointPicker::Pick(Nanoseconds now, int avoid) {
  // The least of: to be avoided, resting, taken last.
  const auto rank = [&](int i) {
    return std::tuple(i == avoid, now < endpoints_[i].resting_until, endpoints_[i].last_pick);
  };
  int best = 0;
  for (int i = 1; i < static_cast<int>(endpoints_.size()); ++i) {
    if (rank(i) < rank(best)) best = i;
  }
  endpoints_[best].last_pick = ++picks_;
  return best;
}

void EndpointPicker::OnUnavailable(int endpoint, Nanoseconds now) {
  endpoints_[endpoint].resting_until = now + rest_;
}

}  // namespace reluserve::load
