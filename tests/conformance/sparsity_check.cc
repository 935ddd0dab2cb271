// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/sparsity_check.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include "server/base/status.h"

namespace reluserve::conformance {
namespace {

// The reference was made by another engine, whose rounding puts some elements on zero's other side.
constexpr double kShareTolerance = 1e-4;

std::string Difference(const LayerReference& expected, const sparsity::LayerTotals& got) {
  if (got.elements != expected.total) {
    return fmt::format("{} elements, expected {}", got.elements, expected.total);
  }
  const double allowed = std::max(1.0, kShareTolerance * static_cast<double>(expected.total));
  if (std::abs(static_cast<double>(got.inactive - expected.zeros)) <= allowed) return "";
  return fmt::format("{} of {} elements inactive, expected {}", got.inactive, got.elements,
                     expected.zeros);
}

}  // namespace

absl::StatusOr<SparsityReference> ReadSparsityReference(const std::filesystem::path& file) {
  std::ifstream stream(file);
  SparsityReference reference;
  try {
    const nlohmann::json document = nlohmann::json::parse(stream);
    for (const auto& [set, layers] : document.at("sets").items()) {
      for (const nlohmann::json& layer : layers) {
        reference[set].push_back(
            {layer.at("node"), layer.at("output"), layer.at("zeros"), layer.at("total")});
      }
    }
  } catch (const nlohmann::json::exception& error) {
    return InvalidArgument("{}: {}", file.string(), error.what());
  }
  return reference;
}

std::string DifferenceOf(const std::vector<LayerReference>& expected,
                         std::span<const sparsity::LayerInfo> layers,
                         const sparsity::Trace& trace) {
  for (const LayerReference& reference : expected) {
    const std::string& name = reference.node.empty() ? reference.output : reference.node;
    const auto layer =
        std::find_if(layers.begin(), layers.end(),
                     [&](const sparsity::LayerInfo& info) { return info.name == name; });
    if (layer == layers.end()) return fmt::format("no activation layer \"{}\"", name);
    const std::string difference =
        Difference(reference, sparsity::Total(trace.layers[layer - layers.begin()]));
    if (!difference.empty()) return fmt::format("layer \"{}\": {}", name, difference);
  }
  return "";
}

}  // namespace reluserve::conformance
