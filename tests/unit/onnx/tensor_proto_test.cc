// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/tensor_proto.h"

#include <functional>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/onnx/model_builder.h"

namespace reluserve::onnx_import {
namespace {

using Proto = onnx::TensorProto;

Proto Typed(int onnx_type, const Ints& dims) {
  Proto tensor;
  tensor.set_data_type(onnx_type);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  return tensor;
}

template <typename T>
std::vector<T> ValuesOf(const Proto& proto, DataType type) {
  const absl::StatusOr<Tensor> tensor = TensorFromProto(proto);
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  if (!tensor.ok()) return {};
  EXPECT_EQ(tensor->type(), type);
  const std::span<const T> values = tensor->values<T>();
  return {values.begin(), values.end()};
}

// An integer type whose entries stand in int32_data, with its extreme values.
template <typename T>
void ExpectNarrowIntegers(int onnx_type) {
  constexpr T kMin = std::numeric_limits<T>::min();
  constexpr T kMax = std::numeric_limits<T>::max();
  Proto typed = Typed(onnx_type, {3});
  for (int value : {int{kMin}, int{kMax}, 1}) typed.add_int32_data(value);
  EXPECT_EQ(ValuesOf<T>(typed, DataTypeOf<T>()), std::vector<T>({kMin, kMax, T{1}}));
  if constexpr (sizeof(T) < sizeof(int32_t)) {
    typed.set_int32_data(1, int{kMax} + 1);
    EXPECT_THAT(std::string(TensorFromProto(typed).status().message()),
                testing::HasSubstr("in int32_data, which does not fit"));
  }
}

TEST(TensorProtoTest, ReadsTypedFields) {
  EXPECT_EQ(ValuesOf<float>(FloatTensor({2}, {0.5f, -1}), DataType::kFloat32), Floats({0.5f, -1}));
  EXPECT_EQ(ValuesOf<int64_t>(IntTensor({2, 1}, {-1, int64_t{1} << 40}), DataType::kInt64),
            Ints({-1, int64_t{1} << 40}));
  ExpectNarrowIntegers<int8_t>(Proto::INT8);
  ExpectNarrowIntegers<uint8_t>(Proto::UINT8);
  ExpectNarrowIntegers<int16_t>(Proto::INT16);
  ExpectNarrowIntegers<uint16_t>(Proto::UINT16);
  ExpectNarrowIntegers<int32_t>(Proto::INT32);

  Proto doubles = Typed(Proto::DOUBLE, {1});
  doubles.add_double_data(0.1);
  EXPECT_EQ(ValuesOf<double>(doubles, DataType::kFloat64), std::vector<double>({0.1}));
  Proto bools = Typed(Proto::BOOL, {2});
  bools.add_int32_data(1);
  bools.add_int32_data(0);
  EXPECT_EQ(ValuesOf<bool>(bools, DataType::kBool), std::vector<bool>({true, false}));
  Proto words = Typed(Proto::UINT32, {1});
  words.add_uint64_data(4'000'000'000);
  EXPECT_EQ(ValuesOf<uint32_t>(words, DataType::kUint32), std::vector<uint32_t>({4'000'000'000}));
  Proto longs = Typed(Proto::UINT64, {1});
  longs.add_uint64_data(uint64_t{1} << 63);
  EXPECT_EQ(ValuesOf<uint64_t>(longs, DataType::kUint64),
            std::vector<uint64_t>({uint64_t{1} << 63}));
}

TEST(TensorProtoTest, ReadsRawData) {
  Proto floats = Typed(Proto::FLOAT, {2});
  floats.set_raw_data(std::string("\0\0\x80\x3f\0\0\0\xc0", 8));
  EXPECT_EQ(ValuesOf<float>(floats, DataType::kFloat32), Floats({1, -2}));
  Proto shorts = Typed(Proto::INT16, {2, 1});
  shorts.set_raw_data("\x01\x02\xff\xff");
  EXPECT_EQ(ValuesOf<int16_t>(shorts, DataType::kInt16), std::vector<int16_t>({0x0201, -1}));
  // Any byte but 0 is true; a C++ bool may hold nothing but 0 and 1.
  Proto bools = Typed(Proto::BOOL, {3});
  bools.set_raw_data(std::string("\0\1\xfe", 3));
  EXPECT_EQ(ValuesOf<uint8_t>(bools, DataType::kBool), std::vector<uint8_t>({0, 1, 1}));
}

TEST(TensorProtoTest, WidensHalfPrecision) {
  Proto raw = Typed(Proto::FLOAT16, {2});
  raw.set_raw_data(std::string("\x00\x3c\x00\xb8", 4));
  EXPECT_EQ(ValuesOf<float>(raw, DataType::kFloat32), Floats({1.0f, -0.5f}));
  Proto typed = Typed(Proto::FLOAT16, {2});
  typed.add_int32_data(0x3c00);
  typed.add_int32_data(0xb800);
  EXPECT_EQ(ValuesOf<float>(typed, DataType::kFloat32), Floats({1.0f, -0.5f}));
  Proto brain = Typed(Proto::BFLOAT16, {2});
  brain.set_raw_data(std::string("\x80\x3f\x40\xc0", 4));
  EXPECT_EQ(ValuesOf<float>(brain, DataType::kFloat32), Floats({1.0f, -3.0f}));
  Proto typed_brain = Typed(Proto::BFLOAT16, {1});
  typed_brain.add_int32_data(0xc040);
  EXPECT_EQ(ValuesOf<float>(typed_brain, DataType::kFloat32), Floats({-3.0f}));
}

TEST(TensorProtoTest, EmptyAndScalar) {
  const absl::StatusOr<Tensor> empty = TensorFromProto(Typed(Proto::FLOAT, {0, 3}));
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->shape(), Shape({0, 3}));
  EXPECT_EQ(ValuesOf<float>(FloatTensor({}, {7}), DataType::kFloat32), Floats({7}));
}

TEST(TensorProtoTest, Refusals) {
  const struct {
    const char* what;
    Proto tensor;
    absl::StatusCode code;
    const char* message;
  } rows[] = {
      {"too little raw data", RawTensor(Proto::FLOAT, {2, 2}, 15),
       absl::StatusCode::kInvalidArgument,
       "has shape [2,2] of FP32, which takes 16 bytes in raw_data, but 15 are there"},
      {"too many values", FloatTensor({1}, {1, 2}), absl::StatusCode::kInvalidArgument,
       "takes 1 values in float_data, but 2 are there"},
      // Must be refused by looking at the sizes: no machine has the memory.
      {"exabytes", RawTensor(Proto::FLOAT, {1 << 29, 1 << 29}, 4),
       absl::StatusCode::kInvalidArgument, "but 4 are there"},
      {"overflow", RawTensor(Proto::INT8, {int64_t{1} << 62, 4}, 1),
       absl::StatusCode::kInvalidArgument, "the product overflows"},
      {"overflow of the byte count", RawTensor(Proto::DOUBLE, {int64_t{1} << 61}, 8),
       absl::StatusCode::kInvalidArgument, "the product overflows"},
      {"negative extent", RawTensor(Proto::INT8, {-1}, 1), absl::StatusCode::kInvalidArgument,
       "has shape [-1]: an extent is negative"},
      {"negative twice", RawTensor(Proto::INT8, {-1, -1}, 1), absl::StatusCode::kInvalidArgument,
       "an extent is negative"},
      {"rank", RawTensor(Proto::INT8, Ints(17, 1), 1), absl::StatusCode::kInvalidArgument,
       "has 17 dimensions, at most 16"},
      {"string", Typed(Proto::STRING, {0}), absl::StatusCode::kUnimplemented,
       "has element type STRING, which is not supported"},
      {"complex", Typed(Proto::COMPLEX64, {0}), absl::StatusCode::kUnimplemented, "COMPLEX64"},
      {"newer than the library", Typed(22, {0}), absl::StatusCode::kUnimplemented, "INT4"},
      {"newer than everything", Typed(1000, {0}), absl::StatusCode::kInvalidArgument,
       "has element type 1000, which ONNX does not define"},
      {"no type", Typed(0, {0}), absl::StatusCode::kInvalidArgument, "has element type 0"},
      {"negative type", Typed(-5, {0}), absl::StatusCode::kInvalidArgument, "type -5"},
  };
  for (const auto& row : rows) {
    const absl::StatusOr<Tensor> tensor = TensorFromProto(row.tensor);
    ASSERT_FALSE(tensor.ok()) << row.what;
    EXPECT_EQ(tensor.status().code(), row.code) << row.what;
    EXPECT_THAT(std::string(tensor.status().message()), testing::HasSubstr(row.message))
        << row.what;
  }
}

TEST(TensorProtoTest, RefusesDataElsewhere) {
  Proto external = Typed(Proto::FLOAT, {1});
  external.set_data_location(Proto::EXTERNAL);
  external.add_external_data()->set_key("location");
  EXPECT_THAT(std::string(TensorFromProto(external).status().message()),
              testing::HasSubstr("has its data in another file, which only initializers may have"));
  Proto segment = FloatTensor({1}, {1});
  segment.mutable_segment()->set_begin(0);
  EXPECT_THAT(std::string(TensorFromProto(segment).status().message()),
              testing::HasSubstr("is stored in segments"));
  Proto twice = RawTensor(Proto::FLOAT, {1}, 4);
  twice.add_float_data(1);
  EXPECT_THAT(std::string(TensorFromProto(twice).status().message()),
              testing::HasSubstr("has its data twice"));
}

}  // namespace
}  // namespace reluserve::onnx_import
