// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/collector.h"

#include <map>
#include <utility>

#include <prometheus/text_serializer.h>

#include "server/metrics/catalogue.h"
#include "server/metrics/process_usage.h"
#include "server/metrics/skippable_work.h"
#include "server/metrics/sparsity_recorder.h"
#include "server/sparsity/dead_channels.h"
#include "server/sparsity/drift.h"

namespace reluserve::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// Families by metric, filled in any order.
class Families {
 public:
  void Add(Metric metric, Labels labels, double value) {
    auto found = families_.find(metric);
    if (found == families_.end()) found = families_.emplace(metric, Family(metric)).first;
    ClientMetric& added = found->second.metric.emplace_back();
    added.label = std::move(labels);
    if (found->second.type == MetricType::Counter) {
      added.counter.value = value;
    } else {
      added.gauge.value = value;
    }
  }
  void Add(Metric metric, Labels labels, uint64_t value) {
    Add(metric, std::move(labels), static_cast<double>(value));
  }

  std::vector<MetricFamily> Take() {
    std::vector<MetricFamily> result;
    for (auto& [metric, family] : families_) result.push_back(std::move(family));
    return result;
  }

 private:
  std::map<Metric, MetricFamily> families_;
};

Labels LabelsOf(const ModelState& model) {
  return {{"model", model.name}, {"version", std::to_string(model.version)}};
}

Labels LabelsOf(const ModelState& model, const sparsity::LayerInfo& layer) {
  Labels labels = LabelsOf(model);
  labels.push_back({"layer", layer.name});
  return labels;
}

void AddCounts(const ModelState& model, const std::vector<sparsity::LayerInfo>& layers,
               const sparsity::Reading& reading, Families& families) {
  const auto quiet = sparsity::CountQuietChannels(reading, layers, {});
  for (size_t i = 0; i < reading.layer_count(); ++i) {
    const sparsity::LayerCounters counters = reading.layer(i);
    const Labels labels = LabelsOf(model, layers[i]);
    families.Add(Metric::kLayerSamples, labels, counters.samples());
    families.Add(Metric::kLayerElements, labels, counters.elements());
    families.Add(Metric::kLayerInactive, labels, counters.inactive());
    families.Add(Metric::kLayerSaturated, labels, counters.saturated());
    families.Add(Metric::kLayerNonFinite, labels, counters.non_finite());
    families.Add(Metric::kLayerChannels, labels, quiet[i].channels);
    if (!quiet[i].judged) continue;
    families.Add(Metric::kLayerDeadChannels, labels, quiet[i].dead);
    families.Add(Metric::kLayerRarelyActiveChannels, labels, quiet[i].rarely_active);
  }
}

void AddDrift(const ModelState& model, const std::vector<sparsity::LayerInfo>& layers,
              const sparsity::Reading& live, const sparsity::Reading& baseline,
              Families& families) {
  const std::vector<sparsity::LayerDrift> drift = sparsity::MeasureDrift(live, baseline);
  for (size_t i = 0; i < drift.size(); ++i) {
    if (!drift[i].measured) continue;
    const Labels labels = LabelsOf(model, layers[i]);
    families.Add(Metric::kLayerDriftDistance, labels, drift[i].distance);
    families.Add(Metric::kLayerDriftThreshold, labels, drift[i].threshold);
    families.Add(Metric::kLayerDrifting, labels, drift[i].drifting ? 1.0 : 0.0);
  }
}

void AddProcess(Families& families) {
  const ProcessUsage usage = GetProcessUsage();
  families.Add(Metric::kProcessCpuSeconds, {}, usage.cpu_seconds);
  families.Add(Metric::kProcessResidentBytes, {}, static_cast<double>(usage.resident_bytes));
  families.Add(Metric::kProcessStartTime, {}, usage.start_seconds);
  if (usage.throttled_seconds) {
    families.Add(Metric::kCpuThrottledSeconds, {}, *usage.throttled_seconds);
  }
}

void Append(std::vector<MetricFamily> more, std::vector<MetricFamily>& families) {
  for (MetricFamily& family : more) {
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
}

}  // namespace

std::vector<MetricFamily> Collector::CollectServer(const std::vector<ModelState>& models) const {
  Families families;
  const LaneState lanes = introspection_.lanes();
  families.Add(Metric::kQueuedRequests, {}, static_cast<double>(lanes.queued));
  families.Add(Metric::kLanes, {}, static_cast<double>(lanes.lanes));
  families.Add(Metric::kLanesBusy, {}, static_cast<double>(lanes.busy));
  families.Add(Metric::kReady, {}, introspection_.ready() ? 1.0 : 0.0);
  families.Add(Metric::kCpusGranted, {}, static_cast<double>(introspection_.cpus_granted));
  for (const ModelState& model : models) {
    families.Add(Metric::kModelReady, LabelsOf(model), model.model != nullptr ? 1.0 : 0.0);
    if (model.model == nullptr) continue;
    families.Add(Metric::kModelLoadSeconds, LabelsOf(model),
                 absl::ToDoubleSeconds(model.model->load_time()));
  }
  AddProcess(families);
  return families.Take();
}

std::vector<MetricFamily> Collector::CollectLayers(const std::vector<ModelState>& models) const {
  Families families;
  const absl::Time now = now_();
  for (const ModelState& model : models) {
    if (model.model == nullptr) continue;
    const auto counts = CountsOf(sparsity_, *model.model, now);
    const sparsity::Reading recent = counts->Read(sparsity::Window::kTenMinutes, now);
    const engine::ModelWork& work = model.model->work();
    families.Add(Metric::kModelMacs, LabelsOf(model), static_cast<double>(work.macs));
    families.Add(Metric::kModelSkippableMacs, LabelsOf(model),
                 static_cast<double>(SkippableWorkOf(work.readers, recent).skippable_macs));
    AddCounts(model, counts->layers(), counts->Read(sparsity::Window::kSinceLoad, now), families);
    if (const auto baseline = counts->baseline(); baseline != nullptr) {
      AddDrift(model, counts->layers(), recent, *baseline, families);
    }
  }
  return families.Take();
}

std::vector<MetricFamily> Collector::Collect() const {
  const std::vector<ModelState> models = introspection_.models();
  std::vector<MetricFamily> families;
  Append(requests_.Collect(), families);
  Append(CollectServer(models), families);
  Append(CollectLayers(models), families);
  return families;
}

std::string Collector::Text() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace reluserve::metrics
