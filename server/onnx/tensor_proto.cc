// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/tensor_proto.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/tensor/half.h"

namespace reluserve::onnx_import {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

// Indexed by the number in the file; the later ones are newer than ONNX 1.12.
constexpr std::string_view kTypeNames[] = {
    "UNDEFINED",      "FLOAT",    "UINT8",        "INT8",           "UINT16",
    "INT16",          "INT32",    "INT64",        "STRING",         "BOOL",
    "FLOAT16",        "DOUBLE",   "UINT32",       "UINT64",         "COMPLEX64",
    "COMPLEX128",     "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2",
    "FLOAT8E5M2FNUZ", "UINT4",    "INT4",         "FLOAT4E2M1",     "FLOAT8E8M0",
    "UINT2",          "INT2"};

// The elements a tensor is said to have, and its name in messages.
struct Header {
  DataType type;
  Shape shape;
  int64_t element_count = 0;
};

absl::StatusOr<Header> ReadHeader(const onnx::TensorProto& proto) {
  Header header;
  RELUSERVE_ASSIGN_OR_RETURN(header.type, DataTypeFromOnnx(proto.data_type()));
  if (proto.dims_size() > kMaxRank) {
    return InvalidArgument("has {} dimensions, at most {} are supported", proto.dims_size(),
                           kMaxRank);
  }
  header.shape = Shape(std::span<const int64_t>(proto.dims().data(), proto.dims().size()));
  const std::optional<int64_t> count = header.shape.CheckedElementCount();
  if (!count || !CheckedMultiply(*count, sizeof(double))) {
    return InvalidArgument("has shape {}: an extent is negative or the product overflows",
                           header.shape.ToString());
  }
  header.element_count = *count;
  return header;
}

absl::Status CheckCount(const Header& header, std::string_view field, int64_t expected,
                        int64_t actual) {
  if (expected == actual) return absl::OkStatus();
  return InvalidArgument(
      "has shape {} of {}, which takes {} in {}, but {} are there", header.shape.ToString(),
      Name(header.type),
      field == "raw_data" ? fmt::format("{} bytes", expected) : fmt::format("{} values", expected),
      field, actual);
}

// Calls `convert` with stretches of elements of `size` bytes each, and where the first stands.
template <typename Convert>
absl::Status ReadInPieces(const RawData& raw, size_t size, const Convert& convert) {
  std::vector<char> piece(size_t{64} << 10);
  for (int64_t done = 0; done < raw.size();) {
    const std::span<char> read = std::span(piece).first(
        static_cast<size_t>(std::min(raw.size() - done, static_cast<int64_t>(piece.size()))));
    RELUSERVE_RETURN_IF_ERROR(raw.Read(done, read));
    convert(read, static_cast<size_t>(done) / size);
    done += static_cast<int64_t>(read.size());
  }
  return absl::OkStatus();
}

absl::Status ReadHalves(const RawData& raw, float (*widen)(uint16_t), std::span<float> values) {
  return ReadInPieces(raw, sizeof(uint16_t), [&](std::span<const char> piece, size_t first) {
    for (size_t i = 0; i < piece.size() / sizeof(uint16_t); ++i) {
      uint16_t bits;
      std::memcpy(&bits, piece.data() + i * sizeof(bits), sizeof(bits));
      values[first + i] = widen(bits);
    }
  });
}

// A bool of C++ may hold nothing but 0 and 1.
absl::Status ReadBools(const RawData& raw, std::span<bool> values) {
  return ReadInPieces(raw, 1, [&](std::span<const char> piece, size_t first) {
    std::transform(piece.begin(), piece.end(), values.begin() + static_cast<std::ptrdiff_t>(first),
                   [](char byte) { return byte != 0; });
  });
}

absl::StatusOr<Tensor> FromRawData(const Header& header, const RawData& raw) {
  const int64_t byte_count = header.element_count * static_cast<int64_t>(ByteSize(header.type));
  RELUSERVE_RETURN_IF_ERROR(CheckCount(header, "raw_data", byte_count, raw.size()));
  RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor,
                             Tensor::Allocate(ComputeType(header.type), header.shape));
  absl::Status read;
  if (header.type == DataType::kFloat16) {
    read = ReadHalves(raw, FloatFromHalf, tensor.mutable_values<float>());
  } else if (header.type == DataType::kBfloat16) {
    read = ReadHalves(raw, FloatFromBfloat16, tensor.mutable_values<float>());
  } else if (header.type == DataType::kBool) {
    read = ReadBools(raw, tensor.mutable_values<bool>());
  } else {
    read = raw.Read(0, {static_cast<char*>(tensor.mutable_data()), tensor.byte_size()});
  }
  RELUSERVE_RETURN_IF_ERROR(read);
  return tensor;
}

