// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/profile_report.h"

#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/format.h"
#include "client/milliseconds.h"

namespace reluserve::client {
namespace {

using enum Table::Align;

// Of all runs together: per run.
double MeanMs(const google::protobuf::Duration& time, uint64_t runs) {
  return runs == 0 ? 0 : Milliseconds(time) / static_cast<double>(runs);
}

// "-" where nothing was computed. A multiply-accumulate is two operations.
std::string Gflops(uint64_t macs, double ms) {
  if (macs == 0 || ms <= 0) return "";
  return fmt::format("{:.1f}", 2e-6 * static_cast<double>(macs) / ms);
}

std::string Share(double part, double whole) {
  return whole <= 0 ? "-" : fmt::format("{:.1f}%", 100 * part / whole);
}

bool IsCount(const v1::StepProfile& step) { return step.operator_() == "count"; }

std::vector<const v1::StepProfile*> ShownSteps(const v1::PlanProfile& plan,
                                               const ProfileView& view) {
  std::vector<const v1::StepProfile*> steps;
  for (const v1::StepProfile& step : plan.steps()) steps.push_back(&step);
  if (view.by_time) {
    std::stable_sort(steps.begin(), steps.end(), [](const auto* a, const auto* b) {
      return Milliseconds(a->time()) > Milliseconds(b->time());
    });
  }
  if (view.top > 0 && steps.size() > view.top) steps.resize(view.top);
  return steps;
}

std::string StepTable(const v1::PlanProfile& plan, const ProfileView& view,
                      const TextStyle& style) {
  Table table({{"NODE"},
               {"OPERATOR"},
               {"KERNEL"},
               {"MS", kRight},
               {"FASTEST", kRight},
               {"SHARE", kRight},
               {"GFLOP/S", kRight},
               {"INACTIVE", kRight}});
  const double whole = MeanMs(plan.time(), plan.runs());
  for (const v1::StepProfile* step : ShownSteps(plan, view)) {
    const double mean = MeanMs(step->time(), plan.runs());
    const double fastest = Milliseconds(step->fastest());
    table.AddRow({step->node(), step->operator_(),
                  step->implementation() + (step->by_sample() ? ", by sample" : ""),
                  fmt::format("{:.3f}", mean), fmt::format("{:.3f}", fastest), Share(mean, whole),
                  Gflops(step->macs(), fastest),
                  step->elements() == 0 ? "" : FormatPercent(step->inactive(), step->elements())});
  }
  return table.ToString(style);
}

std::string ShapesText(const v1::PlanProfile& plan) {
  std::vector<std::string> shapes;
  for (const v1::ProfiledShape& shape : plan.input_shapes()) {
    shapes.push_back(
        FormatShape(std::span(shape.extents().data(), static_cast<size_t>(shape.extents_size()))));
  }
  return fmt::format("{}", fmt::join(shapes, ", "));
}

std::string TotalsText(const v1::PlanProfile& plan) {
  uint64_t macs = 0;
  double counting = 0, fastest = 0;
  for (const v1::StepProfile& step : plan.steps()) {
    macs += step.macs();
    fastest += Milliseconds(step.fastest());
    if (IsCount(step)) counting += Milliseconds(step.fastest());
  }
  const std::string rate = Gflops(macs, fastest);
  return fmt::format(
      "{} runs on {} threads, {:.3f} ms each; with every step at its fastest {:.3f} ms{}, of which "
      "counting activations took {}\n",
      plan.runs(), plan.threads(), MeanMs(plan.time(), plan.runs()), fastest,
      rate.empty() ? "" : fmt::format(", {} GFLOP/s", rate), Share(counting, fastest));
}

}  // namespace

std::string ProfileText(const v1::Profile& profile, const ProfileView& view,
                        const TextStyle& style) {
  if (profile.plans().empty()) {
    return fmt::format("Nothing of {} {} was run while it was profiled.\n", profile.model_name(),
                       profile.model_version());
  }
  std::string text;
  for (const v1::PlanProfile& plan : profile.plans()) {
    text += fmt::format("{}{} {}: {}\n{}{}", text.empty() ? "" : "\n", profile.model_name(),
                        profile.model_version(), ShapesText(plan), StepTable(plan, view, style),
                        TotalsText(plan));
  }
  return text;
}

nlohmann::ordered_json ToJson(const v1::Profile& profile) {
  nlohmann::ordered_json plans = nlohmann::ordered_json::array();
  for (const v1::PlanProfile& plan : profile.plans()) {
    nlohmann::ordered_json shapes = nlohmann::ordered_json::array();
    for (const v1::ProfiledShape& shape : plan.input_shapes()) {
      shapes.push_back(std::vector<int64_t>(shape.extents().begin(), shape.extents().end()));
    }
    nlohmann::ordered_json steps = nlohmann::ordered_json::array();
    for (const v1::StepProfile& step : plan.steps()) {
      steps.push_back({{"node", step.node()},
                       {"operator", step.operator_()},
                       {"implementation", step.implementation()},
                       {"output_layout", step.output_layout()},
                       {"activation", step.activation()},
                       {"by_sample", step.by_sample()},
                       {"macs", step.macs()},
                       {"total_ms", Milliseconds(step.time())},
                       {"fastest_ms", Milliseconds(step.fastest())},
                       {"elements", step.elements()},
                       {"inactive", step.inactive()}});
    }
    plans.push_back({{"input_shapes", std::move(shapes)},
                     {"threads", plan.threads()},
                     {"runs", plan.runs()},
                     {"total_ms", Milliseconds(plan.time())},
                     {"steps", std::move(steps)}});
  }
  return {{"model", profile.model_name()},
          {"version", profile.model_version()},
          {"running", profile.running()},
          {"plans", std::move(plans)}};
}

}  // namespace reluserve::client
