// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/catalogue.h"

#include <array>

namespace reluserve::metrics {
namespace {

constexpr auto kCounter = prometheus::MetricType::Counter;
constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kHistogram = prometheus::MetricType::Histogram;
constexpr char kModel[] = "model, version";
constexpr char kLayer[] = "model, version, layer";

constexpr std::array kCatalogue = {
    MetricInfo{"reluserve_rpc_calls_total", kCounter, "method, code",
               "Calls that ended, by gRPC method and status code"},
    MetricInfo{"reluserve_rpc_seconds", kHistogram, "method",
               "Time from a unary call's arrival to its answer"},
    MetricInfo{"reluserve_requests_total", kCounter, "model, version, code, reason",
               "Inference requests that reached a model's queue, by status code and by what became "
               "of them: computed, failed, queue_full, expired, cancelled, draining, bad_input"},
    MetricInfo{"reluserve_queue_seconds", kHistogram, kModel,
               "Time computed requests waited for a lane"},
    MetricInfo{"reluserve_compute_seconds", kHistogram, kModel,
               "Time of the batches that computed a request"},
    MetricInfo{"reluserve_encode_seconds", kHistogram, "model, version",
               "Time a lane took to write a computed request's response message"},
    MetricInfo{"reluserve_batch_samples", kHistogram, kModel, "Samples in each executed batch"},
    MetricInfo{"reluserve_samples_total", kCounter, kModel, "Samples computed"},
    MetricInfo{"reluserve_queued_requests", kGauge, "", "Requests that wait for a lane"},
    MetricInfo{"reluserve_lanes", kGauge, "", "Compute lanes"},
    MetricInfo{"reluserve_lanes_busy", kGauge, "", "Compute lanes that compute now"},
    MetricInfo{"reluserve_ready", kGauge, "", "1 when the server is ready, otherwise 0"},
    MetricInfo{"reluserve_model_ready", kGauge, kModel, "1 when the model is served, otherwise 0"},
    MetricInfo{"reluserve_model_load_seconds", kGauge, kModel,
               "Time it took to import and compile the model"},
    MetricInfo{"reluserve_model_macs", kGauge, kModel,
               "Multiply-accumulates of the model's convolutions and matrix products for a sample"},
    MetricInfo{"reluserve_model_skippable_macs", kGauge, kModel,
               "Of these, those whose activation operand was zero, averaged over the last 10 "
               "minutes"},
    MetricInfo{"reluserve_layer_samples_total", kCounter, kLayer,
               "Samples counted at an activation layer"},
    MetricInfo{"reluserve_layer_elements_total", kCounter, kLayer,
               "Elements of an activation layer's output"},
    MetricInfo{"reluserve_layer_inactive_elements_total", kCounter, kLayer,
               "Elements whose pre-activation was not positive"},
    MetricInfo{"reluserve_layer_saturated_elements_total", kCounter, kLayer,
               "Elements at a bound of the activation"},
    MetricInfo{"reluserve_layer_non_finite_elements_total", kCounter, kLayer,
               "Elements that were NaN or infinite"},
    MetricInfo{"reluserve_layer_channels", kGauge, kLayer, "Channels that are counted one by one"},
    MetricInfo{"reluserve_layer_dead_channels", kGauge, kLayer,
               "Channels without an active element since load; only after 100 samples"},
    MetricInfo{"reluserve_layer_rarely_active_channels", kGauge, kLayer,
               "Channels active in less than 1 % of the samples since load; only after 100 "
               "samples"},
    MetricInfo{"reluserve_layer_drift_distance", kGauge, kLayer,
               "Kolmogorov-Smirnov distance of the last 10 minutes from the baseline; only where "
               "there is one, and 50 samples on both sides"},
    MetricInfo{"reluserve_layer_drift_threshold", kGauge, kLayer,
               "Distance above which the layer drifts"},
    MetricInfo{"reluserve_layer_drifting", kGauge, kLayer,
               "1 when the distance is above the threshold, otherwise 0"},
    MetricInfo{"reluserve_cpus_granted", kGauge, "",
               "CPUs the process may use, by affinity and control group"},
    MetricInfo{"reluserve_cpu_throttled_seconds_total", kCounter, "",
               "Time the control group was throttled for using up its CPU quota; only where there "
               "is one"},
    MetricInfo{"process_cpu_seconds_total", kCounter, "", "CPU time of the process"},
    MetricInfo{"process_resident_memory_bytes", kGauge, "", "Memory of the process"},
    MetricInfo{"process_start_time_seconds", kGauge, "", "When the process started, since 1970"},
};
static_assert(kCatalogue.size() == static_cast<size_t>(Metric::kProcessStartTime) + 1);

}  // namespace

std::span<const MetricInfo> Catalogue() { return kCatalogue; }

const MetricInfo& Info(Metric metric) { return kCatalogue.at(static_cast<size_t>(metric)); }

const char* TypeName(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

prometheus::MetricFamily Family(Metric metric) {
  prometheus::MetricFamily family;
  family.name = Info(metric).name;
  family.help = Info(metric).help;
  family.type = Info(metric).type;
  return family;
}

}  // namespace reluserve::metrics
