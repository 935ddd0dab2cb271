// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Corners of planning and running that the equivalence matrix does not reach on purpose: memory
// shared between values, outputs that are nothing but names, values that are not finite.

#include "server/engine/compiled_model.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/graph/graph.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::engine {
namespace {

using graph::ValueId;
using test_support::GraphBuilder;
using test_support::Random;
using testing::ElementsAre;
using testing::HasSubstr;

struct Result {
  std::vector<std::vector<float>> outputs;
  sparsity::Trace trace;
};

// Runs float inputs through the model in a context of its own.
Result RunModel(CompiledModel& model, const std::vector<Tensor>& inputs) {
  std::vector<Shape> shapes;
  std::vector<const void*> input_data;
  for (const Tensor& input : inputs) {
    shapes.push_back(input.shape());
    input_data.push_back(input.data());
  }
  const std::shared_ptr<const Plan> plan = model.GetPlan(shapes).value();
  Result result;
  std::vector<void*> output_data;
  for (const Shape& shape : OutputShapes(*plan)) {
    result.outputs.emplace_back(static_cast<size_t>(shape.ElementCount()), -77.0f);
  }
  for (auto& output : result.outputs) output_data.push_back(output.data());
  ExecutionContext context;
  EXPECT_TRUE(context.Run(plan, input_data, output_data, &result.trace).ok());
  return result;
}

std::shared_ptr<CompiledModel> Compile(graph::Graph graph, const CompileOptions& options = {}) {
  auto model = CompiledModel::Create(std::move(graph), options);
  EXPECT_TRUE(model.ok()) << model.status();
  return std::move(model).value();
}

Tensor Floats(const Shape& shape, const std::vector<float>& values) {
  return Tensor::Of<float>(shape, values);
}

// A 1x1 convolution that multiplies each channel by `factor`.
ValueId Scale(GraphBuilder& builder, ValueId x, int64_t channels, float factor,
              const std::string& name) {
  std::vector<float> weights(static_cast<size_t>(channels * channels), 0.0f);
  for (int64_t c = 0; c < channels; ++c) weights[static_cast<size_t>(c * channels + c)] = factor;
  return builder.Add(graph::Conv{},
                     {x, builder.Constant(Floats({channels, channels, 1, 1}, weights))}, name);
}

TEST(CompiledModelTest, KeepsAResidualThatIsReadAgain) {
  // The first sum adds into its residual's memory only if nobody reads that later; here the second
  // convolution does.
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 8, 2, 2});
  const ValueId a = builder.Add(graph::Activation{}, {Scale(builder, x, 8, 1.0f, "a")}, "relu_a");
  const ValueId sum = builder.Add(graph::Binary{}, {Scale(builder, a, 8, 2.0f, "b"), a}, "sum");
  const ValueId again = Scale(builder, a, 8, 10.0f, "c");
  const auto model = Compile(builder.Build({sum, again}));
  Random random(1);
  const Tensor input = test_support::RandomIntegers({2, 8, 2, 2}, -3, 3, random);
  const Result result = RunModel(*model, {input});
  for (size_t i = 0; i < result.outputs[0].size(); ++i) {
    const float relu = std::max(0.0f, input.values<float>()[i]);
    ASSERT_EQ(result.outputs[0][i], 3 * relu) << i;
    ASSERT_EQ(result.outputs[1][i], 10 * relu) << i;
  }
}

TEST(CompiledModelTest, AddsAConvolutionToItsOwnSource) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 8, 3, 3});
  const ValueId a = builder.Add(graph::Activation{}, {Scale(builder, x, 8, 1.0f, "a")}, "relu_a");
  const ValueId sum = builder.Add(graph::Binary{}, {Scale(builder, a, 8, 2.0f, "b"), a}, "sum");
  const ValueId y = builder.Add(graph::Activation{}, {sum}, "relu_y");
  const auto model = Compile(builder.Build({y}));
  Random random(2);
  const Tensor input = test_support::RandomIntegers({1, 8, 3, 3}, -3, 3, random);
  const Result result = RunModel(*model, {input});
  for (size_t i = 0; i < result.outputs[0].size(); ++i) {
    ASSERT_EQ(result.outputs[0][i], 3 * std::max(0.0f, input.values<float>()[i])) << i;
  }
}

TEST(CompiledModelTest, OutputsMayBeInputsConstantsOrTheSameValueTwice) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 2});
  const ValueId constant = builder.Constant(Floats({3}, {1, 2, 3}));
  const ValueId y = builder.Add(graph::Activation{}, {x}, "relu");
  const auto model = Compile(builder.Build({x, constant, y, y}));
  const Result result = RunModel(*model, {Floats({2, 2}, {-1, 2, 3, -4})});
  EXPECT_THAT(result.outputs[0], ElementsAre(-1, 2, 3, -4));
  EXPECT_THAT(result.outputs[1], ElementsAre(1, 2, 3));
  EXPECT_THAT(result.outputs[2], ElementsAre(0, 2, 3, 0));
  EXPECT_THAT(result.outputs[3], ElementsAre(0, 2, 3, 0));
}

