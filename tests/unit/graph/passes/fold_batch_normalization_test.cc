// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <limits>

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "fold-batch-normalization";

using FoldBatchNormalizationTest = PassTest;

TEST_F(FoldBatchNormalizationTest, IntoConvWithoutBias) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  ExpectRewrite(kPass, {BatchNorm(Conv3x3(x, 3, 4, "conv"), 4, "bn")},
                R"(input %x FP32 [batch,3,5,5]
%bn = Conv(%x, %conv.weights[4,3,3,3], %conv.bias[4]) pads=[1,1,1,1]  # conv <- BatchNormalization bn
output %bn
)");
}

TEST_F(FoldBatchNormalizationTest, IntoGroupedConvWithBias) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId conv = net_.Add(Conv{.group = 2}, {x, Floats({6, 2, 3, 3}), Floats({6})}, "conv");
  ExpectRewrite(kPass, {BatchNorm(conv, 6, "bn")},
                R"(input %x FP32 [batch,4,5,5]
%bn = Conv(%x, %conv.weights[6,2,3,3], %conv.bias[6]) group=2  # conv <- BatchNormalization bn
output %bn
)");
}

// Weights of a transposed convolution have the output channel, within its group, second.
TEST_F(FoldBatchNormalizationTest, IntoGroupedConvTranspose) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId deconv = net_.Add(ConvTranspose{.window = {.strides = {2, 2}}, .group = 2},
                                  {x, Floats({4, 3, 3, 3}), Floats({6})}, "deconv");
  ExpectRewrite(kPass, {BatchNorm(deconv, 6, "bn")},
                R"(input %x FP32 [batch,4,5,5]
%bn = ConvTranspose(%x, %deconv.weights[4,3,3,3], %deconv.bias[6]) strides=[2,2] group=2  # deconv <- BatchNormalization bn
output %bn
)");
}

TEST_F(FoldBatchNormalizationTest, IntoConvsOfOneAndThreeSpatialAxes) {
  const ValueId x = net_.Input("x", {-1, 3, 7});
  const ValueId y = net_.Input("y", {-1, 3, 4, 5, 6});
  const ValueId line = net_.Add(Conv{}, {x, Floats({4, 3, 3})}, "line");
  const ValueId volume = net_.Add(Conv{}, {y, Floats({4, 3, 2, 2, 2})}, "volume");
  ExpectRewrite(
      kPass,
      {BatchNorm(line, 4, "bn1"), Add(BatchNorm(volume, 4, "bn2"), Floats({4, 1, 1, 1}), "add")},
      R"(input %x FP32 [batch,3,7]
input %y FP32 [batch,3,4,5,6]
%bn1 = Conv(%x, %line.weights[4,3,3], %line.bias[4])  # line <- BatchNormalization bn1
%add = Conv(%y, %volume.weights[4,3,2,2,2], %volume.bias[4])  # volume <- BatchNormalization bn2, Add add
output %bn1
output %add
)");
}

// Caffe has the scale and the shift in a layer of its own.
TEST_F(FoldBatchNormalizationTest, ScaleAndShiftAfterIt) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  ValueId y = BatchNorm(Conv3x3(x, 3, 4, "conv"), 4, "bn");
  y = Add(Floats({1, 4, 1, 1}), Mul(y, Floats({4, 1, 1}), "mul"), "add");
  ExpectRewrite(kPass, {Relu(y, "relu")},
                R"(input %x FP32 [batch,3,5,5]
%add = Conv(%x, %conv.weights[4,3,3,3], %conv.bias[4]) pads=[1,1,1,1]  # conv <- BatchNormalization bn, Mul mul, Add add
%relu = Relu(%add)
output %relu
)");
}

TEST_F(FoldBatchNormalizationTest, SubtractionAndDivision) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  ValueId y = Conv3x3(x, 3, 4, "conv");
  y = net_.Add(Binary{BinaryKind::kSub}, {y, Floats({4, 1, 1})}, "minus");
  y = net_.Add(Binary{BinaryKind::kDiv}, {y, Floats({4, 1, 1}, 1.0f, 2.0f)}, "over");
  y = net_.Add(Binary{BinaryKind::kSub}, {Floats({1}), y}, "from");
  ExpectRewrite(kPass, {y},
                R"(input %x FP32 [batch,3,5,5]
%from = Conv(%x, %conv.weights[4,3,3,3], %conv.bias[4]) pads=[1,1,1,1]  # conv <- Sub minus, Div over, Sub from
output %from
)");
}

// A bias alone leaves the weights as they are, and so shared by whoever shares them.
TEST_F(FoldBatchNormalizationTest, AddedBiasKeepsTheWeights) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId conv = Conv3x3(x, 3, 4, "conv");
  ExpectRewrite(kPass, {Add(conv, Floats({4, 1, 1}), "add")},
                R"(input %x FP32 [batch,3,5,5]
%add = Conv(%x, %constant[4,3,3,3], %conv.bias[4]) pads=[1,1,1,1]  # conv <- Add add
output %add
)");
}

