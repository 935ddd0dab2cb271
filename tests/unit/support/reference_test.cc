// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The judge is judged by rows computed by hand.

#include "tests/support/reference.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/graph_builder.h"

namespace reluserve::test_support {
namespace {

using graph::Activation;
using graph::ActivationKind;
using graph::AutoPad;
using graph::Window;

Tensor Floats(Shape shape, std::vector<float> values) {
  return Tensor::Of<float>(std::move(shape), values);
}

Tensor Integers(std::vector<int64_t> values) {
  return Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

Reference RunOne(const graph::Op& op, const std::vector<Tensor>& operands) {
  GraphBuilder builder;
  const std::span<const int64_t> extents = operands[0].shape().dims();
  std::vector<graph::ValueId> inputs = {
      builder.Input("x", std::vector<int64_t>(extents.begin(), extents.end()))};
  for (size_t i = 1; i < operands.size(); ++i) inputs.push_back(builder.Constant(operands[i]));
  const graph::Graph graph = builder.Build({builder.Add(op, inputs, "node")});
  return Evaluate(graph, {&operands[0], 1}).value();
}

struct Row {
  std::string name;
  graph::Op op;
  std::vector<Tensor> operands;
  Shape shape;
  std::vector<double> expected;
};

class ReferenceRowTest : public ::testing::TestWithParam<Row> {};

TEST_P(ReferenceRowTest, GivesTheRow) {
  const Row& row = GetParam();
  const Reference reference = RunOne(row.op, row.operands);
  const Values& y = reference.outputs[0];
  EXPECT_EQ(y.shape, row.shape) << y.shape.ToString();
  ASSERT_EQ(y.elements.size(), row.expected.size());
  for (size_t i = 0; i < row.expected.size(); ++i) {
    EXPECT_NEAR(y.elements[i], row.expected[i], 1e-6) << "element " << i;
  }
}

const Tensor kSquare = Floats({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
const Tensor kOnes2x2 = Floats({1, 1, 2, 2}, {1, 1, 1, 1});

Window Kernel2x2(std::vector<int64_t> strides = {}) {
  return {.kernel = {2, 2}, .strides = std::move(strides)};
}

std::vector<Row> LayerRows() {
  return {
      {"Conv", graph::Conv{}, {kSquare, kOnes2x2}, {1, 1, 2, 2}, {12, 16, 24, 28}},
      {"ConvIsCorrelation",
       graph::Conv{},
       {kSquare, Floats({1, 1, 2, 2}, {1, 0, 0, -1}), Floats({1}, {10})},
       {1, 1, 2, 2},
       {6, 6, 6, 6}},
      {"ConvPadsAndStride",
       graph::Conv{{.strides = {2, 2}, .pads_begin = {1, 0}, .pads_end = {0, 1}}},
       {kSquare, kOnes2x2},
       {1, 1, 2, 2},
       {3, 3, 24, 15}},
      {"ConvDilation",
       graph::Conv{{.dilations = {2, 2}}},
       {kSquare, kOnes2x2},
       {1, 1, 1, 1},
       {1 + 3 + 7 + 9}},
      {"ConvSameUpper",
       graph::Conv{{.auto_pad = AutoPad::kSameUpper}},
       {kSquare, kOnes2x2},
       {1, 1, 3, 3},
       {12, 16, 9, 24, 28, 15, 15, 17, 9}},
      {"ConvSameLower",
       graph::Conv{{.auto_pad = AutoPad::kSameLower}},
       {kSquare, kOnes2x2},
       {1, 1, 3, 3},
       {1, 3, 5, 5, 12, 16, 11, 24, 28}},
      {"ConvGroups",
       graph::Conv{.group = 2},
       {Floats({1, 4, 1}, {1, 2, 3, 4}), Floats({2, 2, 1}, {1, 10, 100, 1000})},
       {1, 2, 1},
       {21, 4300}},
      {"Conv3D",
       graph::Conv{},
       {Floats({1, 1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), Floats({1, 1, 2, 1, 1}, {1, -1})},
       {1, 1, 1, 2, 2},
       {-4, -4, -4, -4}},
      {"ConvTranspose",
       graph::ConvTranspose{{.strides = {2}}},
       {Floats({1, 1, 2}, {1, 2}), Floats({1, 1, 3}, {1, 10, 100}), Floats({1}, {0.5})},
       {1, 1, 5},
       {1.5, 10.5, 102.5, 20.5, 200.5}},
      {"ConvTransposePads",
       graph::ConvTranspose{
           {.strides = {2}, .pads_begin = {1}, .pads_end = {1}}, 1, /*output_padding=*/{1}},
       {Floats({1, 1, 2}, {1, 2}), Floats({1, 1, 3}, {1, 10, 100})},
       {1, 1, 4},
       {10, 102, 20, 200}},
      {"ConvTransposeOutputShape",
       graph::ConvTranspose{{.strides = {2}}, 1, {}, /*output_shape=*/{4}},
       {Floats({1, 1, 2}, {1, 2}), Floats({1, 1, 3}, {1, 10, 100})},
       {1, 1, 4},
       {10, 102, 20, 200}},
      {"ConvTransposeGroups",
       graph::ConvTranspose{.group = 2},
       {Floats({1, 2, 1}, {3, 5}), Floats({2, 2, 1}, {1, 10, 100, 1000})},
       {1, 4, 1},
       {3, 30, 500, 5000}},
      {"Gemm",
       graph::Gemm{.alpha = 2.0f, .beta = 0.5f, .transpose_b = true},
       {Floats({1, 2}, {1, 2}), Floats({3, 2}, {1, 0, 0, 1, 1, 1}), Floats({3}, {2, 4, 6})},
       {1, 3},
       {3, 6, 9}},
      {"GemmTransposedA",
       graph::Gemm{.transpose_a = true},
       {Floats({2, 1}, {1, 2}), Floats({2, 1}, {10, 100})},
       {1, 1},
       {210}},
      {"MatMulStacks",
       graph::MatMul{},
       {Floats({2, 1, 2}, {1, 2, 3, 4}), Floats({2, 1}, {10, 100})},
       {2, 1, 1},
       {210, 430}},
      {"MatMulVector",
       graph::MatMul{},
       {Floats({2}, {1, 2}), Floats({2, 2}, {1, 10, 100, 1000})},
       {2},
       {201, 2010}},
  };
}

std::vector<Row> PoolingRows() {
  using graph::Pool;
  using graph::PoolKind;
  const Window overhang = {.kernel = {2, 2}, .strides = {2, 2}};
  const Window padded = {
      .kernel = {2, 2}, .strides = {2, 2}, .pads_begin = {1, 1}, .pads_end = {0, 0}};
  return {
      {"MaxPool", Pool{.window = Kernel2x2()}, {kSquare}, {1, 1, 2, 2}, {5, 6, 8, 9}},
      {"MaxPoolOfNegatives",
       Pool{.window = padded},
       {Floats({1, 1, 2, 2}, {-1, -2, -3, -4})},
       {1, 1, 1, 1},
       {-1}},
      {"MaxPoolCeil",
       Pool{.window = overhang, .ceil_mode = true},
       {kSquare},
       {1, 1, 2, 2},
       {5, 6, 8, 9}},
      {"MaxPoolCeilDropsAWindowInThePadding",
       Pool{.window = {.kernel = {1}, .strides = {2}, .pads_begin = {0}, .pads_end = {1}},
            .ceil_mode = true},
       {Floats({1, 1, 2}, {1, 2})},
       {1, 1, 1},
       {1}},
      {"AveragePool",
       Pool{.kind = PoolKind::kAverage, .window = padded},
       {kSquare},
       {1, 1, 2, 2},
       {1, 2.5, 5.5, 7}},
      {"AveragePoolIncludingPads",
       Pool{.kind = PoolKind::kAverage, .window = padded, .count_include_pad = true},
       {kSquare},
       {1, 1, 2, 2},
       {0.25, 1.25, 2.75, 7}},
      {"AveragePoolCeilNeverCountsTheOverhang",
       Pool{.kind = PoolKind::kAverage,
            .window = overhang,
            .ceil_mode = true,
            .count_include_pad = true},
       {kSquare},
       {1, 1, 2, 2},
       {3, 4.5, 7.5, 9}},
      {"LpPool",
       Pool{.kind = PoolKind::kLp, .window = {.kernel = {2}}},
       {Floats({1, 1, 2}, {3, -4})},
       {1, 1, 1},
       {5}},
      {"GlobalAveragePool",
       Pool{.kind = PoolKind::kAverage, .global = true},
       {Floats({1, 2, 2}, {1, 2, 3, 5})},
       {1, 2, 1},
       {1.5, 4}},
  };
}

std::vector<Row> NormalizationRows() {
  return {
      {"BatchNormalization",
       graph::BatchNormalization{.epsilon = 1.0f},
       {Floats({1, 2, 1}, {3, 4}), Floats({2}, {4, 1}), Floats({2}, {10, 20}), Floats({2}, {1, 0}),
        Floats({2}, {3, 0})},
       {1, 2, 1},
       {14, 24}},
      {"InstanceNormalization",
       graph::InstanceNormalization{.epsilon = 0.0f},
       {Floats({1, 1, 2}, {1, 5}), Floats({1}, {3}), Floats({1}, {1})},
       {1, 1, 2},
       {-2, 4}},
      // An even window reaches one further to the channels after.
      {"LRN",
       graph::Lrn{.size = 2, .alpha = 2.0f, .beta = 1.0f, .bias = 1.0f},
       {Floats({1, 3, 1}, {1, 2, 3})},
       {1, 3, 1},
       {1.0 / 6, 2.0 / 14, 3.0 / 10}},
      {"Softmax",
       graph::Softmax{.axis = 1},
       {Floats({1, 2, 2}, {0, 0, 0, 1.0986123f})},
       {1, 2, 2},
       {0.5, 0.25, 0.5, 0.75}},
      {"SoftmaxFlattened",
       graph::Softmax{.axis = 1, .flatten = true},
       {Floats({1, 2, 2}, {0, 0, 0, 1.0986123f})},
       {1, 2, 2},
       {1.0 / 6, 1.0 / 6, 1.0 / 6, 0.5}},
      {"LogSoftmaxOfLargeNumbers",
       graph::Softmax{.axis = -1, .log = true},
       {Floats({1, 2}, {1000, 1000})},
       {1, 2},
       {-0.69314718, -0.69314718}},
  };
}

std::vector<Row> MovementRows() {
  using graph::Binary;
  using graph::BinaryKind;
  using graph::PadMode;
  const Tensor line = Floats({1, 3}, {1, 2, 3});
  const Tensor pads = Integers({0, 2, 0, 1});
  return {
      {"Broadcast",
       Binary{BinaryKind::kSub},
       {Floats({2, 1}, {1, 2}), Floats({2}, {10, 20})},
       {2, 2},
       {-9, -19, -8, -18}},
      {"Mean",
       graph::Variadic{graph::VariadicKind::kMean},
       {line, Floats({1}, {3})},
       {1, 3},
       {2, 2.5, 3}},
      {"PRelu",
       graph::PRelu{},
       {Floats({1, 2, 2}, {-1, 2, -3, 4}), Floats({2, 1}, {0.5, -2})},
       {1, 2, 2},
       {-0.5, 2, 6, 4}},
      {"Concat",
       graph::Concat{.axis = -1},
       {line, Floats({1, 1}, {4}), Floats({1, 1}, {5})},
       {1, 5},
       {1, 2, 3, 4, 5}},
      {"Transpose",
       graph::Transpose{.perm = {1, 0}},
       {Floats({2, 3}, {1, 2, 3, 4, 5, 6})},
       {3, 2},
       {1, 4, 2, 5, 3, 6}},
      {"Reshape", graph::Reshape{}, {line, Integers({0, -1, 1})}, {1, 3, 1}, {1, 2, 3}},
      {"Flatten", graph::Flatten{.axis = 0}, {line}, {1, 3}, {1, 2, 3}},
      {"Squeeze", graph::Squeeze{}, {line, Integers({0})}, {3}, {1, 2, 3}},
      {"Unsqueeze", graph::Unsqueeze{}, {line, Integers({0, -1})}, {1, 1, 3, 1}, {1, 2, 3}},
      {"PadConstant", graph::Pad{}, {line, pads, Floats({1}, {9})}, {1, 6}, {9, 9, 1, 2, 3, 9}},
      {"PadReflect", graph::Pad{PadMode::kReflect}, {line, pads}, {1, 6}, {3, 2, 1, 2, 3, 2}},
      {"PadEdge", graph::Pad{PadMode::kEdge}, {line, pads}, {1, 6}, {1, 1, 1, 2, 3, 3}},
      {"PadWrap", graph::Pad{PadMode::kWrap}, {line, pads}, {1, 6}, {2, 3, 1, 2, 3, 1}},
      {"PadCrops", graph::Pad{}, {line, Integers({0, -1, 0, 0})}, {1, 2}, {2, 3}},
  };
}

std::string NameOfRow(const ::testing::TestParamInfo<Row>& row) { return row.param.name; }

INSTANTIATE_TEST_SUITE_P(Layers, ReferenceRowTest, ::testing::ValuesIn(LayerRows()), NameOfRow);
INSTANTIATE_TEST_SUITE_P(Pooling, ReferenceRowTest, ::testing::ValuesIn(PoolingRows()), NameOfRow);
INSTANTIATE_TEST_SUITE_P(Normalization, ReferenceRowTest, ::testing::ValuesIn(NormalizationRows()),
                         NameOfRow);
INSTANTIATE_TEST_SUITE_P(Movement, ReferenceRowTest, ::testing::ValuesIn(MovementRows()),
                         NameOfRow);

// --- Activations and their counts ---

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct CountRow {
  std::string name;
  Activation activation;
  std::vector<float> x;
  std::vector<double> y;
  int64_t inactive = 0;
  int64_t saturated = 0;
  int64_t non_finite = 0;
};

class ReferenceCountTest : public ::testing::TestWithParam<CountRow> {};

TEST_P(ReferenceCountTest, GivesTheRow) {
  const CountRow& row = GetParam();
  const Reference reference =
      RunOne(row.activation, {Floats({1, 1, static_cast<int64_t>(row.x.size())}, row.x)});
  for (size_t i = 0; i < row.x.size(); ++i) {
    const double y = reference.outputs[0].elements[i];
    if (std::isnan(row.y[i])) {
      EXPECT_TRUE(std::isnan(y)) << "element " << i;
    } else if (std::isinf(row.y[i])) {
      EXPECT_EQ(y, row.y[i]) << "element " << i;
    } else {
      EXPECT_NEAR(y, row.y[i], 1e-5) << "element " << i;
    }
  }
  ASSERT_EQ(reference.layers.size(), 1u);
  EXPECT_EQ(reference.layers[0].name, "node");
  EXPECT_EQ(reference.layers[0].inactive, std::vector<int64_t>{row.inactive});
  EXPECT_EQ(reference.layers[0].saturated, std::vector<int64_t>{row.saturated});
  EXPECT_EQ(reference.layers[0].non_finite, std::vector<int64_t>{row.non_finite});
}

const CountRow kCountRows[] = {
    {"Relu",
     {ActivationKind::kRelu},
     {-1, 0, 2, kNaN, kInfinity, -kInfinity},
     {0, 0, 2, kNaN, kInfinity, 0},
     3,
     0,
     2},
    {"LeakyRelu", {ActivationKind::kLeakyRelu, 0.1f}, {-1, 0, 2}, {-0.1, 0, 2}, 2},
    // The sign of the output does not tell.
    {"LeakyReluWithNegativeSlope", {ActivationKind::kLeakyRelu, -0.5f}, {-1, 0, 2}, {0.5, 0, 2}, 2},
    {"ThresholdedRelu", {ActivationKind::kThresholdedRelu, 1.0f}, {-2, 0.5, 1, 2}, {0, 0, 0, 2}, 3},
    {"Relu6", {ActivationKind::kClip, 0.0f, 6.0f}, {-1, 0, 3, 6, kInfinity}, {0, 0, 3, 6, 6}, 2, 2},
    {"HardTanh", {ActivationKind::kClip, -1.0f, 1.0f}, {-2, -1, 0, 1, 3}, {-1, -1, 0, 1, 1}, 0, 4},
    {"Elu", {ActivationKind::kElu, 2.0f}, {-1, 0, 2}, {-1.2642411, 0, 2}, 2},
    {"Selu", {ActivationKind::kSelu, 2.0f, 3.0f}, {-1, 0, 2}, {-3.7927234, 0, 6}, 2},
    {"Celu", {ActivationKind::kCelu, 2.0f}, {-1, 0, 2}, {-0.7869387, 0, 2}, 2},
    {"Sigmoid", {ActivationKind::kSigmoid}, {-6, 0, 5}, {0.0024726, 0.5, 0.9933071}, 0, 1},
    {"Tanh", {ActivationKind::kTanh}, {-4, 0, 2}, {-0.9993293, 0, 0.9640276}, 0, 1},
    {"HardSigmoid",
     {ActivationKind::kHardSigmoid, 0.2f, 0.5f},
     {-3, 0, 1, 3},
     {0, 0.5, 0.7, 1},
     0,
     2},
    {"HardSwish", {ActivationKind::kHardSwish}, {-4, -1, 0, 1, 4}, {0, -1.0 / 3, 0, 2.0 / 3, 4}, 3},
    {"Softplus", {ActivationKind::kSoftplus}, {-5, 0, 200}, {0.0067153, 0.6931472, 200}, 0, 1},
    {"Softsign", {ActivationKind::kSoftsign}, {-9, 0, 3}, {-0.9, 0, 0.75}, 0, 1},
    {"Mish", {ActivationKind::kMish}, {-1, 0, 1}, {-0.3034015, 0, 0.8650984}, 2},
    {"Gelu", {ActivationKind::kGelu}, {-1, 0, 1}, {-0.1586553, 0, 0.8413447}, 2},
    {"GeluTanh", {ActivationKind::kGeluTanh}, {-1, 0, 1}, {-0.1588080, 0, 0.8411920}, 2},
    {"Swish", {ActivationKind::kSwish, 2.0f}, {-1, 0, 1}, {-0.1192029, 0, 0.8807971}, 2},
    {"Shrink", {ActivationKind::kShrink, 1.0f, 0.5f}, {-2, -1, 0.5, 2}, {-1.5, 0, 0, 1.5}, 2},
};

INSTANTIATE_TEST_SUITE_P(Activations, ReferenceCountTest, ::testing::ValuesIn(kCountRows),
                         [](const auto& row) { return row.param.name; });

TEST(ReferenceTest, CountsPerSampleAndChannel) {
  const Reference reference =
      RunOne(Activation{}, {Floats({2, 2, 3}, {-1, 0, 1, 1, 1, 1, -1, -1, -1, 2, 2, -2})});
  EXPECT_EQ(reference.layers[0].inactive, (std::vector<int64_t>{2, 0, 3, 1}));
}

TEST(ReferenceTest, AOneSidedClipIsNoLayer) {
  const Activation at_least = {ActivationKind::kClip, 0.001f, kInfinity};
  EXPECT_TRUE(RunOne(at_least, {Floats({1, 1}, {-1})}).layers.empty());
}

TEST(ReferenceTest, CountsAreUncertainOnlyWhereSumsAreNotExact) {
  GraphBuilder builder;
  const auto run = [&](float weight) {
    const graph::ValueId x = builder.Input("x", {1, 2});
    const graph::ValueId sum = builder.Add(
        graph::MatMul{}, {x, builder.Constant(Floats({2, 2}, {weight, 1, -weight, 1}))});
    const graph::Graph graph = builder.Build({builder.Add(Activation{}, {sum}, "relu")});
    return Evaluate(graph, std::vector<Tensor>{Floats({1, 2}, {1, 1})}).value().layers[0].uncertain;
  };
  EXPECT_EQ(run(3.0f), (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(run(0.3f), (std::vector<int64_t>{1, 0}));
}

TEST(ReferenceTest, RefusesWhatItDoesNotKnow) {
  GraphBuilder builder;
  const graph::ValueId x = builder.Input("x", {2});
  const graph::Graph graph = builder.Build({builder.Add(graph::CumSum{}, {x}, "sums")});
  const absl::Status status = Evaluate(graph, std::vector<Tensor>{Floats({2}, {1, 2})}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace reluserve::test_support
