// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which convolutions run by Winograd's algorithm, and that what they compute is what direct ones
// compute. Needs oneDNN 2.x and AVX-512; skips elsewhere.

#include "server/engine/primitives/winograd.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/compiled_model.h"
#include "tests/support/graph_builder.h"

namespace reluserve::engine {
namespace {

using graph::ValueId;
using test_support::GraphBuilder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

Tensor RandomWeights(const Shape& shape, float largest) {
  std::uniform_real_distribution<float> values(-largest, largest);
  std::vector<float> weights(static_cast<size_t>(shape.ElementCount()));
  std::mt19937 engine(7);
  for (float& weight : weights) weight = values(engine);
  return Tensor::Of<float>(shape, weights);
}

ValueId Convolve(GraphBuilder& builder, ValueId x, const Shape& weights, const std::string& name,
                 int64_t pad = 1, float largest = 0.1f) {
  graph::Conv conv;
  conv.window.pads_begin = conv.window.pads_end = {pad, pad};
  return builder.Add(conv, {x, builder.Constant(RandomWeights(weights, largest))}, name);
}

// Of the pictures that most tests use.
constexpr int64_t kExtent = 20;

// Convolutions of which the second may be one of Winograd's.
graph::Graph Network(float largest = 0.1f, int64_t extent = kExtent) {
  GraphBuilder builder;
  ValueId x = builder.Input("x", {-1, 3, extent, extent});
  x = builder.Add(graph::Activation{}, {Convolve(builder, x, {32, 3, 3, 3}, "first")}, "relu1");
  x = builder.Add(graph::Activation{}, {Convolve(builder, x, {48, 32, 3, 3}, "second", 1, largest)},
                  "relu2");
  return builder.Build({Convolve(builder, x, {8, 48, 1, 1}, "third", 0)});
}

std::shared_ptr<CompiledModel> Compile(graph::Graph graph, bool winograd = true) {
  CompileOptions options;
  options.winograd = winograd;
  return CompiledModel::Create(std::move(graph), options).value();
}

std::map<std::string, int> TilesOf(const CompiledModel& model) {
  return model.tuning().winograd_tiles;
}

bool HasWinograd() { return !TilesOf(*Compile(Network())).empty(); }

struct Result {
  std::vector<float> output;
  sparsity::Trace trace;
};

Result RunModel(CompiledModel& model, const std::vector<float>& input, int64_t samples) {
  const Shape shape = {samples, 3, kExtent, kExtent};
  const auto plan = model.GetPlan({&shape, 1}).value();
  Result result;
  result.output.resize(static_cast<size_t>(OutputShapes(*plan)[0].ElementCount()));
  const void* in = input.data();
  void* out = result.output.data();
  ExecutionContext context;
  EXPECT_TRUE(context.Run(plan, {&in, 1}, {&out, 1}, &result.trace).ok());
  return result;
}

std::vector<float> RandomInput(int64_t samples) {
  std::mt19937 engine(11);
  std::normal_distribution<float> values;
  std::vector<float> input(static_cast<size_t>(samples * 3 * kExtent * kExtent));
  for (float& value : input) value = values(engine);
  return input;
}

std::vector<std::string> Implementations(CompiledModel& model, int64_t samples) {
  const Shape shape = {samples, 3, kExtent, kExtent};
  std::vector<std::string> names;
  const PlanInfo info = model.Describe({&shape, 1}).value();
  for (const StepInfo& step : info.steps) {
    names.push_back(step.node + ": " + step.implementation);
  }
  return names;
}

TEST(WinogradTest, TakesConvolutionsOfItsShapeOnly) {
  if (!HasWinograd()) GTEST_SKIP() << "oneDNN has no Winograd convolution on this CPU";
  const auto model = Compile(Network());
  EXPECT_THAT(TilesOf(*model), ElementsAre(Pair("second", 4)));
  EXPECT_THAT(Implementations(*model, 1), Contains(HasSubstr("second: jit_wino_4x3")));
  EXPECT_THAT(Implementations(*model, 3), Contains(HasSubstr("second: jit_wino_4x3")));
}

TEST(WinogradTest, ComputesWhatDirectConvolutionDoes) {
  if (!HasWinograd()) GTEST_SKIP() << "oneDNN has no Winograd convolution on this CPU";
  const auto model = Compile(Network());
  const auto direct = Compile(Network(), /*winograd=*/false);
  EXPECT_THAT(TilesOf(*direct), IsEmpty());
  const std::vector<float> input = RandomInput(1);
  const Result found = RunModel(*model, input, 1);
  const Result expected = RunModel(*direct, input, 1);
  ASSERT_EQ(found.output.size(), expected.output.size());
  float largest = 0;
  bool same_bits = true;
  for (size_t i = 0; i < found.output.size(); ++i) {
    largest = std::max(largest, std::abs(expected.output[i]));
    same_bits = same_bits && found.output[i] == expected.output[i];
  }
  for (size_t i = 0; i < found.output.size(); ++i) {
    EXPECT_NEAR(found.output[i], expected.output[i], 1e-5f * largest) << i;
  }
  EXPECT_FALSE(same_bits) << "both ran the same algorithm";
}

TEST(WinogradTest, GivesEachSampleOfABatchItsBits) {
  if (!HasWinograd()) GTEST_SKIP() << "oneDNN has no Winograd convolution on this CPU";
  const auto model = Compile(Network());
  constexpr int64_t kSamples = 5;
  const std::vector<float> input = RandomInput(kSamples);
  const Result together = RunModel(*model, input, kSamples);
  const size_t in = input.size() / kSamples;
  const size_t out = together.output.size() / kSamples;
  for (size_t sample = 0; sample < kSamples; ++sample) {
    const std::vector<float> one(input.begin() + static_cast<std::ptrdiff_t>(in * sample),
                                 input.begin() + static_cast<std::ptrdiff_t>(in * (sample + 1)));
    const Result alone = RunModel(*model, one, 1);
    EXPECT_EQ(std::memcmp(alone.output.data(), together.output.data() + out * sample,
                          out * sizeof(float)),
              0)
        << "sample " << sample;
    for (size_t layer = 0; layer < alone.trace.layers.size(); ++layer) {
      const std::vector<uint32_t>& counts = alone.trace.layers[layer].inactive;
      EXPECT_TRUE(std::equal(counts.begin(), counts.end(),
                             together.trace.layers[layer].inactive.begin() +
                                 static_cast<std::ptrdiff_t>(counts.size() * sample)))
          << "sample " << sample << ", layer " << layer;
    }
  }
}

TEST(WinogradTest, ChoosesTheTilesByTheirNumber) {
  if (!HasWinograd()) GTEST_SKIP() << "oneDNN has no Winograd convolution on this CPU";
  const auto kernel_of = [](int64_t extent) {
    const auto model = Compile(Network(0.1f, extent));
    const Shape shape = {1, 3, extent, extent};
    const PlanInfo info = model->Describe({&shape, 1}).value();
    const auto step = std::find_if(info.steps.begin(), info.steps.end(), [](const StepInfo& other) {
      return other.node == "second" && other.op_type == "Conv";
    });
    return step == info.steps.end() ? "" : step->implementation;
  };
  EXPECT_THAT(kernel_of(28), HasSubstr("wino_4x3"));
  EXPECT_THAT(kernel_of(14), HasSubstr("wino_2x3"));
  EXPECT_THAT(kernel_of(7), Not(HasSubstr("wino")));
}

TEST(WinogradTest, GoesByATuning) {
  if (!HasWinograd()) GTEST_SKIP() << "oneDNN has no Winograd convolution on this CPU";
  CompileOptions options;
  // The third has another window, and "another" is none of its layers.
  options.tuning = Tuning{{{"second", 2}, {"third", 2}, {"another", 4}}, false};
  const auto model = CompiledModel::Create(Network(), options).value();
  EXPECT_THAT(TilesOf(*model), ElementsAre(Pair("second", 2)));
  EXPECT_TRUE(model->tuning().in_blocks);
  EXPECT_THAT(Implementations(*model, 1), Contains(HasSubstr("second: jit_fp32_wino_2x3")));
  EXPECT_THAT(Implementations(*model, 4), Contains(HasSubstr("second: jit_fp32_wino_2x3")));
}

TEST(WinogradTest, VariantComputesTheSame) {
  const auto model = Compile(Network());
  const std::vector<float> input = RandomInput(2);
  const Result expected = RunModel(*model, input, 2);
  for (const bool in_blocks : {false, true}) {
    const Tuning direct = {{}, in_blocks};
    const auto variant = model->Variant(direct).value();
    EXPECT_EQ(variant->tuning(), direct);
    const Result found = RunModel(*variant, input, 2);
    ASSERT_EQ(found.output.size(), expected.output.size());
    for (size_t i = 0; i < found.output.size(); ++i) {
      EXPECT_NEAR(found.output[i], expected.output[i], 1e-4f) << i;
    }
  }
  // What was packed for the variants has left the model as it was.
  EXPECT_EQ(RunModel(*model, input, 2).output, expected.output);
}

TEST(WinogradTest, LeavesAConvolutionThatItCannotComputeExactlyEnough) {
  if (!HasWinograd()) GTEST_SKIP() << "oneDNN has no Winograd convolution on this CPU";
  // The transformed weights overflow, the direct sums do not.
  const auto model = Compile(Network(/*largest=*/1e37f));
  EXPECT_THAT(TilesOf(*model), IsEmpty());
}

}  // namespace
}  // namespace reluserve::engine