TEST_F(FoldBatchNormalizationTest, SharedWeightsAreScaledForOneLayerOnly) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId weights = Floats({4, 3, 1, 1});
  const ValueId first = net_.Add(Conv{}, {x, weights}, "conv1");
  const ValueId second = net_.Add(Conv{}, {x, weights}, "conv2");
  ExpectRewrite(kPass, {BatchNorm(first, 4, "bn"), second},
                R"(input %x FP32 [batch,3,5,5]
%bn = Conv(%x, %conv1.weights[4,3,1,1], %conv1.bias[4])  # conv1 <- BatchNormalization bn
%conv2 = Conv(%x, %constant[4,3,1,1])
output %bn
output %conv2
)");
}

TEST_F(FoldBatchNormalizationTest, IntoGemm) {
  const ValueId x = net_.Input("x", {-1, 6});
  const ValueId plain = net_.Add(Gemm{}, {x, Floats({6, 4}), Floats({4})}, "plain");
  const ValueId transposed = net_.Add(Gemm{.transpose_b = true}, {x, Floats({4, 6})}, "transposed");
  ExpectRewrite(
      kPass,
      {BatchNorm(plain, 4, "bn1"), Mul(Add(transposed, Floats({4}), "add"), Floats({1, 4}), "mul")},
      R"(input %x FP32 [batch,6]
%bn1 = Gemm(%x, %plain.weights[6,4], %plain.bias[4])  # plain <- BatchNormalization bn1
%mul = Gemm(%x, %transposed.weights[4,6], %transposed.bias[4]) transpose_b  # transposed <- Add add, Mul mul
output %bn1
output %mul
)");
}

// A Gemm multiplies its bias by beta; what is added behind it is not multiplied. An earlier version
// kept beta when there had been no bias to be multiplied.
TEST_F(FoldBatchNormalizationTest, BetaGoesIntoTheBias) {
  const ValueId x = net_.Input("x", {-1, 6});
  const Gemm gemm = {.alpha = 2.0f, .beta = 0.5f};
  const ValueId without = net_.Add(gemm, {x, Floats({6, 4})}, "without");
  const ValueId with = net_.Add(gemm, {x, Floats({6, 4}), Floats({1, 4})}, "with");
  ExpectRewrite(kPass, {Add(without, Floats({4}), "add1"), BatchNorm(with, 4, "bn")},
                R"(input %x FP32 [batch,6]
%add1 = Gemm(%x, %constant[6,4], %without.bias[4]) alpha=2  # without <- Add add1
%bn = Gemm(%x, %with.weights[6,4], %with.bias[4]) alpha=2  # with <- BatchNormalization bn
output %add1
output %bn
)");
}

// DenseNets normalise concatenations: there is no layer before it.
TEST_F(FoldBatchNormalizationTest, ScaleAndShiftIntoNormalization) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId y = Mul(BatchNorm(x, 4, "bn"), Floats({4, 1, 1}), "mul");
  ExpectRewrite(kPass, {Relu(Add(y, Floats({4, 1, 1}), "add"), "relu")},
                R"(input %x FP32 [batch,4,5,5]
%add = BatchNormalization(%x, %bn.scale[4], %bn.bias[4], %constant.4[4], %constant.5[4])  # bn <- Mul mul, Add add
%relu = Relu(%add)
output %relu
)");
}

TEST_F(FoldBatchNormalizationTest, NotWhereTheLayerIsReadTwice) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId conv = Conv3x3(x, 3, 4, "conv");
  ExpectUnchanged(kPass, {BatchNorm(conv, 4, "bn"), Relu(conv, "relu")});
}

TEST_F(FoldBatchNormalizationTest, NotWhereTheLayerIsAnOutput) {
  const ValueId conv = Conv3x3(net_.Input("x", {-1, 3, 5, 5}), 3, 4, "conv");
  ExpectUnchanged(kPass, {conv, BatchNorm(conv, 4, "bn")});
}

// The chain ends at a value that is read twice, but what comes before that folds.
TEST_F(FoldBatchNormalizationTest, UpToTheFirstValueReadTwice) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId bn = BatchNorm(Conv1x1(x, 3, 4, "conv"), 4, "bn");
  ExpectRewrite(kPass, {Mul(bn, Floats({4, 1, 1}), "mul"), bn},
                R"(input %x FP32 [batch,3,5,5]
%bn = Conv(%x, %conv.weights[4,3,1,1], %conv.bias[4])  # conv <- BatchNormalization bn
%mul = Mul(%bn, %constant.8[4,1,1])
output %mul
output %bn
)");
}

