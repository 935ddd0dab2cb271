// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/depthwise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include "server/engine/compiled_model.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::engine {
namespace {

using graph::ValueId;
using test_support::GraphBuilder;
using ::testing::Contains;
using ::testing::Each;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Counts {
  explicit Counts(size_t size) : inactive(size, 99), saturated(size, 99), non_finite(size, 99) {}
  sparsity::ChannelCounts targets() {
    return {inactive.data(), saturated.data(), non_finite.data()};
  }
  std::vector<uint32_t> inactive, saturated, non_finite;
};

// Elements in [low, high] of a blocked tensor, and where one of them is.
struct Blocked {
  Blocked(int64_t samples, int64_t all_channels, int64_t rows, int64_t columns)
      : channels(all_channels),
        height(rows),
        width(columns),
        values(static_cast<size_t>(samples * channels * height * width)) {}
  float& at(int64_t n, int64_t c, int64_t y, int64_t x) {
    const int64_t block = n * (channels / kDepthwiseBlock) + c / kDepthwiseBlock;
    return values[static_cast<size_t>(((block * height + y) * width + x) * kDepthwiseBlock +
                                      c % kDepthwiseBlock)];
  }
  int64_t channels, height, width;
  std::vector<float> values;
};

// Small whole numbers, whose products and sums are exact in floats.
void FillWhole(std::vector<float>& values, int lowest, int highest, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int> numbers(lowest, highest);
  for (float& value : values) value = static_cast<float>(numbers(random));
}

struct Case {
  DepthwiseShape shape;
  bool bias = true;
};

class DepthwiseTest : public ::testing::TestWithParam<Case> {};

void ComputesAndCounts(const DepthwiseShape& shape, bool with_bias) {
  const int64_t n = shape.samples, c = shape.channels;
  Blocked source(n, c, shape.height, shape.width);
  Blocked result(n, c, shape.result_height, shape.result_width);
  FillWhole(source.values, -2, 6, 1);
  std::vector<float> weights(static_cast<size_t>(c * 9)), bias(static_cast<size_t>(c));
  FillWhole(weights, -2, 2, 2);
  FillWhole(bias, -3, 3, 3);
  Counts source_counts(static_cast<size_t>(n * c)), result_counts(static_cast<size_t>(n * c));
  const DepthwiseOperands operands = {source.values.data(), weights.data(),
                                      with_bias ? bias.data() : nullptr, result.values.data()};
  const DepthwiseCounts counts = {source_counts.targets(), result_counts.targets(), 6.0f,
                                  shape.high};
  ASSERT_TRUE(RunDepthwise(shape, operands, counts));
  Counts expected_source(static_cast<size_t>(n * c)), expected_result(static_cast<size_t>(n * c));
  for (int64_t s = 0; s < n; ++s) {
    for (int64_t k = 0; k < c; ++k) {
      const auto at = static_cast<size_t>(s * c + k);
      uint32_t inactive = 0, saturated = 0;
      for (int64_t y = 0; y < shape.height; ++y) {
        for (int64_t x = 0; x < shape.width; ++x) {
          inactive += source.at(s, k, y, x) <= 0;
          saturated += source.at(s, k, y, x) >= 6;
        }
      }
      EXPECT_EQ(source_counts.inactive[at], inactive) << s << " " << k;
      EXPECT_EQ(source_counts.saturated[at], saturated) << s << " " << k;
      inactive = saturated = 0;
      for (int64_t y = 0; y < shape.result_height; ++y) {
        for (int64_t x = 0; x < shape.result_width; ++x) {
          float sum = with_bias ? bias[static_cast<size_t>(k)] : 0;
          for (int64_t tap = 0; tap < 9; ++tap) {
            const int64_t row = y * shape.stride - shape.pad_top + tap / 3;
            const int64_t column = x * shape.stride - shape.pad_left + tap % 3;
            if (row < 0 || row >= shape.height || column < 0 || column >= shape.width) continue;
            sum += source.at(s, k, row, column) *
                   weights[static_cast<size_t>((k / 16 * 9 + tap) * 16 + k % 16)];
          }
          const float expected = std::clamp(sum, shape.low, shape.high);
          ASSERT_EQ(result.at(s, k, y, x), expected) << s << " " << k << " " << y << " " << x;
          inactive += expected <= 0;
          saturated += expected >= shape.high;
        }
      }
      EXPECT_EQ(result_counts.inactive[at], inactive) << s << " " << k;
      EXPECT_EQ(result_counts.saturated[at], saturated) << s << " " << k;
    }
  }
  EXPECT_THAT(source_counts.non_finite, Each(0u));
  EXPECT_THAT(result_counts.non_finite, Each(0u));
}

// By the vectors of every width that this CPU has.
TEST_P(DepthwiseTest, ComputesAndCounts) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    ComputesAndCounts(GetParam().shape, GetParam().bias);
  }
  hwy::SetSupportedTargetsForTest(0);
}

