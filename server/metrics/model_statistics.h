// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What was computed for each version of each model since the server started: the figures of
// Triton's statistics extension (proto/model_statistics.proto says what each means).

#ifndef RELUSERVE_SERVER_METRICS_MODEL_STATISTICS_H_
#define RELUSERVE_SERVER_METRICS_MODEL_STATISTICS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>

#include "server/batching/batch_observer.h"
#include "server/metrics/latest_models.h"

namespace reluserve::metrics {

// How often, and how long altogether.
struct DurationTotal {
  uint64_t count = 0;
  uint64_t ns = 0;

  // One more, of that duration; a negative one (a clock set back) counts as zero.
  void Add(absl::Duration duration);
};

// Where the time of computing went. The three counts are always equal.
struct ComputeTotals {
  DurationTotal input;
  DurationTotal infer;
  DurationTotal output;

  void Add(const batching::ComputeTimes& times);
};

// Of one version of a model.
struct ModelTotals {
  absl::Time last_inference = absl::InfinitePast();  // of a request that succeeded
  uint64_t inference_count = 0;                      // samples of requests that succeeded
  uint64_t execution_count = 0;                      // batches run
  // Of requests. success.ns is queue.ns and compute together: the latter are of requests that
  // succeeded.
  DurationTotal success;
  DurationTotal fail;
  DurationTotal queue;
  ComputeTotals compute;
  // Of batches run, by their size in samples.
  std::map<int64_t, ComputeTotals> batches;
};

// Thread-safe. Totals belong to a name and version, and go on when it is loaded again, so that they
// never fall. Of the `max_models` most lately asked they are kept until the process ends; those of
// a version that was gone for longer than that begin again.
class ModelStatistics final : public batching::BatchObserver {
 public:
  // `now` tells the time of the last inference.
  explicit ModelStatistics(std::function<absl::Time()> now = absl::Now, size_t max_models = 1024)
      : now_(std::move(now)), totals_(max_models) {}

  // All of a batch is published in one step: no reader sees a part of it.
  void OnBatch(const batching::BatchRecord& batch) override;
  void OnNotComputed(const repository::LoadedModel& model, const absl::Status& status,
                     absl::Duration queue_time) override;

  // The totals at this moment; zeros for what nobody has asked anything yet.
  ModelTotals Get(const std::string& name, int64_t version) const;

 private:
  ModelTotals& TotalsOf(const repository::LoadedModel& model) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<absl::Time()> now_;
  mutable absl::Mutex mutex_;
  LatestModels<ModelTotals> totals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_MODEL_STATISTICS_H_
