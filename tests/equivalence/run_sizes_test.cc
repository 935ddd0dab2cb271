// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The batch sizes that were found to keep a sample's bits keep them, for every network, on data
// that the search has not seen; by themselves, or with some nodes, or all, run sample by sample.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/same_bits.h"
#include "tests/equivalence/engine_run.h"
#include "tests/equivalence/networks.h"
#include "tests/support/random_tensor.h"

namespace reluserve::equivalence {
namespace {

constexpr uint64_t kSeed = 20260319;
constexpr int kBatch = 8;

class RunSizesTest : public ::testing::TestWithParam<Network> {
 protected:
  static graph::Graph MakeGraph() {
    NetworkBuilder builder(Numbers::kFloats, kSeed);
    return builder.Build(GetParam().build(builder));
  }

  static Tensor MakeBatch(const graph::Graph& graph) {
    Shape shape;
    for (const graph::Dim& dim : graph.inputs[0].dims) {
      shape.push_back(dim.symbolic() ? kBatch : dim.extent);
    }
    test_support::Random random(kSeed + 1);
    return test_support::RandomFloats(shape, -3.0f, 3.0f, random);
  }

  static std::vector<Results> EachAlone(engine::CompiledModel& model, const Tensor& batch) {
    engine::ExecutionContext context;
    std::vector<Results> alone;
    for (int64_t sample = 0; sample < kBatch; ++sample) {
      alone.push_back(RunModel(model, Samples(batch, sample, sample + 1), context));
    }
    return alone;
  }

  static void ExpectSameBits(engine::CompiledModel& model, const Tensor& batch, int size,
                             const std::vector<Results>& alone) {
    engine::ExecutionContext context;
    const Results together = RunModel(model, Samples(batch, 0, size), context);
    for (int64_t sample = 0; sample < size; ++sample) {
      EXPECT_TRUE(SameBits(Samples(together, sample, sample + 1), alone[sample]))
          << "sample " << sample << " of " << size;
    }
  }

  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, fmt::format("seed {}", kSeed)};
};

TEST_P(RunSizesTest, WhatWasFoundHolds) {
  const graph::Graph graph = MakeGraph();
  const Tensor batch = MakeBatch(graph);
  for (const int threads : {1, 2}) {
    const auto model = Compile(graph, {.threads = threads});
    if (!model->shapes().batchable) GTEST_SKIP() << "samples do not stay apart";
    const std::vector<Results> alone = EachAlone(*model, batch);
    const std::vector<int> sizes =
        engine::FindSameBitsSizes(*model, {.max_batch_size = kBatch, .max_macs = 1e18});
    const std::string found =
        fmt::format("{} threads: sizes {}; by sample: {}", threads, fmt::join(sizes, ", "),
                    fmt::join(model->by_sample(), ", "));
    SCOPED_TRACE(found);
    EXPECT_THAT(sizes, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
    for (const int size : sizes) ExpectSameBits(*model, batch, size, alone);
  }
}

TEST_P(RunSizesTest, EveryNodeSampleBySample) {
  const graph::Graph graph = MakeGraph();
  const Tensor batch = MakeBatch(graph);
  const auto model = Compile(graph, {});
  if (!model->shapes().batchable) GTEST_SKIP() << "samples do not stay apart";
  const std::vector<Results> alone = EachAlone(*model, batch);
  std::vector<std::string> names;
  for (const graph::Node& node : model->graph().nodes) names.push_back(node.name);
  const engine::PlanInfo whole = model->Describe(std::vector<Shape>{batch.shape()}).value();
  model->RunBySample(names);
  // But those that work on constants, or on shapes.
  EXPECT_THAT(model->by_sample(), testing::SizeIs(testing::Gt(0u)));
  const engine::PlanInfo plan = model->Describe(std::vector<Shape>{batch.shape()}).value();
  EXPECT_TRUE(std::any_of(plan.steps.begin(), plan.steps.end(),
                          [](const engine::StepInfo& step) { return step.sample == 0; }));
  EXPECT_EQ(plan.macs, whole.macs);
  ExpectSameBits(*model, batch, kBatch, alone);
  ExpectSameBits(*model, batch, 1, alone);
}

INSTANTIATE_TEST_SUITE_P(Networks, RunSizesTest, ::testing::ValuesIn(AllNetworks()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace reluserve::equivalence
