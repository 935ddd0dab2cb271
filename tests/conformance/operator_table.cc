// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/operator_table.h"

#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/onnx/ops/op_table.h"

namespace reluserve::conformance {
namespace {

using onnx_import::OpRow;

// "1–6, 8–25", neighbouring ranges joined.
std::string RangesAsText(const std::vector<std::pair<int, int>>& ranges) {
  std::string text;
  for (size_t i = 0; i < ranges.size(); ++i) {
    const int first = ranges[i].first;
    while (i + 1 < ranges.size() && ranges[i + 1].first == ranges[i].second + 1) ++i;
    text += fmt::format("{}{}–{}", text.empty() ? "" : ", ", first, ranges[i].second);
  }
  return text;
}

}  // namespace

std::string OperatorTableAsMarkdown() {
  std::map<std::string, std::vector<std::pair<int, int>>> ranges;
  for (const OpRow& row : onnx_import::OpTable()) {
    const std::string prefix = row.domain.empty() ? "" : std::string(row.domain) + ":";
    ranges[prefix + std::string(row.name)].emplace_back(row.first_opset, row.last_opset);
  }
  std::string text = "| operator | opsets |\n|--|--|\n";
  for (const auto& [name, list] : ranges) {
    text += fmt::format("| {} | {} |\n", name, RangesAsText(list));
  }
  return text;
}

}  // namespace reluserve::conformance
