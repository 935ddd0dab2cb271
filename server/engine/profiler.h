// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Measures where the time of a model's runs goes.

#ifndef RELUSERVE_SERVER_ENGINE_PROFILER_H_
#define RELUSERVE_SERVER_ENGINE_PROFILER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/engine/plan_info.h"
#include "server/sparsity/trace.h"

namespace reluserve::engine {

class Plan;

// Thread-safe. Off until it is started; being off costs a run one load of an atomic. Being on costs
// it a look at the clock for each step, and the sums of its counts.
class Profiler {
 public:
  // Plans that are told apart; runs of further ones are left out.
  static constexpr size_t kMaxPlans = 64;

  // Begins anew at zero.
  void Start();
  // Runs are no longer measured. What was measured stays to be read.
  void Stop();
  bool on() const { return on_.load(std::memory_order_relaxed); }

  // A run of `plan` whose steps took so long, in nanoseconds, each. `trace` may be null.
  void Add(const std::shared_ptr<const Plan>& plan, std::span<const int64_t> step_times,
           const sparsity::Trace* trace);

  // By plan, in the order of their first runs.
  std::vector<PlanProfile> Read() const;

 private:
  struct Entry {
    std::shared_ptr<const Plan> plan;
    uint64_t runs = 0;
    std::vector<int64_t> times;      // by step, summed
    std::vector<int64_t> fastest;    // by step
    std::vector<uint64_t> elements;  // by activation layer
    std::vector<uint64_t> inactive;
  };

  static PlanProfile ProfileOf(const Entry& entry);

  std::atomic<bool> on_ = false;
  mutable absl::Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PROFILER_H_
