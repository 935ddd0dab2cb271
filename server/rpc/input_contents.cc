// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/input_contents.h"

#include <cstring>
#include <utility>

#include "server/base/status.h"
#include "server/rpc/bytes_tensor.h"
#include "server/rpc/infer_parameters.h"

namespace reluserve::rpc {
namespace {

using inference::InferTensorContents;
using inference::ModelInferRequest;

// The elements of a repeated field as bytes of another, maybe narrower, element type.
template <typename To, typename Field>
absl::StatusOr<std::string> Convert(const Field& field, std::string_view field_name,
                                    std::string_view tensor) {
  if (field.empty()) {
    return InvalidArgument("input \"{}\" has no elements in {}, where those of its datatype go",
                           tensor, field_name);
  }
  std::string bytes(static_cast<size_t>(field.size()) * sizeof(To), '\0');
  for (int i = 0; i < field.size(); ++i) {
    const auto value = static_cast<To>(field[i]);
    if (value != field[i] && field[i] == field[i]) {
      return InvalidArgument(
          "input \"{}\" has element {} at position {}, which its datatype cannot hold", tensor,
          field[i], i);
    }
    std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(To), &value, sizeof(To));
  }
  return bytes;
}

// The typed contents of an input as bytes.
std::string RawBytesElements(const InferTensorContents& contents) {
  std::string raw;
  for (const std::string& element : contents.bytes_contents()) AppendBytesElement(element, raw);
  return raw;
}

absl::StatusOr<std::string> TypedBytes(const ModelInferRequest::InferInputTensor& input) {
  if (input.datatype() == kBytes) return RawBytesElements(input.contents());
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, ParseDataType(input.name(), input.datatype()));
  const InferTensorContents& contents = input.contents();
  const std::string& name = input.name();
  switch (type) {
    case DataType::kBool:
      return Convert<bool>(contents.bool_contents(), "bool_contents", name);
    case DataType::kInt8:
      return Convert<int8_t>(contents.int_contents(), "int_contents", name);
    case DataType::kInt16:
      return Convert<int16_t>(contents.int_contents(), "int_contents", name);
    case DataType::kInt32:
      return Convert<int32_t>(contents.int_contents(), "int_contents", name);
    case DataType::kInt64:
      return Convert<int64_t>(contents.int64_contents(), "int64_contents", name);
    case DataType::kUint8:
      return Convert<uint8_t>(contents.uint_contents(), "uint_contents", name);
    case DataType::kUint16:
      return Convert<uint16_t>(contents.uint_contents(), "uint_contents", name);
    case DataType::kUint32:
      return Convert<uint32_t>(contents.uint_contents(), "uint_contents", name);
    case DataType::kUint64:
      return Convert<uint64_t>(contents.uint64_contents(), "uint64_contents", name);
    case DataType::kFloat32:
      return Convert<float>(contents.fp32_contents(), "fp32_contents", name);
    case DataType::kFloat64:
      return Convert<double>(contents.fp64_contents(), "fp64_contents", name);
    case DataType::kFloat16:
    case DataType::kBfloat16:
      return InvalidArgument(
          "input \"{}\" is of {}, which has no typed contents: use raw_input_contents", name,
          Name(type));
  }
  return Internal("input \"{}\" has an unhandled datatype", name);
}

absl::StatusOr<std::string> ReadShared(const SharedMemoryRange& range,
                                       const SharedMemoryRegions& regions,
                                       const std::string& input) {
  // An object may be larger than its memory, so its size does not bound what is allocated here.
  if (range.byte_size > regions.max_tensor_bytes()) {
    return InvalidArgument("input \"{}\" has {} bytes in shared memory, expected at most {}", input,
                           range.byte_size, regions.max_tensor_bytes());
  }
  std::string bytes(range.byte_size, '\0');
  RELUSERVE_RETURN_IF_ERROR(range.region->Read(range.offset, {bytes.data(), bytes.size()}));
  return bytes;
}

absl::Status CheckRawCount(const ModelInferRequest& message, int taken) {
  if (message.raw_input_contents_size() == taken) return absl::OkStatus();
  return InvalidArgument(
      "raw_input_contents has {} entries, expected {}, one for each input that is not in shared "
      "memory",
      message.raw_input_contents_size(), taken);
}

}  // namespace

absl::StatusOr<InputContents> FindContents(const ModelInferRequest& message,
                                           const SharedMemoryRegions& regions) {
  InputContents contents;
  contents.owned.resize(static_cast<size_t>(message.inputs_size()));
  const bool raw = message.raw_input_contents_size() > 0;
  int next_raw = 0;
  for (int i = 0; i < message.inputs_size(); ++i) {
    const ModelInferRequest::InferInputTensor& input = message.inputs(i);
    std::string& owned = contents.owned[static_cast<size_t>(i)];
    std::optional<SharedMemoryRange> shared;
    if (!input.parameters().empty()) {
      RELUSERVE_ASSIGN_OR_RETURN(shared,
                                 SharedMemoryParameters(input.parameters(), regions,
                                                        fmt::format("input \"{}\"", input.name())));
    }
    if (input.has_contents() && (raw || shared)) {
      return InvalidArgument("input \"{}\" has both contents and {}, expected one", input.name(),
                             raw ? "raw_input_contents" : "shared memory");
    }
    std::string_view bytes = owned;
    if (shared) {
      RELUSERVE_ASSIGN_OR_RETURN(owned, ReadShared(*shared, regions, input.name()));
      bytes = owned;
    } else if (!raw) {
      RELUSERVE_ASSIGN_OR_RETURN(owned, TypedBytes(input));
      bytes = owned;
    } else if (next_raw < message.raw_input_contents_size()) {
      bytes = message.raw_input_contents(next_raw);
    }
    if (!shared) ++next_raw;
    contents.tensors.push_back({input.name(),
                                input.datatype(),
                                {input.shape().data(), static_cast<size_t>(input.shape_size())},
                                bytes});
  }
  if (raw) RELUSERVE_RETURN_IF_ERROR(CheckRawCount(message, next_raw));
  return contents;
}

}  // namespace reluserve::rpc
