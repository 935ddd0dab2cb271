// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests quantized_binary.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(QLinearBinaryTest, AddAndMultiplyByTheirRealValues) {
  // A stands for -1, 0, 1, 63.5; B for -2, 4, broadcast along rows.
  const Operands operands = {Make<uint8_t>({2, 2}, {126, 128, 130, 255}),
                             Scalar(0.5f),
                             Scalar<uint8_t>(128),
                             Make<uint8_t>({2}, {8, 14}),
                             Scalar(1.0f),
                             Scalar<uint8_t>(10),
                             Scalar(2.0f),
                             Scalar<uint8_t>(5)};
  // -3, 4, -1, 67.5 divided by 2, rounded half to even, plus 5.
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(graph::QLinearBinary{graph::BinaryKind::kAdd}, operands)),
              ElementsAre(3, 7, 5, 39));
  // 2, 0, -2, 254.
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(graph::QLinearBinary{graph::BinaryKind::kMul}, operands)),
              ElementsAre(6, 5, 4, 132));
}

TEST(QLinearBinaryTest, SignedWithoutZeroPoints) {
  const Operands operands = {Make<int8_t>({2}, {-100, 100}),
                             Scalar(1.0f),
                             std::nullopt,
                             Make<int8_t>({}, {50}),
                             Scalar(1.0f),
                             std::nullopt,
                             Scalar(1.0f),
                             std::nullopt};
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(graph::QLinearBinary{graph::BinaryKind::kAdd}, operands)),
              ElementsAre(-50, 127));
}

}  // namespace
}  // namespace reluserve::engine
