// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/large_weights.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "server/engine/kernels/kernel.h"
#include "server/engine/plan_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::engine {
namespace {

constexpr int64_t kWidth = 256;

// Two dense layers, of 256 and of 512 KiB of weights, the second with a residual.
class LargeWeightsTest : public ::testing::Test {
 protected:
  LargeWeightsTest() {
    const graph::ValueId x = graph_.AddValue("x");
    graph_.inputs.push_back({x, DataType::kFloat32, {{1, ""}, {kWidth, ""}}});
    const graph::ValueId hidden = AddDense("small", x, {kWidth, kWidth});
    const graph::ValueId y = AddDense("large", hidden, {2 * kWidth, kWidth});
    graph_.nodes.back().residual = graph_.AddConstant(
        "sum", test_support::RandomFloats({1, 2 * kWidth}, -1.0f, 1.0f, random_));
    graph_.outputs = {y};
    store_->Adopt(graph_);
    const std::vector<Shape> shapes = {{1, kWidth}};
    facts_ = graph::InferShapes(graph_, shapes, EvaluateNode).value();
  }

  graph::ValueId AddDense(const char* name, graph::ValueId input, const Shape& weights) {
    graph::Gemm gemm;
    gemm.transpose_b = true;
    graph::Node node;
    node.name = name;
    node.op_type = "Gemm";
    node.op = gemm;
    node.inputs = {
        input, graph_.AddConstant("w", test_support::RandomFloats(weights, -1.0f, 1.0f, random_))};
    node.outputs = {graph_.AddValue(name)};
    graph_.nodes.push_back(node);
    return node.outputs[0];
  }

  int64_t PackedBytes(size_t min_bytes) {
    EXPECT_EQ(PackLargestFirst(graph_, facts_, store_, min_bytes), absl::OkStatus());
    return store_->packed_bytes();
  }

  test_support::Random random_{1};
  graph::Graph graph_;
  std::vector<graph::OperandInfo> facts_;
  const std::shared_ptr<WeightStore> store_ = std::make_shared<WeightStore>();
};

TEST_F(LargeWeightsTest, PacksWhatAPlanWillAskFor) {
  EXPECT_EQ(PackedBytes(size_t{1} << 20), 0);
  const int64_t large = PackedBytes(300 << 10);
  EXPECT_GE(large, 512 << 10);
  EXPECT_LT(large, (512 + 256) << 10) << "it packed the small one, too";
  const int64_t all = PackedBytes(0);
  EXPECT_GT(all, large);
  const auto plan = PlanBuilder(graph_, facts_, store_, {}).Build();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(store_->packed_bytes(), all) << "the plan packs another layout";
}

}  // namespace
}  // namespace reluserve::engine
