// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/tensor.h"

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve {
namespace {

TEST(TensorTest, AllocatesAlignedMemory) {
  const Tensor tensor = Tensor::Allocate(DataType::kFloat32, {3, 5}).value();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % 64, 0u);
  EXPECT_EQ(tensor.byte_size(), 60u);
}

TEST(TensorTest, EmptyTensorHasData) {
  const Tensor tensor = Tensor::Allocate(DataType::kInt64, {0, 4}).value();
  EXPECT_NE(tensor.data(), nullptr);
  EXPECT_EQ(tensor.byte_size(), 0u);
  EXPECT_TRUE(tensor.view().present());
}

TEST(TensorTest, RefusesSizesThatDoNotFit) {
  // The element count fits in 63 bits, the byte count does not.
  const auto tensor = Tensor::Allocate(DataType::kInt64, {int64_t{1} << 61});
  EXPECT_EQ(tensor.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(tensor.status().message()), testing::HasSubstr("[2305843009213693952]"));
  EXPECT_EQ(Tensor::Allocate(DataType::kInt8, {-1}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(TensorTest, ReportsMemoryThatIsNotThere) {
  const auto tensor = Tensor::Allocate(DataType::kInt8, {int64_t{1} << 62});
  EXPECT_EQ(tensor.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(TensorTest, CopiesAndReshapesShareElements) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const Tensor tensor = Tensor::Of<float>({2, 3}, values);
  const Tensor reshaped = tensor.Reshaped({3, 2});
  EXPECT_EQ(reshaped.data(), tensor.data());
  EXPECT_EQ(reshaped.shape(), (Shape{3, 2}));
  EXPECT_THAT(reshaped.values<float>(), testing::ElementsAreArray(values));
}

}  // namespace
}  // namespace reluserve
