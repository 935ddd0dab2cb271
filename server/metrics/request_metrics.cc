// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/request_metrics.h"

#include <algorithm>

namespace reluserve::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::Histogram;
using prometheus::MetricFamily;
using Labels = std::vector<ClientMetric::Label>;

// From 50 µs to 50 s in steps of about 2, in seconds: an answer of the built-in model to one of a
// large network under overload.
const Histogram::BucketBoundaries& TimeBuckets() {
  static const Histogram::BucketBoundaries buckets = {5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3,
                                                      1e-2, 2e-2, 5e-2, 0.1,  0.2,  0.5,  1,
                                                      2,    5,    10,   20,   50};
  return buckets;
}

const Histogram::BucketBoundaries& SizeBuckets() {
  static const Histogram::BucketBoundaries buckets = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128};
  return buckets;
}

double Seconds(absl::Duration time) {
  return absl::ToDoubleSeconds(std::max(time, absl::ZeroDuration()));
}

// What became of a request that was not computed.
const char* ReasonOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kResourceExhausted:
      return "queue_full";
    case absl::StatusCode::kDeadlineExceeded:
      return "expired";
    case absl::StatusCode::kCancelled:
      return "cancelled";
    case absl::StatusCode::kUnavailable:
      return "draining";
    case absl::StatusCode::kInvalidArgument:
      return "bad_input";
    default:
      return "failed";
  }
}

ClientMetric CounterMetric(Labels labels, uint64_t value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(value);
  return metric;
}

ClientMetric HistogramMetric(Labels labels, const Histogram& histogram) {
  ClientMetric metric = histogram.Collect();
  metric.label = std::move(labels);
  return metric;
}

}  // namespace

struct RequestMetrics::ModelMetrics {
  // By status code and reason.
  std::map<std::pair<absl::StatusCode, std::string_view>, uint64_t> requests;
  uint64_t samples = 0;
  Histogram queue{TimeBuckets()};
  Histogram compute{TimeBuckets()};
  Histogram encode{TimeBuckets()};
  Histogram batch{SizeBuckets()};
};

struct RequestMetrics::MethodMetrics {
  std::map<absl::StatusCode, uint64_t> calls;
  Histogram time{TimeBuckets()};
  bool timed = false;
};

RequestMetrics::RequestMetrics() = default;
RequestMetrics::~RequestMetrics() = default;

RequestMetrics::ModelMetrics& RequestMetrics::Of(const repository::LoadedModel& model) {
  std::unique_ptr<ModelMetrics>& metrics = models_.Of(model.name(), model.version());
  if (metrics == nullptr) metrics = std::make_unique<ModelMetrics>();
  return *metrics;
}

RequestMetrics::MethodMetrics& RequestMetrics::Of(std::string_view method) {
  auto found = methods_.find(method);
  if (found == methods_.end()) {
    found = methods_.emplace(method, std::make_unique<MethodMetrics>()).first;
  }
  return *found->second;
}

void RequestMetrics::OnBatch(const batching::BatchRecord& batch) {
  absl::MutexLock lock(&mutex_);
  ModelMetrics& metrics = Of(batch.model);
  if (batch.status.ok()) {
    metrics.samples += static_cast<uint64_t>(batch.samples);
    metrics.batch.Observe(static_cast<double>(batch.samples));
  }
  for (const batching::RequestRecord& request : batch.requests) {
    const bool ok = request.status.ok();
    ++metrics.requests[{request.status.code(), ok ? "computed" : "failed"}];
    if (!ok) continue;
    metrics.queue.Observe(Seconds(request.queue_time));
    metrics.compute.Observe(Seconds(request.compute.total()));
  }
}

void RequestMetrics::OnNotComputed(const repository::LoadedModel& model, const absl::Status& status,
                                   absl::Duration) {
  absl::MutexLock lock(&mutex_);
  ++Of(model).requests[{status.code(), ReasonOf(status.code())}];
}

void RequestMetrics::OnCall(std::string_view method, absl::StatusCode code, absl::Duration time,
                            bool unary) {
  absl::MutexLock lock(&mutex_);
  MethodMetrics& metrics = Of(method);
  ++metrics.calls[code];
  if (!unary) return;
  metrics.timed = true;
  metrics.time.Observe(Seconds(time));
}

void RequestMetrics::OnEncoded(const repository::LoadedModel& model, absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  Of(model).encode.Observe(Seconds(time));
}

std::vector<MetricFamily> RequestMetrics::Collect() const {
  MetricFamily calls = Family(Metric::kRpcCalls), times = Family(Metric::kRpcSeconds),
               encode = Family(Metric::kEncodeSeconds), requests = Family(Metric::kRequests),
               queue = Family(Metric::kQueueSeconds), compute = Family(Metric::kComputeSeconds),
               batch = Family(Metric::kBatchSamples), samples = Family(Metric::kSamples);
  absl::MutexLock lock(&mutex_);
  for (const auto& [method, metrics] : methods_) {
    for (const auto& [code, count] : metrics->calls) {
      calls.metric.push_back(
          CounterMetric({{"method", method}, {"code", absl::StatusCodeToString(code)}}, count));
    }
    if (metrics->timed) {
      times.metric.push_back(HistogramMetric({{"method", method}}, metrics->time));
    }
  }
  models_.ForEach([&](const auto& key, const std::unique_ptr<ModelMetrics>& metrics) {
    const Labels model = {{"model", key.first}, {"version", std::to_string(key.second)}};
    for (const auto& [kind, count] : metrics->requests) {
      Labels labels = model;
      labels.push_back({"code", absl::StatusCodeToString(kind.first)});
      labels.push_back({"reason", std::string(kind.second)});
      requests.metric.push_back(CounterMetric(std::move(labels), count));
    }
    samples.metric.push_back(CounterMetric(model, metrics->samples));
    queue.metric.push_back(HistogramMetric(model, metrics->queue));
    compute.metric.push_back(HistogramMetric(model, metrics->compute));
    encode.metric.push_back(HistogramMetric(model, metrics->encode));
    batch.metric.push_back(HistogramMetric(model, metrics->batch));
  });
  return {std::move(calls),   std::move(times),  std::move(requests), std::move(queue),
          std::move(compute), std::move(encode), std::move(batch),    std::move(samples)};
}

}  // namespace reluserve::metrics
