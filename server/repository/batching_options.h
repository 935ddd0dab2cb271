// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What a model wants of the queue that its requests wait in. Fields bear the names and meanings of
// Triton's model configuration, so that a config.pbtxt fills them as it stands.

#ifndef RELUSERVE_SERVER_REPOSITORY_BATCHING_OPTIONS_H_
#define RELUSERVE_SERVER_REPOSITORY_BATCHING_OPTIONS_H_

#include <cstdint>
#include <map>
#include <vector>

namespace reluserve::repository {

// How requests of one priority level wait.
struct QueuePolicy {
  enum class TimeoutAction : uint8_t {
    kReject,  // answered with DEADLINE_EXCEEDED when the timeout ends, and not computed
    kDelay,   // computed, but after all requests of the level that are still in time
  };
  TimeoutAction timeout_action = TimeoutAction::kReject;
  // How long a request may wait, in microseconds. 0: as long as it takes.
  int64_t default_timeout_us = 0;
  // Whether a request's own timeout counts, where it is shorter than default_timeout_us or that is
  // 0. On unless a configuration turns it off: who sends a timeout means it.
  bool allow_timeout_override = true;
  // Requests that may wait; one more is refused with RESOURCE_EXHAUSTED. 0: no limit but the
  // server's.
  int max_queue_size = 0;
};

struct BatchingOptions {
  // Samples computed in one run, at most. At least 1. A request with more is computed in several
  // runs. Larger batches serve weight-bound models faster and take more memory.
  int max_batch_size = 8;
  // Whether requests share batches at all. Off: each is computed by itself.
  bool dynamic_batching = true;
  // Sizes that a batch which waits for more requests is sent off at without waiting longer;
  // ascending, each at most max_batch_size. Empty: only max_batch_size.
  std::vector<int> preferred_batch_sizes;
  // How long the oldest request of a batch may wait for others to join it, in microseconds. 0: not
  // at all; batches then grow only while every lane is busy.
  int64_t max_queue_delay_us = 0;
  // A free lane takes what is there at once when no other lane computes, whatever the delay: an
  // idle server adds none.
  bool adaptive = true;
  // Levels 1 (the highest) to priority_levels. 0: one level, and requests' priorities are ignored.
  int priority_levels = 0;
  // The level of requests that name none. Between 1 and priority_levels, where there are levels.
  int default_priority_level = 0;
  QueuePolicy default_queue_policy;
  // For the levels that differ from the default.
  std::map<int, QueuePolicy> priority_queue_policy;
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_BATCHING_OPTIONS_H_
