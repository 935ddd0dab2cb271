// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/tensor_values.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

using ::testing::HasSubstr;

template <typename T>
v1::Tensor TensorOf(const std::string& datatype, const std::vector<T>& values) {
  v1::Tensor tensor;
  tensor.set_name("y");
  tensor.set_datatype(datatype);
  tensor.add_shape(values.size());
  tensor.set_data(values.data(), values.size() * sizeof(T));
  return tensor;
}

TEST(TensorValuesTest, GivesEveryTypeAsJson) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<std::pair<v1::Tensor, std::string>> rows = {
      {TensorOf<float>("FP32", {0.1f, -2, 1e-45f, 16777216}), "[0.1,-2.0,1e-45,16777216.0]"},
      {TensorOf<float>("FP32", {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}),
       R"(["Infinity","-Infinity","NaN"])"},
      {TensorOf<double>("FP64", {0.1, -std::numeric_limits<double>::infinity()}),
       R"([0.1,"-Infinity"])"},
      {TensorOf<uint16_t>("FP16", {0x3c00, 0xc100, 0x0001}), "[1.0,-2.5,5.9604645e-08]"},
      {TensorOf<uint16_t>("BF16", {0x3f80, 0xc020}), "[1.0,-2.5]"},
      {TensorOf<int8_t>("INT8", {-128, 127}), "[-128,127]"},
      {TensorOf<int16_t>("INT16", {-32768, 32767}), "[-32768,32767]"},
      {TensorOf<int32_t>("INT32", {-2147483647, 5}), "[-2147483647,5]"},
      {TensorOf<int64_t>("INT64", {std::numeric_limits<int64_t>::min()}), "[-9223372036854775808]"},
      {TensorOf<uint8_t>("UINT8", {0, 255}), "[0,255]"},
      {TensorOf<uint16_t>("UINT16", {65535}), "[65535]"},
      {TensorOf<uint32_t>("UINT32", {4294967295}), "[4294967295]"},
      {TensorOf<uint64_t>("UINT64", {std::numeric_limits<uint64_t>::max()}),
       "[18446744073709551615]"},
      {TensorOf<uint8_t>("BOOL", {0, 1, 2}), "[false,true,true]"},
      {TensorOf<float>("FP32", {}), "[]"},
  };
  for (const auto& [tensor, json] : rows) {
    SCOPED_TRACE(tensor.datatype());
    const absl::StatusOr<TensorView> view = ViewOf(tensor);
    ASSERT_TRUE(view.ok()) << view.status();
    EXPECT_EQ(ValuesToJson(*view).dump(), json);
  }
}

TEST(TensorValuesTest, ShortestDigitsGiveTheSameFloatAgain) {
  for (const float value : {0.1f, 1.0f / 3, 1e-45f, 3.4028235e38f, 8388608.5f, -7e-10f}) {
    EXPECT_EQ(static_cast<float>(ValueToJson(value).get<double>()), value);
  }
}

TEST(TensorValuesTest, RefusesTensorsThatContradictThemselves) {
  v1::Tensor unknown = TensorOf<float>("FP99", {1});
  v1::Tensor too_short = TensorOf<float>("FP32", {1, 2});
  too_short.mutable_data()->pop_back();
  v1::Tensor negative = TensorOf<float>("FP32", {});
  negative.set_shape(0, -1);
  v1::Tensor overflow = TensorOf<float>("FP32", {});
  overflow.set_shape(0, int64_t{1} << 62);
  const std::vector<std::pair<v1::Tensor, std::string>> rows = {
      {unknown, "unknown datatype \"FP99\""},
      {too_short, "FP32 [2] but has 7 bytes"},
      {negative, "FP32 [-1]"},
      {overflow, "FP32 [4611686018427387904] but has 0 bytes"},
  };
  for (const auto& [tensor, message] : rows) {
    const absl::StatusOr<TensorView> view = ViewOf(tensor);
    ASSERT_FALSE(view.ok()) << message;
    EXPECT_THAT(std::string(view.status().message()), HasSubstr(message));
  }
}

TEST(TensorValuesTest, SummaryLeavesOutWhatIsNotFinite) {
  const v1::Tensor tensor = TensorOf<float>("FP32", {std::numeric_limits<float>::quiet_NaN(), 4, -2,
                                                     1, std::numeric_limits<float>::infinity()});
  const ValueSummary summary = Summarise(*ViewOf(tensor));
  EXPECT_EQ(summary.min, -2);
  EXPECT_EQ(summary.mean, 1);
  EXPECT_EQ(summary.max, 4);
  EXPECT_EQ(summary.non_finite, 2);
}

}  // namespace
}  // namespace reluserve::client