TEST_F(FoldBatchNormalizationTest, NotConstantsThatVaryWithinAChannel) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const auto conv = [&](const std::string& name) { return Conv3x3(x, 3, 4, name); };
  ExpectUnchanged(kPass, {Add(conv("conv1"), Floats({5}), "by_column"),
                          Add(conv("conv2"), Floats({5, 1}), "by_row"),
                          Mul(conv("conv3"), Floats({4, 5, 5}), "by_position"),
                          Mul(conv("conv4"), Floats({2, 1, 1, 1}), "by_sample"),
                          Add(conv("conv5"), Floats({1, 1, 4, 1, 1}), "with_more_axes")});
}

// Added to a single channel, a constant of four makes four channels of it.
TEST_F(FoldBatchNormalizationTest, NotConstantsThatAddChannels) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  ExpectUnchanged(kPass, {Add(Conv3x3(x, 3, 1, "conv"), Floats({4, 1, 1}), "add")});
}

TEST_F(FoldBatchNormalizationTest, NotOperatorsThatAreNotAffine) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId inverse =
      net_.Add(Binary{BinaryKind::kDiv}, {Floats({1}), Conv3x3(x, 3, 4, "conv1")}, "inverse");
  const ValueId power =
      net_.Add(Binary{BinaryKind::kPow}, {Conv3x3(x, 3, 4, "conv2"), Floats({1}, {2.0f})}, "power");
  ExpectUnchanged(kPass, {inverse, power});
}

TEST_F(FoldBatchNormalizationTest, NotIntoWeightsFromOutside) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId weights = net_.Input("weights", {4, 3, 1, 1});
  ExpectUnchanged(kPass, {BatchNorm(net_.Add(Conv{}, {x, weights}, "conv"), 4, "bn")});
}

TEST_F(FoldBatchNormalizationTest, NotAMatrixAsBias) {
  const ValueId x = net_.Input("x", {3, 6});
  const ValueId gemm = net_.Add(Gemm{}, {x, Floats({6, 4}), Floats({3, 4})}, "gemm");
  const ValueId column = net_.Add(Gemm{}, {x, Floats({6, 4}), Floats({3, 1})}, "column");
  ExpectUnchanged(kPass, {BatchNorm(gemm, 4, "bn1"), BatchNorm(column, 4, "bn2")});
}

struct NumbersRow {
  const char* name;
  float scale;
  float variance;
};

class FoldBatchNormalizationNumbersTest : public PassTest,
                                          public ::testing::WithParamInterface<NumbersRow> {};

// The graph is left as it is where folding would make weights that are not finite. It is not run,
// as what it computes is not finite either.
TEST_P(FoldBatchNormalizationNumbersTest, LeavesTheGraphAlone) {
  const NumbersRow& row = GetParam();
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId conv = Conv1x1(x, 3, 2, "conv");
  const ValueId ones = Floats({2}, {1.0f, 1.0f});
  Graph graph = net_.Build({net_.Add(
      BatchNormalization{.epsilon = 0.25f},
      {conv, Floats({2}, {1.0f, row.scale}), ones, ones, Floats({2}, {1.0f, row.variance})},
      "bn")});
  const std::string before = graph.ToString();
  const PassContext context = {engine::EvaluateNode};
  ASSERT_TRUE(RunPasses(graph, context, {}).ok());
  EXPECT_EQ(graph.ToString(), before);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, FoldBatchNormalizationNumbersTest,
    ::testing::ValuesIn(std::vector<NumbersRow>{
        {"negative_variance", 1.0f, -1.0f},
        {"no_variance", 1.0f, -0.25f},
        {"no_variance_and_no_scale", 0.0f, -0.25f},
        {"infinite_scale", std::numeric_limits<float>::infinity(), 1.0f},
        {"scale_that_is_no_number", std::numeric_limits<float>::quiet_NaN(), 1.0f},
        {"scale_beyond_float", std::numeric_limits<float>::max(), -0.24999f},
    }),
    [](const ::testing::TestParamInfo<NumbersRow>& row) { return row.param.name; });

// Each step alone overflows single precision, both together do not: they are rounded once.
TEST_F(FoldBatchNormalizationTest, RoundsOnce) {
  const ValueId x = net_.Input("x", {-1, 2, 2, 2});
  const ValueId conv = net_.Add(Conv{}, {x, Floats({1, 2, 1, 1}, {3.0f, -1.0f})}, "conv");
  const ValueId large = Mul(conv, Floats({1}, std::vector<float>{3e38f}), "large");
  const ValueId y = Mul(large, Floats({1}, std::vector<float>{1e-38f}), "small");
  Graph graph = net_.Build({y});
  const PassContext context = {engine::EvaluateNode};
  ASSERT_TRUE(RunPasses(graph, context, {}).ok());
  ASSERT_EQ(graph.nodes.size(), 1u);
  const auto weights = graph.ConstantOf(graph.nodes[0].inputs[1])->values<float>();
  EXPECT_FLOAT_EQ(weights[0], 9.0f);
  EXPECT_FLOAT_EQ(weights[1], -3.0f);
}

}  // namespace
}  // namespace reluserve::graph
