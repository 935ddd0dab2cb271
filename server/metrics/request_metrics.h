// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How many requests there were, how long they took, and what became of them.

#ifndef RELUSERVE_SERVER_METRICS_REQUEST_METRICS_H_
#define RELUSERVE_SERVER_METRICS_REQUEST_METRICS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>

#include "server/batching/batch_observer.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/latest_models.h"

namespace reluserve::metrics {

// Thread-safe. Labels are bounded: models are those that were asked last (latest_models.h), methods
// those that the server has (`method` is not what a client made up), codes and reasons a fixed set.
class RequestMetrics final : public batching::BatchObserver {
 public:
  RequestMetrics();
  ~RequestMetrics() override;

  void OnBatch(const batching::BatchRecord& batch) override;
  void OnNotComputed(const repository::LoadedModel& model, const absl::Status& status,
                     absl::Duration queue_time) override;

  // A call that ended, by its method's full name. `unary`: streams live as long as clients like, so
  // their time says nothing.
  void OnCall(std::string_view method, absl::StatusCode code, absl::Duration time, bool unary);
  // A computed request's response was written.
  void OnEncoded(const repository::LoadedModel& model, absl::Duration time);

  std::vector<prometheus::MetricFamily> Collect() const;

 private:
  struct ModelMetrics;
  struct MethodMetrics;

  ModelMetrics& Of(const repository::LoadedModel& model) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  MethodMetrics& Of(std::string_view method) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  LatestModels<std::unique_ptr<ModelMetrics>> models_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<MethodMetrics>, std::less<>> methods_
      ABSL_GUARDED_BY(mutex_);
};

// Times what it lives for as the writing of a response.
class EncodeTimer {
 public:
  // Both must outlive it.
  EncodeTimer(RequestMetrics& metrics, const repository::LoadedModel& model)
      : metrics_(metrics), model_(model), start_(absl::Now()) {}
  ~EncodeTimer() { metrics_.OnEncoded(model_, absl::Now() - start_); }
  EncodeTimer(const EncodeTimer&) = delete;
  EncodeTimer& operator=(const EncodeTimer&) = delete;

 private:
  RequestMetrics& metrics_;
  const repository::LoadedModel& model_;
  const absl::Time start_;
};

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_REQUEST_METRICS_H_
