// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Every metric the server has, in one table: names, types, labels and help texts are written
// nowhere else. README.md's table is checked against it by a test.

#ifndef RELUSERVE_SERVER_METRICS_CATALOGUE_H_
#define RELUSERVE_SERVER_METRICS_CATALOGUE_H_

#include <cstddef>
#include <span>

#include <prometheus/metric_family.h>

namespace reluserve::metrics {

// In the order of the table.
enum class Metric : size_t {
  kRpcCalls,
  kRpcSeconds,
  kRequests,
  kQueueSeconds,
  kComputeSeconds,
  kEncodeSeconds,
  kBatchSamples,
  kSamples,
  kQueuedRequests,
  kLanes,
  kLanesBusy,
  kReady,
  kModelReady,
  kModelLoadSeconds,
  kModelMacs,
  kModelSkippableMacs,
  kLayerSamples,
  kLayerElements,
  kLayerInactive,
  kLayerSaturated,
  kLayerNonFinite,
  kLayerChannels,
  kLayerDeadChannels,
  kLayerRarelyActiveChannels,
  kLayerDriftDistance,
  kLayerDriftThreshold,
  kLayerDrifting,
  kCpusGranted,
  kCpuThrottledSeconds,
  kProcessCpuSeconds,
  kProcessResidentBytes,
  kProcessStartTime,
};

struct MetricInfo {
  const char* name;
  prometheus::MetricType type;
  const char* labels;  // "model, version"; empty: none
  const char* help;
};

std::span<const MetricInfo> Catalogue();
const MetricInfo& Info(Metric metric);
// "counter", "gauge" or "histogram".
const char* TypeName(prometheus::MetricType type);

// A family without metrics.
prometheus::MetricFamily Family(Metric metric);

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_CATALOGUE_H_
