// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Element types of tensors, and their names in the Open Inference Protocol.

#ifndef RELUSERVE_SERVER_TENSOR_DATA_TYPE_H_
#define RELUSERVE_SERVER_TENSOR_DATA_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reluserve {

enum class DataType : uint8_t {
  kFloat32,
  kFloat16,
  kBfloat16,
  kFloat64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kBool,
};

// Bytes of one element.
size_t ByteSize(DataType type);

// The Open Inference Protocol's name: "FP32", "INT64", "BOOL", ...
std::string_view Name(DataType type);

// The type of that name, or nothing where there is none.
std::optional<DataType> DataTypeFromName(std::string_view name);

// The DataType of a C++ element type. Half-precision types have none: they are stored as uint16_t.
template <typename T>
constexpr DataType DataTypeOf();
template <>
constexpr DataType DataTypeOf<float>() {
  return DataType::kFloat32;
}
template <>
constexpr DataType DataTypeOf<double>() {
  return DataType::kFloat64;
}
template <>
constexpr DataType DataTypeOf<int8_t>() {
  return DataType::kInt8;
}
template <>
constexpr DataType DataTypeOf<int16_t>() {
  return DataType::kInt16;
}
template <>
constexpr DataType DataTypeOf<int32_t>() {
  return DataType::kInt32;
}
template <>
constexpr DataType DataTypeOf<int64_t>() {
  return DataType::kInt64;
}
template <>
constexpr DataType DataTypeOf<uint8_t>() {
  return DataType::kUint8;
}
template <>
constexpr DataType DataTypeOf<uint16_t>() {
  return DataType::kUint16;
}
template <>
constexpr DataType DataTypeOf<uint32_t>() {
  return DataType::kUint32;
}
template <>
constexpr DataType DataTypeOf<uint64_t>() {
  return DataType::kUint64;
}
template <>
constexpr DataType DataTypeOf<bool>() {
  return DataType::kBool;
}

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_TENSOR_DATA_TYPE_H_
