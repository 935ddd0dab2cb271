// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "canonicalize";

using CanonicalizeTest = PassTest;

TEST_F(CanonicalizeTest, SumOfTwoIsAnAdd) {
  const ValueId x = net_.Input("x", {-1, 4});
  ExpectRewrite(kPass, {net_.Add(Variadic{VariadicKind::kSum}, {x, Relu(x, "relu")}, "sum")},
                R"(input %x FP32 [batch,4]
%relu = Relu(%x)
%sum = Add(%x, %relu)
output %sum
)");
}

TEST_F(CanonicalizeTest, NotOtherVariadicOperators) {
  const ValueId x = net_.Input("x", {-1, 4});
  const ValueId y = Relu(x, "relu");
  ExpectUnchanged(kPass, {net_.Add(Variadic{VariadicKind::kSum}, {x, y, y}, "three"),
                          net_.Add(Variadic{VariadicKind::kMean}, {x, y}, "mean"),
                          net_.Add(Variadic{VariadicKind::kMin}, {x, y}, "min")});
}

TEST_F(CanonicalizeTest, ProductWithAConstantMatrixIsAGemm) {
  const ValueId x = net_.Input("x", {-1, 6});
  ExpectRewrite(kPass, {net_.Add(MatMul{}, {x, Floats({6, 4})}, "product")},
                R"(input %x FP32 [batch,6]
%product = Gemm(%x, %constant[6,4])
output %product
)");
}

TEST_F(CanonicalizeTest, NotProductsOfMoreAxes) {
  const ValueId x = net_.Input("x", {-1, 6});
  const ValueId y = net_.Input("y", {-1, 5, 6});
  ExpectUnchanged(kPass, {net_.Add(MatMul{}, {y, Floats({6, 4})}, "stack"),
                          net_.Add(MatMul{}, {x, Floats({3, 6, 4})}, "stack_of_weights"),
                          net_.Add(MatMul{}, {x, Floats({6})}, "vector")});
}

TEST_F(CanonicalizeTest, NotProductsOfTwoInputs) {
  const ValueId x = net_.Input("x", {-1, 6});
  ExpectUnchanged(kPass, {net_.Add(MatMul{}, {x, net_.Input("y", {6, 4})}, "product")});
}

// The bias of MatMul and Add ends up in a Gemm.
TEST_F(CanonicalizeTest, DenseLayerWithBias) {
  const ValueId x = net_.Input("x", {-1, 6});
  const ValueId product = net_.Add(MatMul{}, {x, Floats({6, 4})}, "product");
  Graph graph = net_.Build({Relu(Add(product, Floats({4}), "add"), "relu")});
  std::vector<std::string_view> all;
  for (const Pass& pass : AllPasses()) all.push_back(pass.name);
  ASSERT_TRUE(Rewrite(graph, all).ok());
  EXPECT_EQ(graph.ToString(), R"(input %x FP32 [batch,6]
%relu = Gemm(%x, %constant[6,4], %product.bias[4]) + Relu "relu"  # product <- Add add, Relu relu
output %relu
)");
}

}  // namespace
}  // namespace reluserve::graph
