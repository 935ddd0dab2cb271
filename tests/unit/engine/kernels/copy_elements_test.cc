// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests copy_elements.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(CopyElementsTest, OnlyTheShapeChanges) {
  const Tensor x = Make<int16_t>({2, 1, 3}, {1, 2, 3, 4, 5, 6});
  struct Row {
    graph::Op op;
    Operands operands;
    Shape shape;
  };
  const Row rows[] = {
      {graph::Identity{}, {x}, {2, 1, 3}},
      {graph::Reshape{}, {x, Longs({3, -1})}, {3, 2}},
      {graph::Flatten{1}, {x}, {2, 3}},
      {graph::Squeeze{}, {x, Longs({1})}, {2, 3}},
      {graph::Unsqueeze{}, {x, Longs({0, -1})}, {1, 2, 1, 3, 1}},
  };
  for (const Row& row : rows) {
    const Tensor y = RunOne(row.op, row.operands);
    EXPECT_EQ(y.shape(), row.shape) << graph::Name(row.op);
    EXPECT_THAT(ElementsOf<int16_t>(y), ElementsAre(1, 2, 3, 4, 5, 6)) << graph::Name(row.op);
  }
}

}  // namespace
}  // namespace reluserve::engine
