// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests cast.cc.

#include <cmath>
#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

Tensor To(DataType type, const Tensor& x) { return RunOne(graph::Cast{type}, {x}); }

TEST(CastTest, FloatsToIntegersTruncateAndSaturate) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = Floats({5}, {-1.9f, 1.9f, nan, 3e9f, -3e9f});
  EXPECT_THAT(ElementsOf<int32_t>(To(DataType::kInt32, x)),
              ElementsAre(-1, 1, 0, std::numeric_limits<int32_t>::max(),
                          std::numeric_limits<int32_t>::min()));
  EXPECT_THAT(ElementsOf<uint8_t>(To(DataType::kUint8, x)), ElementsAre(0, 1, 0, 255, 0));
}

TEST(CastTest, IntegersNarrowAsInCpp) {
  const Tensor x = Longs({-1, 300, int64_t{1} << 40});
  EXPECT_THAT(ElementsOf<uint8_t>(To(DataType::kUint8, x)), ElementsAre(255, 44, 0));
  EXPECT_THAT(ElementsOf<int32_t>(To(DataType::kInt32, x)), ElementsAre(-1, 300, 0));
  EXPECT_THAT(ElementsOf<float>(To(DataType::kFloat32, x)), ElementsAre(-1, 300, 0x1p40f));
}

TEST(CastTest, Bool) {
  const Tensor x = Floats({4}, {0, -0.0f, 0.1f, std::nanf("")});
  EXPECT_THAT(ElementsOf<bool>(To(DataType::kBool, x)), ElementsAre(false, false, true, true));
  Tensor b = Make<bool>({3}, {false, true, true});
  static_cast<uint8_t*>(b.mutable_data())[2] = 7;  // true as any byte but zero
  EXPECT_THAT(ElementsOf<int64_t>(To(DataType::kInt64, b)), ElementsAre(0, 1, 1));
  EXPECT_THAT(ElementsOf<float>(To(DataType::kFloat32, b)), ElementsAre(0, 1, 1));
}

// Stored as their bits; convert_test.cc covers the rounding.
TEST(CastTest, SixteenBitFloats) {
  const Tensor x = Floats({4}, {1.0f, -2.5f, 65536.0f, 0x1p-24f});
  const Tensor half = To(DataType::kFloat16, x);
  ASSERT_EQ(half.type(), DataType::kFloat16);
  EXPECT_THAT(half.view().values<uint16_t>(), ElementsAre(0x3c00, 0xc100, 0x7c00, 0x0001));
  EXPECT_THAT(ElementsOf<float>(To(DataType::kFloat32, half)),
              ElementsAre(1.0f, -2.5f, std::numeric_limits<float>::infinity(), 0x1p-24f));
  const Tensor brain = To(DataType::kBfloat16, x);
  EXPECT_THAT(brain.view().values<uint16_t>(), ElementsAre(0x3f80, 0xc020, 0x4780, 0x3380));
  EXPECT_THAT(ElementsOf<double>(To(DataType::kFloat64, brain)),
              ElementsAre(1.0, -2.5, 65536.0, 0x1p-24));
  EXPECT_THAT(To(DataType::kFloat16, brain).view().values<uint16_t>(),
              ElementsAre(0x3c00, 0xc100, 0x7c00, 0x0001));
}

// The same small numbers in every type, from every type.
TEST(CastTest, EveryPair) {
  const DataType types[] = {DataType::kFloat32, DataType::kFloat16, DataType::kBfloat16,
                            DataType::kFloat64, DataType::kInt8,    DataType::kInt16,
                            DataType::kInt32,   DataType::kInt64,   DataType::kUint8,
                            DataType::kUint16,  DataType::kUint32,  DataType::kUint64};
  const Tensor x = Floats({4}, {0, 1, 17, 96});
  for (const DataType from : types) {
    for (const DataType to : types) {
      const Tensor back = To(DataType::kFloat32, To(to, To(from, x)));
      EXPECT_THAT(ElementsOf<float>(back), ElementsAre(0, 1, 17, 96))
          << Name(from) << " to " << Name(to);
    }
  }
}

}  // namespace
}  // namespace reluserve::engine
