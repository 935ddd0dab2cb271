// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/model_statistics.h"

#include <algorithm>

namespace reluserve::metrics {
namespace {

// A clock that is set back makes no time negative.
absl::Duration NotNegative(absl::Duration duration) {
  return std::max(duration, absl::ZeroDuration());
}

// Never less than its parts, each as DurationTotal counts it.
absl::Duration Served(const batching::RequestRecord& request) {
  return NotNegative(request.queue_time) + NotNegative(request.compute.input) +
         NotNegative(request.compute.infer) + NotNegative(request.compute.output);
}

}  // namespace

void DurationTotal::Add(absl::Duration duration) {
  ++count;
  ns += static_cast<uint64_t>(absl::ToInt64Nanoseconds(NotNegative(duration)));
}

void ComputeTotals::Add(const batching::ComputeTimes& times) {
  input.Add(times.input);
  infer.Add(times.infer);
  output.Add(times.output);
}

ModelTotals& ModelStatistics::TotalsOf(const repository::LoadedModel& model) {
  return totals_.Of(model.name(), model.version());
}

void ModelStatistics::OnBatch(const batching::BatchRecord& batch) {
  const absl::Time now = now_();
  absl::MutexLock lock(&mutex_);
  ModelTotals& totals = TotalsOf(batch.model);
  if (batch.status.ok()) {
    ++totals.execution_count;
    totals.batches[batch.samples].Add(batch.compute);
  }
  for (const batching::RequestRecord& request : batch.requests) {
    if (!request.status.ok()) {
      totals.fail.Add(Served(request));
      continue;
    }
    totals.success.Add(Served(request));
    totals.queue.Add(request.queue_time);
    totals.compute.Add(request.compute);
    totals.inference_count += static_cast<uint64_t>(request.samples);
    totals.last_inference = std::max(totals.last_inference, now);
  }
}

void ModelStatistics::OnNotComputed(const repository::LoadedModel& model, const absl::Status&,
                                    absl::Duration queue_time) {
  absl::MutexLock lock(&mutex_);
  TotalsOf(model).fail.Add(queue_time);
}

ModelTotals ModelStatistics::Get(const std::string& name, int64_t version) const {
  absl::MutexLock lock(&mutex_);
  const ModelTotals* totals = totals_.Find(name, version);
  return totals == nullptr ? ModelTotals() : *totals;
}

}  // namespace reluserve::metrics
