// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Brings the counts of every batch to the sparsity store.

#ifndef RELUSERVE_SERVER_METRICS_SPARSITY_RECORDER_H_
#define RELUSERVE_SERVER_METRICS_SPARSITY_RECORDER_H_

#include <functional>
#include <memory>

#include <absl/time/clock.h>
#include <absl/time/time.h>

#include "server/batching/batch_observer.h"
#include "server/repository/loaded_model.h"
#include "server/sparsity/sparsity_store.h"

namespace reluserve::metrics {

// A model's place in the store, made if need be.
std::shared_ptr<sparsity::ModelSparsity> CountsOf(sparsity::SparsityStore& store,
                                                  const repository::LoadedModel& model,
                                                  absl::Time now);

// Thread-safe.
class SparsityRecorder final : public batching::BatchObserver {
 public:
  // The store must outlive it.
  explicit SparsityRecorder(sparsity::SparsityStore& store,
                            std::function<absl::Time()> now = absl::Now)
      : store_(store), now_(std::move(now)) {}

  void OnBatch(const batching::BatchRecord& batch) override;
  void OnNotComputed(const repository::LoadedModel&, const absl::Status&, absl::Duration) override {
  }

 private:
  sparsity::SparsityStore& store_;
  const std::function<absl::Time()> now_;
};

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_SPARSITY_RECORDER_H_
