// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_ENDPOINT_PICKER_H_
#define RELUSERVE_CLIENT_LOAD_ENDPOINT_PICKER_H_

#include <cstdint>
#include <vector>

#include "client/load/duration.h"

namespace reluserve::load {

// Takes endpoints in turn. One that was found unavailable is left out for a while, and its share
// goes to all others alike. Not synchronised.
class EndpointPicker {
 public:
  // `endpoints` > 0 of them, numbered from 0. `rest` is how long one is left out.
  EndpointPicker(int endpoints, Nanoseconds rest);

  // The endpoint for an attempt that starts at `now`: that which was not taken for the longest
  // time, of those that are available or, where none is, of all. `avoid` (-1: none) is the one
  // where the request's last attempt failed: it is only taken where there is no other.
  int Pick(Nanoseconds now, int avoid = -1);

  // An attempt at the endpoint, which ended at `now`, found it unavailable.
  void OnUnavailable(int endpoint, Nanoseconds now);

 private:
  struct Endpoint {
    Nanoseconds resting_until{0};
    int64_t last_pick = 0;
  };

  Nanoseconds rest_;
  std::vector<Endpoint> endpoints_;
  int64_t picks_ = 0;
};

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_ENDPOINT_PICKER_H_
