// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/kernel.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

// Two operators that stand next to each other in the table and cannot be mistaken for one another.
TEST(KernelTest, FindsTheKernelOfTheOperator) {
  const Tensor x = Floats({2}, {-2, 3});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Unary{graph::UnaryKind::kAbs}, {x})),
              ::testing::ElementsAre(2, 3));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Binary{graph::BinaryKind::kSub}, {x, x})),
              ::testing::ElementsAre(0, 0));
  EXPECT_NE(FindKernel(graph::Unary{}), FindKernel(graph::Binary{}));
  EXPECT_EQ(FindKernel(graph::Reshape{}), FindKernel(graph::Flatten{}));
}

TEST(KernelTest, AnElementTypeWithoutAKernelIsNamed) {
  graph::Node node;
  node.op_type = "Sqrt";
  node.op = graph::Unary{graph::UnaryKind::kSqrt};
  const Tensor x = Longs({4});
  Tensor y = Longs({0});
  const TensorView input = x.view();
  const MutableTensorView output = y.mutable_view();
  const absl::Status status = EvaluateNode(node, {&input, 1}, {&output, 1});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(), "Sqrt has no kernel for INT64 elements");
}

}  // namespace
}  // namespace reluserve::engine
