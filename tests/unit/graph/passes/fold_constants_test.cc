// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gmock/gmock.h>

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kPass = "fold-constants";

class FoldConstantsTest : public PassTest {
 protected:
  ValueId Integers(const std::vector<int64_t>& values) { return net_.Constant(values); }

  absl::Status Fold(const std::vector<ValueId>& outputs) {
    Graph graph = net_.Build(outputs);
    PassOptions options;
    return RunPasses(graph, {engine::EvaluateNode}, options).status();
  }
};

// torch.onnx stores equal tensors once and gives the others as an Identity of it.
TEST_F(FoldConstantsTest, IdentityOfWeights) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId weights = net_.Add(Identity{}, {Floats({4, 3, 1, 1})}, "weights");
  ExpectRewrite(kPass, {net_.Add(Conv{}, {x, weights}, "conv")},
                R"(input %x FP32 [batch,3,5,5]
%conv = Conv(%x, %weights[4,3,1,1])
output %conv
)");
}

// CNTK and Paddle reshape weights and biases.
TEST_F(FoldConstantsTest, ReshapedAndTransposedWeights) {
  const ValueId x = net_.Input("x", {-1, 6});
  ValueId weights = net_.Add(Transpose{.perm = {1, 0, 2}}, {Floats({2, 5, 3})}, "moved");
  weights = net_.Add(Reshape{}, {weights, Integers({5, -1})}, "weights");
  const ValueId bias = net_.Add(Unsqueeze{}, {Floats({5}), Integers({0})}, "bias");
  ExpectRewrite(kPass, {net_.Add(Gemm{.transpose_b = true}, {x, weights, bias}, "gemm")},
                R"(input %x FP32 [batch,6]
%gemm = Gemm(%x, %weights[5,6], %bias[1,5]) transpose_b
output %gemm
)");
}

TEST_F(FoldConstantsTest, ReshapeSharesTheElements) {
  const ValueId x = net_.Input("x", {-1, 6});
  const ValueId weights = Floats({30});
  Graph graph = net_.Build(
      {net_.Add(MatMul{}, {x, net_.Add(Reshape{}, {weights, Integers({6, 5})}, "r")}, "y")});
  const void* elements = graph.ConstantOf(weights)->data();
  ASSERT_TRUE(Rewrite(graph, {kPass}).ok());
  EXPECT_EQ(graph.ConstantOf(graph.nodes[0].inputs[1])->data(), elements);
}

TEST_F(FoldConstantsTest, FilledWeights) {
  const ValueId x = net_.Input("x", {-1, 2, 3, 3});
  const std::vector<float> half = {0.5f};
  const ValueId weights =
      net_.Add(ConstantOfShape{Tensor::Of<float>({1}, half)}, {Integers({3, 2, 1, 1})}, "weights");
  const Graph graph = ExpectRewrite(kPass, {net_.Add(Conv{}, {x, weights}, "conv")},
                                    R"(input %x FP32 [batch,2,3,3]
%conv = Conv(%x, %weights[3,2,1,1])
output %conv
)");
  EXPECT_THAT(graph.ConstantOf(weights)->values<float>(),
              ElementsAre(0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f));
}

TEST_F(FoldConstantsTest, ShapeArithmeticOnConstants) {
  const ValueId x = net_.Input("x", {2, 3, 4});
  const ValueId shape = net_.Add(ShapeOf{}, {Floats({8, 6})}, "shape");
  const ValueId rows = net_.Add(Gather{}, {shape, Integers({0})}, "rows");
  const ValueId target = net_.Add(Concat{}, {rows, Integers({-1})}, "target");
  ExpectRewrite(kPass, {net_.Add(Reshape{}, {x, target}, "y")},
                R"(input %x FP32 [2,3,4]
%y = Reshape(%x, %target{8,-1})
output %y
)");
}

// What follows the batch is no constant, though the probe knows it.
TEST_F(FoldConstantsTest, NotTheShapeOfAnInput) {
  const ValueId x = net_.Input("x", {-1, 3, 4});
  const ValueId shape = net_.Add(ShapeOf{.end = 1}, {x}, "shape");
  const ValueId target = net_.Add(Concat{}, {shape, Integers({-1})}, "target");
  ExpectUnchanged(kPass, {net_.Add(Reshape{}, {x, target}, "y")});
}