// Values from one of the typed fields, whose entries are wider than the elements for small types.
template <typename T, typename Field>
absl::StatusOr<Tensor> FromTypedData(const Header& header, std::string_view field_name,
                                     const Field& field) {
  RELUSERVE_RETURN_IF_ERROR(CheckCount(header, field_name, header.element_count, field.size()));
  RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(DataTypeOf<T>(), header.shape));
  const std::span<T> values = tensor.mutable_values<T>();
  for (size_t i = 0; i < values.size(); ++i) {
    const auto entry = field[static_cast<int>(i)];
    values[i] = static_cast<T>(entry);
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (static_cast<decltype(entry)>(values[i]) != entry) {
        return InvalidArgument("has the value {} in {}, which does not fit {}", entry, field_name,
                               Name(header.type));
      }
    }
  }
  return tensor;
}

// 16-bit floating point, whose bits stand in int32_data.
absl::StatusOr<Tensor> FromHalfBits(const Header& header, const onnx::TensorProto& proto,
                                    float (*widen)(uint16_t)) {
  Header bits_header = header;
  bits_header.type = DataType::kUint16;
  RELUSERVE_ASSIGN_OR_RETURN(
      const Tensor bits, FromTypedData<uint16_t>(bits_header, "int32_data", proto.int32_data()));
  RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(DataType::kFloat32, header.shape));
  const std::span<const uint16_t> source = bits.values<uint16_t>();
  std::transform(source.begin(), source.end(), tensor.mutable_values<float>().begin(), widen);
  return tensor;
}

absl::StatusOr<Tensor> FromTypedFields(const Header& header, const onnx::TensorProto& proto) {
  switch (header.type) {
    case DataType::kFloat32:
      return FromTypedData<float>(header, "float_data", proto.float_data());
    case DataType::kFloat64:
      return FromTypedData<double>(header, "double_data", proto.double_data());
    case DataType::kFloat16:
      return FromHalfBits(header, proto, FloatFromHalf);
    case DataType::kBfloat16:
      return FromHalfBits(header, proto, FloatFromBfloat16);
    case DataType::kInt8:
      return FromTypedData<int8_t>(header, "int32_data", proto.int32_data());
    case DataType::kInt16:
      return FromTypedData<int16_t>(header, "int32_data", proto.int32_data());
    case DataType::kInt32:
      return FromTypedData<int32_t>(header, "int32_data", proto.int32_data());
    case DataType::kUint8:
      return FromTypedData<uint8_t>(header, "int32_data", proto.int32_data());
    case DataType::kUint16:
      return FromTypedData<uint16_t>(header, "int32_data", proto.int32_data());
    case DataType::kBool:
      return FromTypedData<bool>(header, "int32_data", proto.int32_data());
    case DataType::kInt64:
      return FromTypedData<int64_t>(header, "int64_data", proto.int64_data());
    case DataType::kUint32:
      return FromTypedData<uint32_t>(header, "uint64_data", proto.uint64_data());
    case DataType::kUint64:
      return FromTypedData<uint64_t>(header, "uint64_data", proto.uint64_data());
  }
  return Internal("element type {} is not handled", static_cast<int>(header.type));
}

