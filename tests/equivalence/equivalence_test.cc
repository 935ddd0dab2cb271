// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The engine against the reference, over networks x numbers x passes on/off x threads x batches.

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/equivalence/engine_run.h"
#include "tests/equivalence/networks.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference.h"

namespace reluserve::equivalence {
namespace {

using test_support::Reference;
using test_support::ReferenceLayer;
using test_support::Values;

constexpr uint64_t kSeed = 20260101;
constexpr int64_t kBatch = 8;
// Largest error of an output, as a share of its largest element: single precision over a few layers
// of up to about 500 terms a sum.
constexpr double kTolerance = 2e-5;

struct Case {
  Network network;
  Numbers numbers;
};

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const Network& network : AllNetworks()) {
    cases.push_back({network, Numbers::kIntegers});
    cases.push_back({network, Numbers::kFloats});
  }
  return cases;
}

std::string NameOf(const ::testing::TestParamInfo<Case>& test) {
  const bool integers = test.param.numbers == Numbers::kIntegers;
  return fmt::format("{}_{}", test.param.network.name, integers ? "integers" : "floats");
}

graph::Graph BuildGraph(const Case& test) {
  NetworkBuilder builder(test.numbers, kSeed);
  return builder.Build(test.network.build(builder));
}

Tensor MakeBatch(const graph::Graph& graph, Numbers numbers) {
  Shape shape;
  for (const graph::Dim& dim : graph.inputs[0].dims) {
    shape.push_back(dim.symbolic() ? kBatch : dim.extent);
  }
  test_support::Random random(kSeed + 1);
  return numbers == Numbers::kIntegers ? test_support::RandomIntegers(shape, -3, 3, random)
                                       : test_support::RandomFloats(shape, -3.0f, 3.0f, random);
}

// The reference for the first `samples` of its batch.
Values FirstSamples(const Values& batch, int64_t samples) {
  Shape shape = batch.shape;
  shape[0] = samples;
  Values values(shape);
  std::copy_n(batch.elements.begin(), values.elements.size(), values.elements.begin());
  return values;
}

ReferenceLayer FirstSamples(const ReferenceLayer& batch, int64_t samples) {
  ReferenceLayer layer = batch;
  layer.shape[0] = samples;
  const int64_t entries = static_cast<int64_t>(batch.inactive.size()) / kBatch * samples;
  for (auto* counts : {&layer.inactive, &layer.saturated, &layer.non_finite, &layer.uncertain}) {
    counts->resize(entries);
  }
  return layer;
}

const sparsity::LayerCounts* FindLayer(const engine::CompiledModel& model,
                                       const sparsity::Trace& trace, const std::string& name) {
  const auto layers = model.layers();
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].name == name) return &trace.layers[i];
  }
  return nullptr;
}

void ExpectEqual(const Reference& reference, int64_t samples, const engine::CompiledModel& model,
                 const Results& results) {
  ASSERT_EQ(results.outputs.size(), reference.outputs.size());
  for (size_t i = 0; i < reference.outputs.size(); ++i) {
    const Values expected = FirstSamples(reference.outputs[i], samples);
    EXPECT_EQ(results.outputs[i].shape(), expected.shape);
    EXPECT_TRUE(test_support::Near(expected, results.outputs[i].values<float>(), kTolerance))
        << "output " << i;
  }
  ASSERT_EQ(results.trace.layers.size(), reference.layers.size());
  for (const ReferenceLayer& layer : reference.layers) {
    const sparsity::LayerCounts* counts = FindLayer(model, results.trace, layer.name);
    ASSERT_NE(counts, nullptr) << layer.name;
    EXPECT_TRUE(test_support::SameCounts(FirstSamples(layer, samples), *counts));
  }
}

// A network proves something when one of its outputs and one of its layers do: a layer of four
// numbers may well be all active, a network may not.
void ExpectInformative(const Reference& reference) {
  EXPECT_TRUE(std::any_of(
      reference.outputs.begin(), reference.outputs.end(),
      [](const Values& output) { return test_support::WhyVacuous(output.elements).empty(); }));
  EXPECT_TRUE(std::any_of(
      reference.layers.begin(), reference.layers.end(),
      [](const ReferenceLayer& layer) { return test_support::WhyVacuous(layer).empty(); }));
}

class EquivalenceTest : public ::testing::TestWithParam<Case> {};

TEST_P(EquivalenceTest, EngineAgreesWithReference) {
  const Case& test = GetParam();
  const graph::Graph graph = BuildGraph(test);
  const Tensor batch = MakeBatch(graph, test.numbers);
  const Reference reference = test_support::Evaluate(graph, {&batch, 1}).value();
  ExpectInformative(reference);
  if (test.numbers == Numbers::kIntegers && test.network.exact) {
    for (const ReferenceLayer& layer : reference.layers) EXPECT_TRUE(layer.exact) << layer.name;
  }
  for (const bool passes : {true, false}) {
    for (const int threads : {1, 2}) {
      // Sums of integers are exact, and so are their zeros, but by Winograd's algorithm.
      const Variant variant = {
          .passes = passes, .threads = threads, .winograd = test.numbers != Numbers::kIntegers};
      SCOPED_TRACE(fmt::format("seed {}, {}", kSeed, variant.ToString()));
      const auto model = Compile(graph, variant);
      engine::ExecutionContext context;
      for (const int64_t samples : {1, 3, 8}) {
        SCOPED_TRACE(fmt::format("batch {}\n{}", samples, model->graph_after()));
        const Results results = RunModel(*model, Samples(batch, 0, samples), context);
        ExpectEqual(reference, samples, *model, results);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, EquivalenceTest, ::testing::ValuesIn(AllCases()), NameOf);

}  // namespace
}  // namespace reluserve::equivalence
