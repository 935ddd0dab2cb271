// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace reluserve::test_support {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

// Data with a larger share of zeros is taken to be dead.
constexpr double kMostZeros = 0.95;

double LargestFinite(std::span<const double> elements) {
  double largest = 0.0;
  for (double element : elements) {
    if (std::isfinite(element)) largest = std::max(largest, std::abs(element));
  }
  return largest;
}

bool BothNaN(double a, double b) { return std::isnan(a) && std::isnan(b); }

int64_t Total(const std::vector<int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

AssertionResult SameKind(const char* what, const ReferenceLayer& layer,
                         const std::vector<int64_t>& expected, const std::vector<uint32_t>& got) {
  if (got.size() != expected.size()) {
    return AssertionFailure() << fmt::format("layer {}: {} counts of {} elements, expected {}",
                                             layer.name, got.size(), what, expected.size());
  }
  const size_t channels = layer.shape.rank() > 1 ? layer.shape[1] : 1;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::abs(expected[i] - int64_t{got[i]}) <= layer.uncertain[i]) continue;
    return AssertionFailure() << fmt::format(
               "layer {} {}: {} {} elements in sample {} channel {}, expected {} (give or take {})",
               layer.name, layer.shape.ToString(), got[i], what, i / channels, i % channels,
               expected[i], layer.uncertain[i]);
  }
  return AssertionSuccess();
}

}  // namespace

std::string WhyVacuous(std::span<const double> expected) {
  if (expected.empty()) return "no elements";
  const auto zeros = std::count(expected.begin(), expected.end(), 0.0);
  const double share = static_cast<double>(zeros) / static_cast<double>(expected.size());
  if (share > kMostZeros) return fmt::format("{:.0f}% of the elements are 0", share * 100.0);
  const bool constant = std::all_of(expected.begin(), expected.end(),
                                    [&](double element) { return element == expected[0]; });
  if (constant && expected.size() > 1) return fmt::format("all elements are {}", expected[0]);
  return "";
}

std::string WhyVacuous(const ReferenceLayer& expected) {
  const int64_t counted = Total(expected.inactive) + Total(expected.saturated);
  if (counted == 0) return "all elements are active";
  if (counted == expected.shape.ElementCount()) return "all elements are inactive or saturated";
  return "";
}

AssertionResult Near(const Values& expected, std::span<const float> got, double tolerance) {
  if (got.size() != expected.elements.size()) {
    return AssertionFailure() << fmt::format("{} elements, expected {}", got.size(),
                                             expected.elements.size());
  }
  const double allowed = tolerance * LargestFinite(expected.elements);
  for (size_t i = 0; i < got.size(); ++i) {
    const double want = expected.elements[i];
    if (want == got[i] || BothNaN(want, got[i]) || std::abs(want - got[i]) <= allowed) continue;
    return AssertionFailure() << fmt::format(
               "element {} of {} is {}, expected {} (give or take {})", i,
               expected.shape.ToString(), got[i], want, allowed);
  }
  return AssertionSuccess();
}

AssertionResult SameCounts(const ReferenceLayer& expected, const sparsity::LayerCounts& got) {
  if (Shape(got.shape) != expected.shape) {
    return AssertionFailure() << fmt::format("layer {}: shape {}, expected {}", expected.name,
                                             Shape(got.shape).ToString(),
                                             expected.shape.ToString());
  }
  AssertionResult result = SameKind("inactive", expected, expected.inactive, got.inactive);
  if (result) result = SameKind("saturated", expected, expected.saturated, got.saturated);
  if (result) result = SameKind("non-finite", expected, expected.non_finite, got.non_finite);
  return result;
}

}  // namespace reluserve::test_support
