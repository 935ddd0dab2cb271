// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/profiler.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include "server/engine/plan.h"

namespace reluserve::engine {
namespace {

// The activation layer that each step counts, or that it computes and another step counts; -1:
// none.
std::vector<int> LayersOfSteps(const Plan& plan) {
  std::vector<int> layers(plan.steps.size(), -1);
  std::map<std::string, int> by_name;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (const auto* count = std::get_if<CountStep>(&plan.steps[i])) {
      layers[i] = count->layer;
      by_name.emplace(plan.step_infos[i].node, count->layer);
    }
    const auto* depthwise = std::get_if<DepthwiseStep>(&plan.steps[i]);
    if (depthwise == nullptr) continue;
    if (depthwise->result_count) layers[i] = depthwise->result_count->layer;
    if (depthwise->source_count) {
      by_name.emplace(depthwise->source_layer, depthwise->source_count->layer);
    }
  }
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const StepInfo& info = plan.step_infos[i];
    const bool moves =
        std::holds_alternative<CopyStep>(plan.steps[i]) || info.op_type.starts_with("reorder");
    if (layers[i] >= 0 || moves) continue;
    const auto layer = by_name.find(info.activation.empty() ? info.node : info.activation);
    if (layer != by_name.end()) layers[i] = layer->second;
  }
  return layers;
}

}  // namespace

void Profiler::Start() {
  absl::MutexLock lock(&mutex_);
  entries_.clear();
  on_ = true;
}

void Profiler::Stop() { on_ = false; }

void Profiler::Add(const std::shared_ptr<const Plan>& plan, std::span<const int64_t> step_times,
                   const sparsity::Trace* trace) {
  absl::MutexLock lock(&mutex_);
  auto entry = std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& other) { return other.plan == plan; });
  if (entry == entries_.end()) {
    if (entries_.size() >= kMaxPlans) return;
    entry = entries_.insert(entries_.end(), Entry{plan, 0, {}, {}, {}, {}});
    entry->times.resize(step_times.size());
    entry->fastest.resize(step_times.size(), std::numeric_limits<int64_t>::max());
    entry->elements.resize(plan->layers.size());
    entry->inactive.resize(plan->layers.size());
  }
  ++entry->runs;
  for (size_t i = 0; i < step_times.size(); ++i) {
    entry->times[i] += step_times[i];
    entry->fastest[i] = std::min(entry->fastest[i], step_times[i]);
  }
  if (trace == nullptr) return;
  for (size_t i = 0; i < trace->layers.size(); ++i) {
    const sparsity::LayerCounts& counts = trace->layers[i];
    entry->elements[i] += counts.inactive.size() * static_cast<uint64_t>(counts.positions);
    entry->inactive[i] +=
        std::accumulate(counts.inactive.begin(), counts.inactive.end(), uint64_t{0});
  }
}

std::vector<PlanProfile> Profiler::Read() const {
  absl::MutexLock lock(&mutex_);
  std::vector<PlanProfile> profiles;
  for (const Entry& entry : entries_) profiles.push_back(ProfileOf(entry));
  return profiles;
}

PlanProfile Profiler::ProfileOf(const Entry& entry) {
  const Plan& plan = *entry.plan;
  PlanProfile profile;
  profile.input_shapes = plan.input_shapes;
  profile.threads = plan.threads;
  profile.runs = entry.runs;
  const std::vector<size_t> shown = ShownAs(plan.step_infos);
  const std::vector<int> layers = LayersOfSteps(plan);
  std::vector<size_t> rows(plan.steps.size());
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (shown[i] == i) {
      rows[i] = profile.steps.size();
      profile.steps.push_back({plan.step_infos[i], {}, {}, 0, 0});
      if (layers[i] >= 0) {
        profile.steps.back().elements = entry.elements[static_cast<size_t>(layers[i])];
        profile.steps.back().inactive = entry.inactive[static_cast<size_t>(layers[i])];
      }
    } else {
      profile.steps[rows[shown[i]]].info.macs += plan.step_infos[i].macs;
    }
    StepProfile& row = profile.steps[rows[shown[i]]];
    row.time += absl::Nanoseconds(entry.times[i]);
    row.fastest += absl::Nanoseconds(entry.fastest[i]);
    profile.time += absl::Nanoseconds(entry.times[i]);
  }
  return profile;
}

}  // namespace reluserve::engine
