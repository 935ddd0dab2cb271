// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/model_report.h"

#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/format.h"

namespace reluserve::client {
namespace {

using enum Table::Align;

template <typename Extents>
std::string ShapeText(const Extents& extents) {
  return FormatShape(std::span(extents.data(), extents.size()));
}

// "image FP32 [?,1,8,8], mask BOOL [?]"
template <typename Specs>
std::string SpecsText(const Specs& specs) {
  std::vector<std::string> texts;
  for (const v1::TensorSpec& spec : specs) {
    texts.push_back(fmt::format("{} {} {}", spec.name(), spec.datatype(), ShapeText(spec.shape())));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

Table::Cell State(const v1::ModelSummary& model) {
  return model.ready() ? Table::Cell("ready", "green") : Table::Cell("not ready", "red");
}

std::string SummaryTable(const v1::ModelSummary& model, const TextStyle& style) {
  Table table({{"MODEL"}, {model.name()}});
  table.AddRow({"version", model.version()});
  table.AddRow({"state", State(model)});
  table.AddRow({"producer", model.producer()});
  table.AddRow({"inputs", SpecsText(model.inputs())});
  table.AddRow({"outputs", SpecsText(model.outputs())});
  table.AddRow({"activation layers", std::to_string(model.activation_layers())});
  return table.ToString(style);
}

std::string PassTable(const v1::DescribeModelResponse& response, const TextStyle& style) {
  Table table({{"PASS"}, {"CHANGES", kRight}});
  for (const v1::PassReport& pass : response.passes()) {
    table.AddRow({pass.name(), std::to_string(pass.changes())});
  }
  return table.ToString(style);
}

std::string StepTable(const v1::DescribeModelResponse& response, const TextStyle& style) {
  Table table({{"STEP", kRight},
               {"NODE"},
               {"OPERATOR"},
               {"ACTIVATION"},
               {"KERNEL"},
               {"OUTPUT"},
               {"MACS", kRight}});
  for (int i = 0; i < response.steps_size(); ++i) {
    const v1::PlanStep& step = response.steps(i);
    table.AddRow({std::to_string(i + 1), step.node(), step.operator_(), step.activation(),
                  step.implementation() + (step.by_sample() ? ", by sample" : ""),
                  step.output_layout(), step.macs() == 0 ? "" : FormatCount(step.macs())});
  }
  return table.ToString(style);
}

std::string TotalsTable(const v1::DescribeModelResponse& response, const TextStyle& style) {
  std::vector<std::string> shapes;
  for (const v1::InputShape& shape : response.input_shapes()) {
    shapes.push_back(ShapeText(shape.extents()));
  }
  Table table({{"PLAN"}, {fmt::format("{}", fmt::join(shapes, ", "))}});
  table.AddRow({"multiply-accumulates", FormatCount(response.macs())});
  table.AddRow({"packed weights", FormatBytes(response.packed_weight_bytes())});
  table.AddRow(
      {"activations", fmt::format("{} ({} without reuse)", FormatBytes(response.arena_bytes()),
                                  FormatBytes(response.activation_bytes()))});
  table.AddRow({"scratchpad", FormatBytes(response.scratchpad_bytes())});
  table.AddRow({"batch sizes run", response.run_sizes().empty()
                                       ? "1; others are still being tried"
                                       : fmt::format("{}", fmt::join(response.run_sizes(), ", "))});
  if (!response.nodes_by_sample().empty()) {
    table.AddRow({"found to differ in a batch",
                  fmt::format("{}", fmt::join(response.nodes_by_sample(), ", "))});
  }
  return table.ToString(style);
}

// A graph's text under a title.
std::string Section(const std::string& title, const std::string& text) {
  return fmt::format("\n{}\n{}{}", title, text, text.ends_with('\n') ? "" : "\n");
}

}  // namespace

std::string ModelsText(const v1::ListModelsResponse& response, const TextStyle& style) {
  if (response.models().empty()) return "The server has no models.\n";
  Table table({{"NAME"},
               {"VERSION", kRight},
               {"STATE"},
               {"INPUTS"},
               {"OUTPUTS"},
               {"ACTIVATION LAYERS", kRight},
               {"PRODUCER"}});
  std::string reasons;
  for (const v1::ModelSummary& model : response.models()) {
    table.AddRow({model.name(), model.version(), State(model), SpecsText(model.inputs()),
                  SpecsText(model.outputs()),
                  model.ready() ? std::to_string(model.activation_layers()) : "",
                  model.producer()});
    if (model.ready()) continue;
    reasons +=
        fmt::format("\n{} {} is not ready: {}\n", model.name(), model.version(), model.reason());
  }
  return table.ToString(style) + reasons;
}

std::string DescriptionText(const v1::DescribeModelResponse& response, GraphChoice graphs,
                            const TextStyle& style) {
  std::string text = fmt::format("{}\n{}\n{}\n{}", SummaryTable(response.summary(), style),
                                 PassTable(response, style), StepTable(response, style),
                                 TotalsTable(response, style));
  if (graphs.before) text += Section("GRAPH BEFORE THE PASSES", response.graph_before());
  if (graphs.after) text += Section("GRAPH AFTER THE PASSES", response.graph_after());
  return text;
}

}  // namespace reluserve::client