INSTANTIATE_TEST_SUITE_P(Shapes, DepthwiseTest,
                         testing::Values(Case{{1, 16, 9, 9, 9, 9, 1, 1, 1, 0.0f, 6.0f}},
                                         Case{{2, 48, 17, 14, 17, 14, 1, 1, 1, 0.0f, kInfinity}},
                                         Case{{2, 32, 15, 16, 8, 8, 2, 1, 1, 0.0f, 6.0f}},
                                         // Padded at the end alone, as TensorFlow's exporters do.
                                         Case{{1, 32, 16, 16, 8, 8, 2, 0, 0, 0.0f, 6.0f}},
                                         Case{{3, 16, 8, 20, 6, 18, 1, 0, 0, -1.0f, 2.0f},
                                              /*bias=*/false},
                                         // Smaller than the window.
                                         Case{{1, 16, 1, 2, 1, 2, 1, 1, 1, 0.0f, 6.0f}},
                                         Case{{1, 16, 1, 1, 1, 1, 2, 1, 1, 0.0f, 6.0f}},
                                         // Rows below the window are counted as well.
                                         Case{{1, 16, 12, 8, 2, 8, 1, 1, 1, 0.0f, 6.0f}},
                                         Case{{1, 128, 40, 40, 40, 40, 1, 1, 1, 0.0f, 6.0f}}));

TEST(DepthwiseNonFiniteTest, TellsThatCountsAreToBeMadeAnew) {
  DepthwiseShape shape{1, 32, 4, 4, 4, 4, 1, 1, 1, 0.0f, kInfinity};
  Blocked source(1, 32, 4, 4), result(1, 32, 4, 4);
  std::vector<float> weights(32 * 9, 1.0f);
  Counts counts(32);
  const DepthwiseOperands operands = {source.values.data(), weights.data(), nullptr,
                                      result.values.data()};
  for (const float value : {kInfinity, std::nanf("")}) {
    source.at(0, 20, 3, 3) = value;
    EXPECT_FALSE(RunDepthwise(shape, operands, {counts.targets(), {}}));
    EXPECT_TRUE(RunDepthwise(shape, operands, {}));
  }
  source.at(0, 20, 3, 3) = kInfinity;
  EXPECT_FALSE(RunDepthwise(shape, operands, {{}, counts.targets()}));
}

// conv 1x1, depthwise 3x3, conv 1x1, each with ReLU6, as MobileNetV2 has them.
class DepthwiseModelTest : public ::testing::Test {
 protected:
  static constexpr int64_t kExtent = 12;

  static ValueId Convolve(GraphBuilder& builder, ValueId x, const Shape& weights, int64_t group,
                          const std::string& name, test_support::Random& random) {
    graph::Conv conv;
    conv.group = group;
    const int64_t pad = weights[2] / 2;
    conv.window.pads_begin = conv.window.pads_end = {pad, pad};
    const ValueId w = builder.Constant(test_support::RandomFloats(weights, -1.0f, 1.0f, random));
    const graph::Activation relu6 = {graph::ActivationKind::kClip, 0.0f, 6.0f};
    return builder.Add(relu6, {builder.Add(conv, {x, w}, name)}, name + "_relu6");
  }

  static std::shared_ptr<CompiledModel> Model(bool in_blocks) {
    test_support::Random random{5};
    GraphBuilder builder;
    ValueId x = builder.Input("x", {-1, 16, kExtent, kExtent});
    x = Convolve(builder, x, {32, 16, 1, 1}, 1, "expand", random);
    x = Convolve(builder, x, {32, 1, 3, 3}, 32, "depthwise", random);
    x = Convolve(builder, x, {16, 32, 1, 1}, 1, "project", random);
    CompileOptions options;
    options.tuning = Tuning{{}, in_blocks};
    return CompiledModel::Create(builder.Build({x}), options).value();
  }

