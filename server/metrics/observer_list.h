// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_METRICS_OBSERVER_LIST_H_
#define RELUSERVE_SERVER_METRICS_OBSERVER_LIST_H_

#include <utility>
#include <vector>

#include "server/batching/batch_observer.h"

namespace reluserve::metrics {

// Tells several observers, in order. Thread-safe as they are; they must outlive it.
class ObserverList final : public batching::BatchObserver {
 public:
  explicit ObserverList(std::vector<batching::BatchObserver*> observers)
      : observers_(std::move(observers)) {}

  void OnBatch(const batching::BatchRecord& batch) override {
    for (batching::BatchObserver* observer : observers_) observer->OnBatch(batch);
  }
  void OnNotComputed(const repository::LoadedModel& model, const absl::Status& status,
                     absl::Duration queue_time) override {
    for (batching::BatchObserver* observer : observers_) {
      observer->OnNotComputed(model, status, queue_time);
    }
  }

 private:
  const std::vector<batching::BatchObserver*> observers_;
};

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_OBSERVER_LIST_H_
