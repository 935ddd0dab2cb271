// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// All metrics of the server at one moment.

#ifndef RELUSERVE_SERVER_METRICS_COLLECTOR_H_
#define RELUSERVE_SERVER_METRICS_COLLECTOR_H_

#include <functional>
#include <string>
#include <vector>

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "server/metrics/introspection.h"
#include "server/metrics/request_metrics.h"
#include "server/sparsity/sparsity_store.h"

namespace reluserve::metrics {

// Reads the stores when it is asked, so that a metric costs nothing between two scrapes. Counters
// are the stores' own integers, exact up to 2^53. Thread-safe.
class Collector final : public prometheus::Collectable {
 public:
  // All must outlive it.
  Collector(const Introspection& introspection, const RequestMetrics& requests,
            sparsity::SparsityStore& sparsity, std::function<absl::Time()> now = absl::Now)
      : introspection_(introspection),
        requests_(requests),
        sparsity_(sparsity),
        now_(std::move(now)) {}

  // Only families that have metrics.
  std::vector<prometheus::MetricFamily> Collect() const override;

  // The same in Prometheus's text format.
  std::string Text() const;

 private:
  std::vector<prometheus::MetricFamily> CollectServer(const std::vector<ModelState>& models) const;
  std::vector<prometheus::MetricFamily> CollectLayers(const std::vector<ModelState>& models) const;

  const Introspection& introspection_;
  const RequestMetrics& requests_;
  sparsity::SparsityStore& sparsity_;
  const std::function<absl::Time()> now_;
};

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_COLLECTOR_H_
