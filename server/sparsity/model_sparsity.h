// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the activation layers of one loaded model did over all its traffic.

#ifndef RELUSERVE_SERVER_SPARSITY_MODEL_SPARSITY_H_
#define RELUSERVE_SERVER_SPARSITY_MODEL_SPARSITY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "server/sparsity/counters.h"
#include "server/sparsity/sliding_window.h"
#include "server/sparsity/trace.h"

namespace reluserve::sparsity {

// Which stretch of time to read. The windows end now and begin at a border between slots of 10 s,
// 1 min and 10 min: they cover their length and up to one slot more.
enum class Window { kSinceLoad, kOneMinute, kTenMinutes, kOneHour };

// All that has to outlive the process.
struct SavedCounts {
  std::vector<int64_t> channels;  // as the layout was made from
  std::vector<uint64_t> counters;
  std::vector<Extremes> extremes;
  absl::Time since;
};
struct SavedSparsity {
  std::optional<SavedCounts> counts;
  std::optional<SavedCounts> baseline;
  absl::Time baseline_until;  // when the baseline was set
};

// Thread-safe. Its memory is settled with the first batch: 25 arrays of, for each layer, 522
// integers and two for each channel (14 MB for ResNet-50). Recording a batch allocates nothing
// after that. Times are those of one clock that the callers share; if it goes back, the latest time
// counts.
class ModelSparsity {
 public:
  // `layers` are the model's, in the order of its traces.
  ModelSparsity(std::span<const LayerInfo> layers, absl::Time now);

  const std::vector<LayerInfo>& layers() const { return layers_; }

  // Adds one run of the model. A trace of another number of layers is INVALID_ARGUMENT and counts
  // for nothing.
  absl::Status Record(const Trace& trace, absl::Time now);

  Reading Read(Window window, absl::Time now);

  // Keeps what `window` holds as the baseline that drift is measured against. FAILED_PRECONDITION
  // when it holds no sample.
  absl::Status SetBaseline(Window window, absl::Time now);
  // Null where none was set.
  std::shared_ptr<const Reading> baseline() const;

  // Begins anew at zero; the baseline stays unless it is to go too.
  void Reset(absl::Time now, bool with_baseline);

  // What to keep, and what was kept by a process before: INVALID_ARGUMENT where it is not about
  // these layers, or where something was recorded already. Windows begin empty.
  SavedSparsity Save() const;
  absl::Status Restore(const SavedSparsity& saved, absl::Time now);

 private:
  void SetLayout(std::span<const int64_t> channels) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartWindows(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Reading ReadLocked(Window window, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<LayerInfo> layers_;
  mutable absl::Mutex mutex_;
  absl::Time since_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const CounterLayout> layout_ ABSL_GUARDED_BY(mutex_);  // null before a batch
  std::vector<uint64_t> counters_ ABSL_GUARDED_BY(mutex_);
  std::vector<Extremes> extremes_ ABSL_GUARDED_BY(mutex_);
  std::vector<SlidingWindow> windows_ ABSL_GUARDED_BY(mutex_);  // in the order of Window
  std::shared_ptr<const Reading> baseline_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_MODEL_SPARSITY_H_
