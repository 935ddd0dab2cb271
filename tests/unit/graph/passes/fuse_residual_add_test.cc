// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "fuse-residual-add";

using FuseResidualAddTest = PassTest;

TEST_F(FuseResidualAddTest, ConvAddsWhatItsBranchStartedFrom) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId branch = Conv3x3(Relu(Conv3x3(x, 4, 6, "conv1"), "relu1"), 6, 4, "conv2");
  const Graph graph = ExpectRewrite(kPass, {Relu(Add(branch, x, "add"), "relu2")},
                                    R"(input %x FP32 [batch,4,5,5]
%conv1 = Conv(%x, %constant[6,4,3,3]) pads=[1,1,1,1]
%relu1 = Relu(%conv1)
%add = Conv(%relu1, %constant.4[4,6,3,3]) pads=[1,1,1,1] + %x  # conv2 <- Add add
%relu2 = Relu(%add)
output %relu2
)");
  EXPECT_EQ(graph.UseCounts()[x], 2);
}

// The other operand is made after the convolution, which therefore moves behind it.
TEST_F(FuseResidualAddTest, ConvMovesBehindItsResidual) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId conv = Conv3x3(x, 4, 4, "conv");
  const ValueId other = Relu(x, "relu");
  ExpectRewrite(kPass, {Add(conv, other, "add")},
                R"(input %x FP32 [batch,4,5,5]
%relu = Relu(%x)
%add = Conv(%x, %constant[4,4,3,3]) pads=[1,1,1,1] + %relu  # conv <- Add add
output %add
)");
}

// A block that changes the extents has a convolution on both sides.
TEST_F(FuseResidualAddTest, TheLaterOfTwoConvsAdds) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId shortcut = Conv1x1(x, 4, 6, "shortcut");
  const ValueId branch = Conv3x3(x, 4, 6, "branch");
  ExpectRewrite(kPass, {Add(branch, shortcut, "add")},
                R"(input %x FP32 [batch,4,5,5]
%shortcut = Conv(%x, %constant[6,4,1,1])
%add = Conv(%x, %constant.3[6,4,3,3]) pads=[1,1,1,1] + %shortcut  # branch <- Add add
output %add
)");
}

TEST_F(FuseResidualAddTest, SumsOfThreeBranchesChain) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId first = Conv1x1(x, 4, 4, "conv1");
  const ValueId second = Conv1x1(x, 4, 4, "conv2");
  ExpectRewrite(kPass, {Add(Add(first, x, "add1"), second, "add2")},
                R"(input %x FP32 [batch,4,5,5]
%add1 = Conv(%x, %constant[4,4,1,1]) + %x  # conv1 <- Add add1
%add2 = Conv(%x, %constant.3[4,4,1,1]) + %add1  # conv2 <- Add add2
output %add2
)");
}

// The sum is what somebody else adds; the convolution inside is no longer free to take another.
TEST_F(FuseResidualAddTest, AConvAddsOnce) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId sum = Add(Conv1x1(x, 4, 4, "conv"), x, "add1");
  ExpectRewrite(kPass, {Add(sum, x, "add2")},
                R"(input %x FP32 [batch,4,5,5]
%add1 = Conv(%x, %constant[4,4,1,1]) + %x  # conv <- Add add1
%add2 = Add(%add1, %x)
output %add2
)");
}

TEST_F(FuseResidualAddTest, NotWhereTheAdditionBroadcasts) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId pooled = net_.Add(Pool{.kind = PoolKind::kAverage, .global = true}, {x}, "pool");
  ExpectUnchanged(kPass, {Add(Conv1x1(x, 4, 4, "wide"), pooled, "add1"),
                          Add(Conv1x1(pooled, 4, 4, "narrow"), x, "add2")});
}

// With a batch of one the operand would have the convolution's shape.
TEST_F(FuseResidualAddTest, NotWhereTheAdditionBroadcastsAlongTheBatch) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId sample = net_.Add(Reduce{.kind = ReduceKind::kMean},
                                  {x, net_.Constant(std::vector<int64_t>{0})}, "mean");
  ExpectUnchanged(kPass, {Add(Conv1x1(x, 4, 4, "conv"), sample, "add")});
}

// Where the image is of one pixel, the average of an image has the image's shape: it does not in
// general.
TEST_F(FuseResidualAddTest, NotWhereShapesAgreeForSomeInputsOnly) {
  const ValueId x = net_.Input("x", {-1, 4, -1, -1});
  const ValueId pooled = net_.Add(Pool{.kind = PoolKind::kAverage, .global = true}, {x}, "pool");
  Graph graph = net_.Build({Add(Conv1x1(x, 4, 4, "conv"), pooled, "add")});
  SymbolicShapes shapes = InferSymbolicShapes(graph, engine::EvaluateNode).value();
  const Shape pixel = {2, 4, 1, 1};
  shapes.probe = InferShapes(graph, {&pixel, 1}, engine::EvaluateNode).value();
  const PassContext context = {engine::EvaluateNode, shapes.probe, shapes.extents};
  const std::string before = graph.ToString();
  ASSERT_TRUE(RunPasses(graph, context, {}).ok());
  EXPECT_EQ(graph.ToString(), before);
}

TEST_F(FuseResidualAddTest, NotWhereTheConvIsReadTwice) {
  const ValueId conv = Conv1x1(net_.Input("x", {-1, 4, 5, 5}), 4, 4, "conv");
  // The other operand depends on the convolution: fusing would make a cycle.
  ExpectUnchanged(kPass, {Add(conv, Relu(conv, "relu"), "add")});
}

TEST_F(FuseResidualAddTest, NotAConvAddedToItself) {
  const ValueId conv = Conv1x1(net_.Input("x", {-1, 4, 5, 5}), 4, 4, "conv");
  ExpectUnchanged(kPass, {Add(conv, conv, "add")});
}

TEST_F(FuseResidualAddTest, NotWhereTheConvIsAnOutput) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId conv = Conv1x1(x, 4, 4, "conv");
  ExpectUnchanged(kPass, {Add(conv, x, "add"), conv});
}

TEST_F(FuseResidualAddTest, NotAConstant) {
  const ValueId x = net_.Input("x", {2, 4, 5, 5});
  ExpectUnchanged(kPass, {Add(Conv1x1(x, 4, 4, "conv"), Floats({2, 4, 5, 5}), "add")});
}

TEST_F(FuseResidualAddTest, NotOtherOperatorsThanConvAndAdd) {
  const ValueId x = net_.Input("x", {-1, 4, 5, 5});
  const ValueId pooled = net_.Add(
      Pool{.window = {.kernel = {3, 3}, .pads_begin = {1, 1}, .pads_end = {1, 1}}}, {x}, "pool");
  const ValueId conv = Conv1x1(x, 4, 4, "conv");
  ExpectUnchanged(kPass, {Add(pooled, x, "add"), Mul(conv, x, "mul")});
}

}  // namespace
}  // namespace reluserve::graph