  struct Result {
    std::vector<float> output;
    sparsity::Trace trace;
  };
  static Result Run(CompiledModel& model, const std::vector<float>& input, int64_t samples) {
    const Shape shape = {samples, 16, kExtent, kExtent};
    const auto plan = model.GetPlan({&shape, 1}).value();
    Result result;
    result.output.resize(static_cast<size_t>(OutputShapes(*plan)[0].ElementCount()));
    const void* in = input.data();
    void* out = result.output.data();
    ExecutionContext context;
    EXPECT_TRUE(context.Run(plan, {&in, 1}, {&out, 1}, &result.trace).ok());
    return result;
  }

  static std::vector<float> Input(int64_t samples) {
    std::vector<float> input(static_cast<size_t>(samples * 16 * kExtent * kExtent));
    std::mt19937 random(9);
    std::normal_distribution<float> values;
    for (float& value : input) value = values(random);
    return input;
  }
};

TEST_F(DepthwiseModelTest, CountsWithoutStepsOfItsOwn) {
  const auto model = Model(/*in_blocks=*/true);
  const Shape shape = {2, 16, kExtent, kExtent};
  std::vector<std::string> steps;
  const PlanInfo plan = model->Describe({&shape, 1}).value();
  for (const StepInfo& step : plan.steps) {
    steps.push_back(step.node + ": " + step.implementation);
  }
  EXPECT_THAT(steps, Contains("depthwise: depthwise"));
  EXPECT_THAT(steps, Contains("project_relu6: counter"));
  EXPECT_THAT(steps, testing::Not(Contains("expand_relu6: counter")));
  EXPECT_THAT(steps, testing::Not(Contains("depthwise_relu6: counter")));
}

TEST_F(DepthwiseModelTest, ComputesAndCountsAsOneDnnAndTheCounterDo) {
  const std::vector<float> input = Input(3);
  const auto ours = Model(/*in_blocks=*/true);
  const Result found = Run(*ours, input, 3);
  const Result expected = Run(*Model(/*in_blocks=*/false), input, 3);
  ASSERT_EQ(found.output.size(), expected.output.size());
  for (size_t i = 0; i < found.output.size(); ++i) {
    // Sums of 32 products in another order.
    EXPECT_NEAR(found.output[i], expected.output[i], 1e-4f) << i;
  }
  ASSERT_EQ(found.trace.layers.size(), 3u);
  // A rounding error may put an element on the other side of a bound, but not many of these.
  for (size_t layer = 0; layer < 3; ++layer) {
    const auto total = sparsity::Total(found.trace.layers[layer]);
    const auto other = sparsity::Total(expected.trace.layers[layer]);
    EXPECT_EQ(total.elements, other.elements);
    EXPECT_NEAR(static_cast<double>(total.inactive), static_cast<double>(other.inactive), 2);
    EXPECT_NEAR(static_cast<double>(total.saturated), static_cast<double>(other.saturated), 2);
    EXPECT_EQ(total.non_finite, 0);
  }
  // The same bits alone and in a batch.
  const size_t in = input.size() / 3, out = found.output.size() / 3;
  for (size_t sample = 0; sample < 3; ++sample) {
    const auto begin = input.begin() + static_cast<std::ptrdiff_t>(in * sample);
    const Result alone = Run(*ours, {begin, begin + static_cast<std::ptrdiff_t>(in)}, 1);
    EXPECT_TRUE(std::equal(alone.output.begin(), alone.output.end(),
                           found.output.begin() + static_cast<std::ptrdiff_t>(out * sample)));
    EXPECT_TRUE(std::equal(
        alone.trace.layers[1].inactive.begin(), alone.trace.layers[1].inactive.end(),
        found.trace.layers[1].inactive.begin() + static_cast<std::ptrdiff_t>(32 * sample)));
  }
}

TEST_F(DepthwiseModelTest, CountsWhatIsNotFinite) {
  std::vector<float> input = Input(2);
  input[5] = kInfinity;
  const Result found = Run(*Model(/*in_blocks=*/true), input, 2);
  const Result expected = Run(*Model(/*in_blocks=*/false), input, 2);
  for (size_t layer = 0; layer < 3; ++layer) {
    EXPECT_EQ(found.trace.layers[layer].non_finite, expected.trace.layers[layer].non_finite);
  }
}

}  // namespace
}  // namespace reluserve::engine
