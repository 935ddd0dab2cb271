// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/data_type.h"

#include <gtest/gtest.h>

namespace reluserve {
namespace {

TEST(DataTypeTest, NamesGoBothWays) {
  for (int i = 0; i <= static_cast<int>(DataType::kBool); ++i) {
    const auto type = static_cast<DataType>(i);
    EXPECT_EQ(DataTypeFromName(Name(type)), type) << Name(type);
    EXPECT_GT(ByteSize(type), 0u) << Name(type);
  }
  EXPECT_EQ(Name(DataType::kFloat32), "FP32");
  EXPECT_EQ(DataTypeFromName("fp32"), std::nullopt);
  EXPECT_EQ(DataTypeFromName(""), std::nullopt);
}

TEST(DataTypeTest, FollowsTheCppType) {
  EXPECT_EQ(ByteSize(DataTypeOf<double>()), sizeof(double));
  EXPECT_EQ(ByteSize(DataTypeOf<int16_t>()), sizeof(int16_t));
  EXPECT_EQ(DataTypeOf<bool>(), DataType::kBool);
}

}  // namespace
}  // namespace reluserve
