// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests quantize_linear.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(QuantizeLinearTest, OneScale) {
  const Tensor x = Floats({6}, {0, 2, 3, 1000, -254, -1000});
  EXPECT_THAT(
      ElementsOf<uint8_t>(RunOne(graph::QuantizeLinear{}, {x, Scalar(2.0f), Scalar<uint8_t>(128)})),
      ElementsAre(128, 129, 130, 255, 1, 0));
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(graph::QuantizeLinear{}, {x, Scalar(2.0f)})),
              ElementsAre(0, 1, 2, 255, 0, 0));
  EXPECT_THAT(ElementsOf<int16_t>(RunOne(graph::QuantizeLinear{.to = DataType::kInt16},
                                         {x, Scalar(0.01f), Scalar<int16_t>(5)})),
              ElementsAre(5, 205, 305, 32767, -25395, -32768));
}

TEST(QuantizeLinearTest, AScaleForEachPlaceOfAnAxis) {
  const Tensor x = Floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Operands operands = {x, Floats({2}, {1, 2}), Make<int8_t>({2}, {0, 10})};
  const auto quantize = [&](int64_t axis) {
    return ElementsOf<int8_t>(
        RunOne(graph::QuantizeLinear{.axis = axis, .to = DataType::kInt8}, operands));
  };
  EXPECT_THAT(quantize(1), ElementsAre(1, 2, 12, 12, 5, 6, 14, 14));
  EXPECT_THAT(quantize(-1), ElementsAre(1, 11, 3, 12, 5, 13, 7, 14));
  EXPECT_THAT(quantize(0), ElementsAre(1, 2, 3, 4, 12, 13, 14, 14));
}

TEST(QuantizeLinearTest, AScaleForEachBlock) {
  const Tensor x = Floats({2, 3}, {6, 12, 24, 6, 12, 24});
  // Blocks of two along the last axis, the second of which is cut short.
  const graph::QuantizeLinear op = {.axis = 1, .block_size = 2, .to = DataType::kUint8};
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(op, {x, Floats({2, 2}, {1, 2, 3, 4})})),
              ElementsAre(6, 12, 12, 2, 4, 6));
  // Along the first axis one block covers both rows.
  const graph::QuantizeLinear rows = {.axis = 0, .block_size = 2, .to = DataType::kUint8};
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(rows, {x, Floats({1, 3}, {1, 2, 3})})),
              ElementsAre(6, 6, 8, 6, 6, 8));
}

TEST(DequantizeLinearTest, EveryLayoutOfScales) {
  const Tensor x = Make<uint8_t>({2, 2}, {0, 3, 128, 255});
  EXPECT_THAT(
      ElementsOf<float>(RunOne(graph::DequantizeLinear{}, {x, Scalar(2.0f), Scalar<uint8_t>(128)})),
      ElementsAre(-256, -250, 0, 254));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::DequantizeLinear{.axis = 0},
                                       {x, Floats({2}, {1, 0.5f}), Make<uint8_t>({2}, {0, 1})})),
              ElementsAre(0, 3, 63.5f, 127));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::DequantizeLinear{.axis = 1, .block_size = 2},
                                       {x, Floats({2, 1}, {1, 2})})),
              ElementsAre(0, 3, 256, 510));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::DequantizeLinear{},
                                       {Make<int32_t>({2}, {-70000, 3}), Scalar(0.5f)})),
              ElementsAre(-35000, 1.5f));
}

TEST(DynamicQuantizeLinearTest, TheRangeIncludesZero) {
  const auto quantize = [](const std::vector<float>& x) {
    return RunMany(graph::DynamicQuantizeLinear{}, {Floats({static_cast<int64_t>(x.size())}, x)}, 3)
        .value();
  };
  const std::vector<Tensor> both = quantize({-1, 0, 1.55f});
  EXPECT_FLOAT_EQ(both[1].values<float>()[0], 0.01f);
  EXPECT_THAT(ElementsOf<uint8_t>(both[2]), ElementsAre(100));
  EXPECT_THAT(ElementsOf<uint8_t>(both[0]), ElementsAre(0, 100, 255));
  const std::vector<Tensor> positive = quantize({51, 102});
  EXPECT_FLOAT_EQ(positive[1].values<float>()[0], 0.4f);
  EXPECT_THAT(ElementsOf<uint8_t>(positive[2]), ElementsAre(0));
  EXPECT_THAT(ElementsOf<uint8_t>(positive[0]), ElementsAre(128, 255));
  // Without a range nothing is divided by zero.
  const std::vector<Tensor> zeros = quantize({0, 0});
  EXPECT_THAT(ElementsOf<uint8_t>(zeros[0]), ElementsAre(0, 0));
  EXPECT_THAT(ElementsOf<float>(zeros[1]), ElementsAre(1));
}

}  // namespace
}  // namespace reluserve::engine
