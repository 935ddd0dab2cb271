// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/profiler.h"

#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include "server/engine/compiled_model.h"
#include "tests/support/graph_builder.h"

namespace reluserve::engine {
namespace {

using test_support::GraphBuilder;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kChannels = 8;
constexpr int64_t kPositions = 4;

// A 1x1 convolution that leaves its input as it is, then ReLU.
std::shared_ptr<CompiledModel> ConvRelu(int64_t short_step = 0) {
  std::vector<float> weights(kChannels * kChannels, 0.0f);
  for (size_t c = 0; c < kChannels; ++c) weights[c * kChannels + c] = 1.0f;
  GraphBuilder builder;
  const graph::ValueId x = builder.Input("x", {-1, kChannels, 2, 2});
  const graph::ValueId conv = builder.Add(
      graph::Conv{},
      {x, builder.Constant(Tensor::Of<float>({kChannels, kChannels, 1, 1}, weights))}, "conv");
  const graph::ValueId relu = builder.Add(graph::Activation{}, {conv}, "relu");
  CompileOptions options;
  options.short_step = short_step;
  return CompiledModel::Create(builder.Build({relu}), options).value();
}

// One of every four elements of each sample is positive.
void RunOnce(CompiledModel& model, int64_t samples, bool counted = true) {
  std::vector<float> input(static_cast<size_t>(samples * kChannels * kPositions));
  for (size_t i = 0; i < input.size(); ++i) input[i] = i % 4 == 0 ? 1.0f : -1.0f;
  std::vector<float> output(input.size());
  const auto plan = model.GetPlan({{Shape{samples, kChannels, 2, 2}}}).value();
  const void* inputs[] = {input.data()};
  void* outputs[] = {output.data()};
  ExecutionContext context;
  sparsity::Trace trace;
  ASSERT_TRUE(context.Run(plan, inputs, outputs, counted ? &trace : nullptr).ok());
}

TEST(ProfilerTest, MeasuresOnlyWhileItIsOn) {
  const auto model = ConvRelu();
  Profiler& profiler = model->profiler();
  RunOnce(*model, 1);
  EXPECT_THAT(profiler.Read(), IsEmpty());
  profiler.Start();
  for (int i = 0; i < 3; ++i) RunOnce(*model, 1);
  ASSERT_EQ(profiler.Read().size(), 1u);
  EXPECT_EQ(profiler.Read()[0].runs, 3u);
  profiler.Stop();
  RunOnce(*model, 1);
  ASSERT_EQ(profiler.Read().size(), 1u) << "can still be read";
  EXPECT_EQ(profiler.Read()[0].runs, 3u);
  profiler.Start();
  EXPECT_THAT(profiler.Read(), IsEmpty()) << "begins at zero";
}

TEST(ProfilerTest, HasTheStepsOfThePlanAndTheirTimes) {
  const auto model = ConvRelu();
  const Shape shape = {2, kChannels, 2, 2};
  const PlanInfo described = model->Describe({{shape}}).value();
  model->profiler().Start();
  for (int i = 0; i < 4; ++i) RunOnce(*model, 2);
  const PlanProfile profile = model->profiler().Read().at(0);
  EXPECT_THAT(profile.input_shapes, ElementsAre(shape));
  ASSERT_EQ(profile.steps.size(), described.steps.size());
  absl::Duration sum;
  for (size_t i = 0; i < profile.steps.size(); ++i) {
    const StepProfile& step = profile.steps[i];
    EXPECT_EQ(step.info.node, described.steps[i].node);
    EXPECT_EQ(step.info.op_type, described.steps[i].op_type);
    EXPECT_EQ(step.info.macs, described.steps[i].macs);
    EXPECT_GT(step.fastest, absl::ZeroDuration());
    EXPECT_GE(step.time, 4 * step.fastest);
    sum += step.time;
  }
  EXPECT_EQ(profile.time, sum);
}

TEST(ProfilerTest, SumsTheCountsOfCountedRuns) {
  const auto model = ConvRelu();
  model->profiler().Start();
  RunOnce(*model, 2);
  RunOnce(*model, 2, /*counted=*/false);
  RunOnce(*model, 2);
  const uint64_t elements = 2 * 2 * kChannels * kPositions;
  int with_counts = 0;
  const PlanProfile profile = model->profiler().Read().at(0);
  for (const StepProfile& step : profile.steps) {
    // Counted by one step, computed by another; a third may bring it into another layout.
    const bool of_layer = (step.info.node == "relu" || step.info.activation == "relu") &&
                          !step.info.op_type.starts_with("reorder");
    EXPECT_EQ(step.elements, of_layer ? elements : 0) << step.info.node;
    EXPECT_EQ(step.inactive, of_layer ? elements / 4 * 3 : 0) << step.info.node;
    with_counts += of_layer ? 1 : 0;
  }
  EXPECT_EQ(with_counts, 2);
}

TEST(ProfilerTest, TellsBatchSizesApart) {
  const auto model = ConvRelu();
  model->profiler().Start();
  RunOnce(*model, 1);
  RunOnce(*model, 3);
  RunOnce(*model, 1);
  const std::vector<PlanProfile> profiles = model->profiler().Read();
  ASSERT_EQ(profiles.size(), 2u);
  EXPECT_EQ(profiles[0].input_shapes[0][0], 1);
  EXPECT_EQ(profiles[0].runs, 2u);
  EXPECT_EQ(profiles[1].input_shapes[0][0], 3);
  EXPECT_EQ(profiles[1].runs, 1u);
}

TEST(ProfilerTest, PutsTheSamplesOfAStepTogether) {
  const auto model = ConvRelu();
  const std::string names[] = {"conv"};
  model->RunBySample(names);
  model->profiler().Start();
  RunOnce(*model, 3);
  int convolutions = 0;
  const PlanProfile profile = model->profiler().Read().at(0);
  for (const StepProfile& step : profile.steps) {
    if (step.info.op_type != "Conv") continue;
    ++convolutions;
    EXPECT_EQ(step.info.sample, 0);
    EXPECT_EQ(step.info.macs, 3 * kChannels * kChannels * kPositions);
  }
  EXPECT_EQ(convolutions, 1);
}

TEST(ProfilerTest, SaysOnHowManyThreadsAModelRuns) {
  constexpr int kThreads = 2;
  const int before = omp_get_max_threads();
  omp_set_num_threads(kThreads);
  for (const int64_t short_step : {int64_t{0}, int64_t{256 * 1024}}) {
    const auto model = ConvRelu(short_step);
    model->profiler().Start();
    RunOnce(*model, 2);
    EXPECT_EQ(model->profiler().Read().at(0).threads, short_step > 0 ? 1 : kThreads);
    EXPECT_EQ(omp_get_max_threads(), kThreads) << "of whoever runs it";
  }
  omp_set_num_threads(before);
}

}  // namespace
}  // namespace reluserve::engine
