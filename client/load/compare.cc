// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "client/format.h"
#include "server/base/status.h"

namespace reluserve::load {
namespace {

constexpr int64_t kJudgedRequests = 1000;
constexpr double kErrorShareTolerance = 0.001;

double RelativeChange(double before, double after) {
  if (before == after) return 0;
  return before == 0 ? std::numeric_limits<double>::infinity() : after / before - 1;
}

Verdict VerdictOf(double change, double tolerance, bool more_is_better) {
  if (std::abs(change) <= tolerance) return Verdict::kSame;
  return (change > 0) == more_is_better ? Verdict::kBetter : Verdict::kWorse;
}

double ErrorShare(const Tally& tally) {
  return tally.requests() == 0
             ? 0
             : static_cast<double>(tally.failed()) / static_cast<double>(tally.requests());
}

ComparedFigure LatencyFigure(std::string name, Nanoseconds before, Nanoseconds after,
                             double tolerance) {
  const double change = RelativeChange(Seconds(before), Seconds(after));
  return {std::move(name), FormatDuration(before), FormatDuration(after), change,
          VerdictOf(change, tolerance, /*more_is_better=*/false)};
}

ComparedStage CompareStage(const StageResult& before, const StageResult& after, double tolerance) {
  const Tally& old_total = before.measurement.total;
  const Tally& new_total = after.measurement.total;
  const bool judged = std::min(old_total.requests(), new_total.requests()) >= kJudgedRequests;
  const double judging = judged ? tolerance : std::numeric_limits<double>::infinity();
  ComparedStage stage = {.label = before.label, .figures = {}};
  const double old_rate = before.measurement.throughput;
  const double new_rate = after.measurement.throughput;
  const double change = RelativeChange(old_rate, new_rate);
  stage.figures.push_back({"throughput", FormatRate(old_rate) + "/s", FormatRate(new_rate) + "/s",
                           change, VerdictOf(change, judging, /*more_is_better=*/true)});
  stage.figures.push_back(
      LatencyFigure("mean", old_total.latency.mean(), new_total.latency.mean(), judging));
  for (const double percent : kPercentiles) {
    const double limit = percent > 99 ? std::numeric_limits<double>::infinity() : judging;
    stage.figures.push_back(LatencyFigure(PercentileName(percent),
                                          old_total.latency.Percentile(percent),
                                          new_total.latency.Percentile(percent), limit));
  }
  const double more_errors = ErrorShare(new_total) - ErrorShare(old_total);
  stage.figures.push_back(
      {"errors", client::FormatPercent(old_total.failed(), old_total.requests()),
       client::FormatPercent(new_total.failed(), new_total.requests()), more_errors,
       VerdictOf(more_errors, kErrorShareTolerance, /*more_is_better=*/false)});
  return stage;
}

}  // namespace

bool Comparison::worse() const {
  return std::any_of(stages.begin(), stages.end(), [](const ComparedStage& stage) {
    return std::any_of(
        stage.figures.begin(), stage.figures.end(),
        [](const ComparedFigure& figure) { return figure.verdict == Verdict::kWorse; });
  });
}

absl::StatusOr<Comparison> Compare(const RunResult& before, const RunResult& after,
                                   double tolerance) {
  std::map<std::string, std::vector<const StageResult*>> by_label;
  for (const StageResult& stage : after.stages) by_label[stage.label].push_back(&stage);
  std::map<std::string, size_t> taken;
  Comparison comparison;
  for (const StageResult& stage : before.stages) {
    const std::vector<const StageResult*>& candidates = by_label[stage.label];
    const size_t place = taken[stage.label];
    if (place >= candidates.size()) {
      comparison.only_before.push_back(stage.label);
      continue;
    }
    ++taken[stage.label];
    comparison.stages.push_back(CompareStage(stage, *candidates[place], tolerance));
  }
  for (const auto& [label, candidates] : by_label) {
    for (size_t i = taken[label]; i < candidates.size(); ++i) {
      comparison.only_after.push_back(label);
    }
  }
  if (comparison.stages.empty()) {
    return InvalidArgument("the runs have no load in common: {} in one, {} in the other",
                           before.stages.empty() ? "none" : before.stages.front().label,
                           after.stages.empty() ? "none" : after.stages.front().label);
  }
  return comparison;
}

}  // namespace reluserve::load
