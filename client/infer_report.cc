// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/infer_report.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/format.h"
#include "client/json_output.h"
#include "client/layer_totals.h"
#include "client/tensor_values.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

using enum Table::Align;

bool IsRight(const InferResult& result, const v1::Classification& sample) {
  return sample.classes_size() > 0 && NameOf(sample.classes(0)) == result.truth;
}

// How many samples have a known true class, and how many of these were given it.
struct Accuracy {
  int judged = 0;
  int right = 0;
};

Accuracy AccuracyOf(std::span<const InferResult> results) {
  Accuracy accuracy;
  for (const InferResult& result : results) {
    if (!result.truth) continue;
    for (const v1::Classification& sample : result.response.classifications()) {
      ++accuracy.judged;
      if (IsRight(result, sample)) ++accuracy.right;
    }
  }
  return accuracy;
}

// "1 2.10, 9 1.80": the classes after the first.
std::string RunnersUp(const v1::Classification& sample) {
  std::string text;
  for (int i = 1; i < sample.classes_size(); ++i) {
    const v1::Class& entry = sample.classes(i);
    text += fmt::format("{}{} {:.2f}", i > 1 ? ", " : "", NameOf(entry), entry.score());
  }
  return text;
}

std::string ClassTable(std::span<const InferResult> results, const TextStyle& style) {
  const bool batched = std::any_of(results.begin(), results.end(), [](const InferResult& result) {
    return result.response.classifications_size() > 1;
  });
  const bool judged = AccuracyOf(results).judged > 0;
  std::vector<Table::Column> columns = {{"INPUT"}};
  if (batched) columns.push_back({"SAMPLE", kRight});
  if (judged) columns.insert(columns.end(), {{"TRUTH"}, {""}});
  columns.insert(columns.end(), {{"CLASS"}, {"SCORE", kRight}, {"RUNNERS-UP"}});
  Table table(std::move(columns));
  for (const InferResult& result : results) {
    for (int i = 0; i < result.response.classifications_size(); ++i) {
      const v1::Classification& sample = result.response.classifications(i);
      std::vector<Table::Cell> row = {result.input};
      if (batched) row.push_back(std::to_string(i));
      if (judged) {
        row.push_back(result.truth.value_or(""));
        row.push_back(!result.truth             ? Table::Cell("")
                      : IsRight(result, sample) ? Table::Cell("right", "green")
                                                : Table::Cell("wrong", "red"));
      }
      const bool any = sample.classes_size() > 0;
      row.push_back(any ? NameOf(sample.classes(0)) : "");
      row.push_back(any ? fmt::format("{:.2f}", sample.classes(0).score()) : "");
      row.push_back(RunnersUp(sample));
      table.AddRow(std::move(row));
    }
  }
  return table.ToString(style);
}

absl::StatusOr<std::string> OutputTable(std::span<const InferResult> results,
                                        const TextStyle& style) {
  Table table({{"INPUT"},
               {"OUTPUT"},
               {"DATATYPE"},
               {"SHAPE"},
               {"MIN", kRight},
               {"MEAN", kRight},
               {"MAX", kRight},
               {"NON-FINITE", kRight}});
  for (const InferResult& result : results) {
    for (const v1::Tensor& tensor : result.response.outputs()) {
      RELUSERVE_ASSIGN_OR_RETURN(const TensorView view, ViewOf(tensor));
      const ValueSummary summary = Summarise(view);
      table.AddRow({result.input, tensor.name(), tensor.datatype(), FormatShape(view.shape.dims()),
                    fmt::format("{:.4g}", summary.min), fmt::format("{:.4g}", summary.mean),
                    fmt::format("{:.4g}", summary.max), std::to_string(summary.non_finite)});
    }
  }
  return table.ToString(style);
}

}  // namespace

std::string NameOf(const v1::Class& entry) {
  return entry.label().empty() ? std::to_string(entry.index()) : entry.label();
}

absl::StatusOr<std::string> InferReportText(std::span<const InferResult> results,
                                            const TextStyle& style) {
  std::string text = ClassTable(results, style);
  if (text.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(text, OutputTable(results, style));
  }
  if (const Accuracy accuracy = AccuracyOf(results); accuracy.judged > 0) {
    text += fmt::format("{} of {} right\n", accuracy.right, accuracy.judged);
  }
  LayerTotals totals;
  for (const InferResult& result : results) totals.Add(result.response);
  if (!totals.empty()) text += fmt::format("\n{}", totals.ToTable(style));
  return text;
}

absl::StatusOr<nlohmann::ordered_json> InferReportJson(std::span<const InferResult> results) {
  nlohmann::ordered_json requests = nlohmann::ordered_json::array();
  for (const InferResult& result : results) {
    nlohmann::ordered_json request = {{"input", result.input}};
    if (result.truth) request["truth"] = *result.truth;
    RELUSERVE_ASSIGN_OR_RETURN(const nlohmann::ordered_json response, ToJson(result.response));
    request.update(response);
    requests.push_back(std::move(request));
  }
  nlohmann::ordered_json json = {{"requests", std::move(requests)}};
  if (const Accuracy accuracy = AccuracyOf(results); accuracy.judged > 0) {
    json["judged"] = accuracy.judged;
    json["right"] = accuracy.right;
  }
  return json;
}

}  // namespace reluserve::client
