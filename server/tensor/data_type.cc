// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/data_type.h"

#include <array>

namespace reluserve {
namespace {

struct DataTypeRow {
  DataType type;
  size_t byte_size;
  std::string_view name;
};

// In the order of the enumeration, so that a type is its own index.
constexpr std::array kDataTypes = {
    DataTypeRow{DataType::kFloat32, 4, "FP32"},  DataTypeRow{DataType::kFloat16, 2, "FP16"},
    DataTypeRow{DataType::kBfloat16, 2, "BF16"}, DataTypeRow{DataType::kFloat64, 8, "FP64"},
    DataTypeRow{DataType::kInt8, 1, "INT8"},     DataTypeRow{DataType::kInt16, 2, "INT16"},
    DataTypeRow{DataType::kInt32, 4, "INT32"},   DataTypeRow{DataType::kInt64, 8, "INT64"},
    DataTypeRow{DataType::kUint8, 1, "UINT8"},   DataTypeRow{DataType::kUint16, 2, "UINT16"},
    DataTypeRow{DataType::kUint32, 4, "UINT32"}, DataTypeRow{DataType::kUint64, 8, "UINT64"},
    DataTypeRow{DataType::kBool, 1, "BOOL"},
};

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < kDataTypes.size(); ++i) {
    if (static_cast<size_t>(kDataTypes[i].type) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder());

}  // namespace

size_t ByteSize(DataType type) { return kDataTypes[static_cast<size_t>(type)].byte_size; }

std::string_view Name(DataType type) { return kDataTypes[static_cast<size_t>(type)].name; }

std::optional<DataType> DataTypeFromName(std::string_view name) {
  for (const DataTypeRow& row : kDataTypes) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

}  // namespace reluserve
