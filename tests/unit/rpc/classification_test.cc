// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/classification.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/rpc/bytes_tensor.h"

namespace reluserve::rpc {
namespace {

using testing::ElementsAre;

const std::vector<std::string> kLabels = {"zero", "one", "two"};

template <typename T>
std::vector<std::string> Texts(Shape shape, std::vector<T> values, bool batched, size_t k,
                               std::vector<int64_t> expected_shape) {
  const auto classes =
      Classify(Tensor::Of<T>(std::move(shape), values).view(), batched, k, std::span(kLabels));
  EXPECT_TRUE(classes.ok()) << classes.status();
  EXPECT_EQ(classes->shape, expected_shape);
  int64_t count = 1;
  for (const int64_t extent : expected_shape) count *= extent;
  const auto elements = SplitBytesElements("y", classes->bytes, count);
  EXPECT_TRUE(elements.ok()) << elements.status();
  return {elements->begin(), elements->end()};
}

TEST(ClassificationTest, RanksEachSample) {
  EXPECT_THAT(Texts<float>({2, 3}, {0.5f, 2, -1, 7, 8, 9}, true, 2, {2, 2}),
              ElementsAre("2:1:one", "0.5:0:zero", "9:2:two", "8:1:one"));
}

TEST(ClassificationTest, TakesAllOfAnOutputWithoutABatch) {
  EXPECT_THAT(Texts<float>({1, 4}, {4, 1, 2, 3}, false, 2, {2}), ElementsAre("4:0:zero", "3:3"));
}

TEST(ClassificationTest, GivesNoMoreThanThereAre) {
  EXPECT_THAT(Texts<float>({1, 2}, {1, 2}, true, 1'000'000'000, {1, 2}),
              ElementsAre("2:1:one", "1:0:zero"));
}

TEST(ClassificationTest, PutsTheFirstOfEqualsFirstAndNanLast) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(Texts<float>({1, 5}, {nan, 1, 1, -infinity, infinity}, true, 5, {1, 5}),
              ElementsAre("inf:4", "1:1:one", "1:2:two", "-inf:3", "nan:0:zero"));
}

TEST(ClassificationTest, WritesNumbersOfEveryType) {
  EXPECT_THAT(Texts<int8_t>({1, 2}, {-7, 65}, true, 2, {1, 2}),
              ElementsAre("65:1:one", "-7:0:zero"));
  EXPECT_THAT(Texts<uint8_t>({1, 1}, {200}, true, 1, {1, 1}), ElementsAre("200:0:zero"));
  EXPECT_THAT(Texts<int64_t>({1, 2}, {9007199254740993, 9007199254740992}, true, 1, {1, 1}),
              ElementsAre("9007199254740993:0:zero"));
  EXPECT_THAT(Texts<double>({1, 1}, {0.1}, true, 1, {1, 1}), ElementsAre("0.1:0:zero"));
}

TEST(ClassificationTest, ReadsHalfPrecision) {
  Tensor output = Tensor::Allocate(DataType::kFloat16, {1, 2}).value();
  const uint16_t bits[] = {0x3c00, 0xc000};  // 1 and -2
  std::copy_n(bits, 2, static_cast<uint16_t*>(output.mutable_data()));
  const auto classes = Classify(output.view(), true, 1, {});
  ASSERT_TRUE(classes.ok()) << classes.status();
  EXPECT_EQ(classes->bytes, std::string("\3\0\0\0001:0", 7));
}

TEST(ClassificationTest, RefusesWhatHasNoOrder) {
  const Tensor output = Tensor::Allocate(DataType::kBool, {1, 2}).value();
  EXPECT_TRUE(absl::IsInvalidArgument(Classify(output.view(), true, 1, {}).status()));
}

}  // namespace
}  // namespace reluserve::rpc
