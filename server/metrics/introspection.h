// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_METRICS_INTROSPECTION_H_
#define RELUSERVE_SERVER_METRICS_INTROSPECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/repository/loaded_model.h"

namespace reluserve::metrics {

// A model as metrics and the dashboard show it.
struct ModelState {
  std::string name;
  int64_t version = 0;                                   // 0 where it has none
  std::shared_ptr<const repository::LoadedModel> model;  // null where it is not ready
  std::string reason;                                    // why
};

struct LaneState {
  int lanes = 0;
  int busy = 0;    // computing now
  int queued = 0;  // requests that wait
};

// What metrics and the dashboard ask the rest of the server, each time they are asked. All are set,
// thread-safe, and return at once.
struct Introspection {
  std::function<std::vector<ModelState>()> models;
  std::function<LaneState()> lanes;
  std::function<bool()> ready;
  int cpus_granted = 0;
};

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_INTROSPECTION_H_