absl::StatusOr<Tensor> FromExternalData(const Header& header, const onnx::TensorProto& proto,
                                        ExternalData* external) {
  if (external == nullptr) {
    return Unimplemented("has its data in another file, which only initializers may have");
  }
  RELUSERVE_ASSIGN_OR_RETURN(
      const RawData bytes,
      external->Find(proto, header.element_count * static_cast<int64_t>(ByteSize(header.type))));
  return FromRawData(header, bytes);
}

bool HasTypedData(const onnx::TensorProto& proto) {
  return proto.float_data_size() > 0 || proto.int32_data_size() > 0 ||
         proto.int64_data_size() > 0 || proto.double_data_size() > 0 ||
         proto.uint64_data_size() > 0 || proto.string_data_size() > 0;
}

}  // namespace

std::string OnnxTypeName(int64_t onnx_type) {
  if (onnx_type >= 0 && onnx_type < static_cast<int64_t>(std::size(kTypeNames))) {
    return std::string(kTypeNames[onnx_type]);
  }
  return fmt::format("type {}", onnx_type);
}

std::optional<int64_t> OnnxTypeFromName(std::string_view name) {
  const auto* found = std::find(std::begin(kTypeNames), std::end(kTypeNames), name);
  if (found == std::end(kTypeNames)) return std::nullopt;
  return found - std::begin(kTypeNames);
}

absl::StatusOr<DataType> DataTypeFromOnnx(int64_t onnx_type) {
  switch (onnx_type) {
    case onnx::TensorProto::FLOAT:
      return DataType::kFloat32;
    case onnx::TensorProto::FLOAT16:
      return DataType::kFloat16;
    case onnx::TensorProto::BFLOAT16:
      return DataType::kBfloat16;
    case onnx::TensorProto::DOUBLE:
      return DataType::kFloat64;
    case onnx::TensorProto::INT8:
      return DataType::kInt8;
    case onnx::TensorProto::INT16:
      return DataType::kInt16;
    case onnx::TensorProto::INT32:
      return DataType::kInt32;
    case onnx::TensorProto::INT64:
      return DataType::kInt64;
    case onnx::TensorProto::UINT8:
      return DataType::kUint8;
    case onnx::TensorProto::UINT16:
      return DataType::kUint16;
    case onnx::TensorProto::UINT32:
      return DataType::kUint32;
    case onnx::TensorProto::UINT64:
      return DataType::kUint64;
    case onnx::TensorProto::BOOL:
      return DataType::kBool;
    default:
      break;
  }
  const std::string name = OnnxTypeName(onnx_type);
  if (name == "UNDEFINED" || name.starts_with("type ")) {
    return InvalidArgument("has element {}, which ONNX does not define",
                           name == "UNDEFINED" ? "type 0" : name);
  }
  return Unimplemented(
      "has element type {}, which is not supported; supported are FLOAT, FLOAT16, BFLOAT16, "
      "DOUBLE, "
      "BOOL and the integer types of 8 to 64 bits",
      name);
}

DataType ComputeType(DataType type) {
  const bool half = type == DataType::kFloat16 || type == DataType::kBfloat16;
  return half ? DataType::kFloat32 : type;
}

absl::StatusOr<Tensor> TensorFromProto(const onnx::TensorProto& proto, ExternalData* external,
                                       const RawData* cut) {
  RELUSERVE_ASSIGN_OR_RETURN(const Header header, ReadHeader(proto));
  if (IsExternal(proto)) return FromExternalData(header, proto, external);
  if (proto.has_segment()) return Unimplemented("is stored in segments, which is not supported");
  if (cut == nullptr && proto.raw_data().empty()) return FromTypedFields(header, proto);
  if (HasTypedData(proto)) {
    return InvalidArgument("has its data twice, in raw_data and in a typed field");
  }
  return FromRawData(header, cut != nullptr ? *cut : RawData(proto.raw_data()));
}

}  // namespace reluserve::onnx_import