TEST(CompiledModelTest, ActivationInPlaceLeavesAnotherNameOfTheSameMemoryAlone) {
  // The reshaped value is the same memory as the pre-activation: it must not be rectified.
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 4});
  const ValueId sum = builder.Add(graph::Binary{}, {x, x}, "sum");
  const ValueId y = builder.Add(graph::Activation{}, {sum}, "relu");
  const ValueId view = builder.Add(graph::Reshape{}, {sum, builder.Constant({-1, 2, 2})}, "view");
  const auto model = Compile(builder.Build({y, view}));
  const Result result = RunModel(*model, {Floats({1, 4}, {-1, 2, -3, 4})});
  EXPECT_THAT(result.outputs[0], ElementsAre(0, 4, 0, 8));
  EXPECT_THAT(result.outputs[1], ElementsAre(-2, 4, -6, 8));
}

TEST(CompiledModelTest, NanReachesTheOutputAndIsCounted) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 8, 2, 2});
  const ValueId y = builder.Add(graph::Activation{}, {Scale(builder, x, 8, 1.0f, "conv")}, "relu");
  const auto model = Compile(builder.Build({y}));
  std::vector<float> values(64, 1.0f);
  values[5] = std::numeric_limits<float>::quiet_NaN();  // of the first sample
  values[40] = -1.0f;
  const Result result = RunModel(*model, {Floats({2, 8, 2, 2}, values)});
  // Position 1 of channel 1; the other channels see 0 * NaN, which is NaN as well.
  EXPECT_TRUE(std::isnan(result.outputs[0][5]));
  const sparsity::LayerCounts& counts = result.trace.layers[0];
  for (size_t channel = 0; channel < 8; ++channel) {
    EXPECT_EQ(counts.non_finite[channel], 1u) << channel;
    EXPECT_EQ(counts.non_finite[8 + channel], 0u) << channel;
  }
  EXPECT_EQ(sparsity::Total(counts).inactive, 1);
}

TEST(CompiledModelTest, InfinityThatArisesInsideIsCounted) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 8, 1, 1});
  const ValueId a =
      builder.Add(graph::Activation{}, {Scale(builder, x, 8, 1e38f, "conv1")}, "relu1");
  const ValueId b =
      builder.Add(graph::Activation{}, {Scale(builder, a, 8, -1e38f, "conv2")}, "relu2");
  const auto model = Compile(builder.Build({b}));
  const Result result = RunModel(*model, {Floats({1, 8, 1, 1}, std::vector<float>(8, 100.0f))});
  EXPECT_EQ(sparsity::Total(result.trace.layers[0]).non_finite, 8);
  // Infinity times -1e38 and, from the other channels, times 0: not a number, which a rectifier
  // that is not careful reports as zero.
  EXPECT_EQ(sparsity::Total(result.trace.layers[1]).non_finite, 8);
}

TEST(CompiledModelTest, MakesPlansAgainThatWereDropped) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 8, 4, 4});
  const ValueId y = builder.Add(graph::Activation{}, {Scale(builder, x, 8, 2.0f, "conv")}, "relu");
  CompileOptions options;
  options.max_plans = 1;
  const auto model = Compile(builder.Build({y}), options);
  Random random(3);
  ExecutionContext context;
  for (int64_t batch : {1, 3, 1, 8, 3}) {
    const Tensor input = test_support::RandomIntegers({batch, 8, 4, 4}, -3, 3, random);
    const std::vector<Shape> shapes = {input.shape()};
    const std::shared_ptr<const Plan> plan = model->GetPlan(shapes).value();
    EXPECT_EQ(model->GetPlan(shapes).value(), plan);
    std::vector<float> output(input.values<float>().size());
    const void* inputs[] = {input.data()};
    void* outputs[] = {output.data()};
    ASSERT_TRUE(context.Run(plan, inputs, outputs, nullptr).ok());
    for (size_t i = 0; i < output.size(); ++i) {
      ASSERT_EQ(output[i], 2 * std::max(0.0f, input.values<float>()[i]));
    }
  }
}