TEST_F(FoldConstantsTest, AllOutputsOfANode) {
  const ValueId x = net_.Input("x", {-1, 4});
  const auto parts = net_.AddMany(Split{}, {Floats({2, 4})}, 2, "split");
  ExpectRewrite(kPass, {Add(Add(x, parts[0], "a"), parts[1], "b")},
                R"(input %x FP32 [batch,4]
%a = Add(%x, %split[1,4])
%b = Add(%a, %split.3[1,4])
output %b
)");
}

TEST_F(FoldConstantsTest, AnOutputThatIsConstant) {
  const ValueId x = net_.Input("x", {-1, 4});
  ExpectRewrite(kPass, {Relu(x, "relu"), net_.Add(Identity{}, {Floats({3})}, "anchors")},
                R"(input %x FP32 [batch,4]
%relu = Relu(%x)
output %relu
output %anchors[3]
)");
}

TEST_F(FoldConstantsTest, WhatNoKernelComputesStays) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId weights = net_.Add(Identity{}, {Floats({4, 3, 1, 1})}, "shared");
  const ValueId doubled = Add(weights, weights, "doubled");
  Graph graph = net_.Build({net_.Add(Conv{}, {x, doubled}, "conv")});
  const NodeEvaluator nothing = [](const Node&, auto, auto) {
    return absl::UnimplementedError("no kernel");
  };
  PassOptions options;
  ASSERT_TRUE(RunPasses(graph, {nothing}, options).ok());
  EXPECT_EQ(graph.ToString(), R"(input %x FP32 [batch,3,5,5]
%doubled = Add(%shared[4,3,1,1], %shared[4,3,1,1])
%conv = Conv(%x, %doubled)
output %conv
)");
}

TEST_F(FoldConstantsTest, RefusesConstantsThatAreTooLarge) {
  const ValueId x = net_.Input("x", {-1});
  const ValueId huge = net_.Add(ConstantOfShape{Tensor::Of<float>({1}, std::vector<float>{1.0f})},
                                {Integers({1 << 20, 1 << 10})}, "huge");
  const absl::Status status = Fold({Add(x, huge, "sum")});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("node \"huge\" (ConstantOfShape): its constant result of shape "
                        "[1048576,1024] takes 4294967296 bytes"));
}

// Each is small enough, all of them are not. Nothing of that size is allocated.
TEST_F(FoldConstantsTest, RefusesTooManyLargeConstants) {
  ValueId sum = net_.Input("x", {-1});
  for (int i = 0; i < 5; ++i) {
    const ValueId large =
        net_.Add(ConstantOfShape{Tensor::Of<float>({1}, std::vector<float>{1.0f})},
                 {Integers({1 << 17, 320})}, fmt::format("large{}", i));
    sum = Add(sum, large, fmt::format("sum{}", i));
  }
  Graph graph = net_.Build({sum});
  int evaluated = 0;
  const NodeEvaluator leaves_memory_untouched = [&](const Node&, auto, auto) {
    ++evaluated;
    return absl::OkStatus();
  };
  const absl::Status status = RunPasses(graph, {leaves_memory_untouched}, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("node \"large4\""));
  EXPECT_EQ(evaluated, 0);
}

// What is filled beyond the first 64 MB is left for each request; smaller ones still fit.
TEST_F(FoldConstantsTest, LeavesLargeFilledWeightsToRequests) {
  const auto filled = [&](std::vector<int64_t> shape, const std::string& name) {
    return net_.Add(ConstantOfShape{Tensor::Of<float>({1}, std::vector<float>{1.0f})},
                    {Integers(shape)}, name);
  };
  ValueId sum = Add(net_.Input("x", {-1}), filled({40, 1 << 18}, "fits"), "sum1");
  sum = Add(sum, filled({25, 1 << 18}, "large"), "sum2");
  sum = Add(sum, filled({24, 1 << 18}, "fits_too"), "sum3");
  Graph graph = net_.Build({sum});
  const NodeEvaluator leaves_memory_untouched = [](const Node&, auto, auto) {
    return absl::OkStatus();
  };
  ASSERT_TRUE(RunPasses(graph, {leaves_memory_untouched}, {}).ok());
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  EXPECT_THAT(names, ElementsAre("sum1", "large", "sum2", "sum3"));
}

TEST_F(FoldConstantsTest, NamesTheNodeThatCannotBeComputed) {
  const ValueId x = net_.Input("x", {-1, 4});
  const ValueId weights = net_.Add(Reshape{}, {Floats({6}), Integers({4, 4})}, "weights");
  const absl::Status status = Fold({net_.Add(MatMul{}, {x, weights}, "product")});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("node \"weights\" (Reshape)"));
}

}  // namespace
}  // namespace reluserve::graph