TEST(CompiledModelTest, RefusesShapesTheModelDoesNotTake) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 8, 4, 4});
  const auto model = Compile(builder.Build({builder.Add(graph::Activation{}, {x}, "relu")}));
  for (const Shape& shape : {Shape{1, 7, 4, 4}, Shape{1, 8, 4}, Shape{0, 8, 4, 4}}) {
    const std::vector<Shape> shapes = {shape};
    const auto plan = model->GetPlan(shapes);
    EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(plan.status().message()), HasSubstr("\"x\""));
    EXPECT_THAT(std::string(plan.status().message()), HasSubstr(shape.ToString()));
  }
  EXPECT_EQ(model->GetPlan({}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(CompiledModelTest, ConcatenatesWhatConvolutionsMadeWithoutConvertingIt) {
  // Whichever layout the convolutions of this CPU prefer, the one after the concatenation reads it.
  constexpr int64_t kChannels = 32;
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {1, kChannels, 8, 8});
  const ValueId first = Scale(builder, x, kChannels, 1.0f, "first");
  const ValueId twice = Scale(builder, first, kChannels, 2.0f, "twice");
  const ValueId thrice = Scale(builder, first, kChannels, 3.0f, "thrice");
  const ValueId both = builder.Add(graph::Concat{.axis = 1}, {twice, thrice}, "both");
  const ValueId last = Scale(builder, both, 2 * kChannels, 1.0f, "last");
  const std::shared_ptr<CompiledModel> model = Compile(builder.Build({last}));

  const Shape shape = {1, kChannels, 8, 8};
  const PlanInfo info = model->Describe({&shape, 1}).value();
  bool after_first = false;
  for (const StepInfo& step : info.steps) {
    if (after_first) {
      EXPECT_NE(step.op_type, "reorder") << "of " << step.node;
    }
    after_first = after_first || step.node == "first";
  }
  EXPECT_TRUE(after_first);

  std::vector<float> values(static_cast<size_t>(shape.ElementCount()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const Result result = RunModel(*model, {Floats(shape, values)});
  ASSERT_EQ(result.outputs[0].size(), 2 * values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(result.outputs[0][i], 2 * values[i]) << i;
    ASSERT_EQ(result.outputs[0][values.size() + i], 3 * values[i]) << i;
  }
}

TEST(CompiledModelTest, ComputesWhatIsConcatenatedInItsPlace) {
  // As a dense block has it: each concatenation begins with the one before, whose parts are read
  // again, one of them by a node that could overwrite it.
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 2, 1, 2});
  const ValueId a = builder.Add(graph::Activation{}, {x}, "a");
  const ValueId b = builder.Add(graph::Unary{graph::UnaryKind::kNeg}, {x}, "b");
  const ValueId ab = builder.Add(graph::Concat{.axis = 1}, {a, b}, "ab");
  const ValueId c = builder.Add(graph::Unary{graph::UnaryKind::kNeg}, {a}, "c");
  const ValueId abc = builder.Add(graph::Concat{.axis = 1}, {a, b, c}, "abc");
  const ValueId relu = builder.Add(graph::Activation{}, {b}, "relu");
  const ValueId twice = builder.Add(graph::Concat{.axis = 1}, {c, c}, "twice");
  const std::shared_ptr<CompiledModel> model = Compile(builder.Build({ab, abc, relu, twice}));

  const auto copied = [&](int64_t samples) {
    const Shape shape = {samples, 2, 1, 2};
    const PlanInfo info = model->Describe({&shape, 1}).value();
    std::vector<std::string> nodes;
    for (const StepInfo& step : info.steps) {
      if (step.op_type == "Concat") nodes.push_back(step.node);
    }
    return nodes;
  };
  EXPECT_THAT(copied(1), ElementsAre("twice"));
  EXPECT_THAT(copied(2), ElementsAre("ab", "abc", "twice"));

  const std::vector<float> values = {1, -2, 3, -4, 5, 6, -7, 8};
  const Result one = RunModel(*model, {Floats({1, 2, 1, 2}, {1, -2, 3, -4})});
  EXPECT_THAT(one.outputs[0], ElementsAre(1, 0, 3, 0, -1, 2, -3, 4));
  EXPECT_THAT(one.outputs[1], ElementsAre(1, 0, 3, 0, -1, 2, -3, 4, -1, 0, -3, 0));
  EXPECT_THAT(one.outputs[2], ElementsAre(0, 2, 0, 4));
  EXPECT_THAT(one.outputs[3], ElementsAre(-1, 0, -3, 0, -1, 0, -3, 0));
  const Result two = RunModel(*model, {Floats({2, 2, 1, 2}, values)});
  EXPECT_THAT(two.outputs[1], ElementsAre(1, 0, 3, 0, -1, 2, -3, 4, -1, 0, -3, 0,  //
                                          5, 6, 0, 8, -5, -6, 7, -8, -5, -6, 0, -8));
  EXPECT_THAT(two.outputs[3], ElementsAre(-1, 0, -3, 0, -1, 0, -3, 0,  //
                                          -5, -6, 0, -8, -5, -6, 0, -8));
}

TEST(CompiledModelTest, DescribesWhatWasFused) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 8, 4, 4});
  const ValueId y = builder.Add(graph::Activation{}, {Scale(builder, x, 8, 2.0f, "conv")}, "relu");
  const auto model = Compile(builder.Build({y}));
  const std::vector<Shape> shapes = {{1, 8, 4, 4}};
  const PlanInfo info = model->Describe(shapes).value();
  EXPECT_EQ(info.macs, 8 * 8 * 16);
  bool fused = false;
  for (const StepInfo& step : info.steps)
    fused = fused || (step.node == "conv" && step.activation == "relu");
  EXPECT_TRUE(fused);
  EXPECT_THAT(model->graph_after(), HasSubstr("relu"));
  ASSERT_EQ(model->layers().size(), 1u);
  EXPECT_EQ(model->layers()[0].name, "relu");
}

}  // namespace
}  // namespace reluserve::engine
