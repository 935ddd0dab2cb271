// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/input_contents.h"

#include <cstring>
#include <type_traits>
#include <utility>

#include "server/base/status.h"
#include "server/rpc/bytes_tensor.h"
#include "server/rpc/infer_parameters.h"

namespace reluserve::rpc {
namespace {

using inference::InferTensorContents;
using inference::ModelInferRequest;

// The elements of a repeated field as bytes: those of the field, where they are of the tensor's
// type, or converted ones in `owned` where that is narrower.
template <typename To, typename Field>
absl::StatusOr<std::string_view> Elements(const Field& field, std::string_view field_name,
                                          std::string_view tensor, std::string& owned) {
  if (field.empty()) {
    return InvalidArgument("input \"{}\" has no elements in {}, where those of its datatype go",
                           tensor, field_name);
  }
  const size_t size = static_cast<size_t>(field.size()) * sizeof(To);
  if constexpr (std::is_same_v<typename Field::value_type, To>) {
    return std::string_view(reinterpret_cast<const char*>(field.data()), size);
  }
  owned.resize(size);
  for (int i = 0; i < field.size(); ++i) {
    const auto value = static_cast<To>(field[i]);
    if (value != field[i] && field[i] == field[i]) {
      return InvalidArgument(
          "input \"{}\" has element {} at position {}, which its datatype cannot hold", tensor,
          field[i], i);
    }
    std::memcpy(owned.data() + static_cast<size_t>(i) * sizeof(To), &value, sizeof(To));
  }
  return owned;
}

// The typed contents of an input as bytes.
std::string RawBytesElements(const InferTensorContents& contents) {
  std::string raw;
  for (const std::string& element : contents.bytes_contents()) AppendBytesElement(element, raw);
  return raw;
}

// In the message or in `owned`.
absl::StatusOr<std::string_view> TypedBytes(const ModelInferRequest::InferInputTensor& input,
                                            std::string& owned) {
  if (input.datatype() == kBytes) return owned = RawBytesElements(input.contents());
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, ParseDataType(input.name(), input.datatype()));
  const InferTensorContents& contents = input.contents();
  const std::string& name = input.name();
  switch (type) {
    case DataType::kBool:
      return Elements<bool>(contents.bool_contents(), "bool_contents", name, owned);
    case DataType::kInt8:
      return Elements<int8_t>(contents.int_contents(), "int_contents", name, owned);
    case DataType::kInt16:
      return Elements<int16_t>(contents.int_contents(), "int_contents", name, owned);
    case DataType::kInt32:
      return Elements<int32_t>(contents.int_contents(), "int_contents", name, owned);
    case DataType::kInt64:
      return Elements<int64_t>(contents.int64_contents(), "int64_contents", name, owned);
    case DataType::kUint8:
      return Elements<uint8_t>(contents.uint_contents(), "uint_contents", name, owned);
    case DataType::kUint16:
      return Elements<uint16_t>(contents.uint_contents(), "uint_contents", name, owned);
    case DataType::kUint32:
      return Elements<uint32_t>(contents.uint_contents(), "uint_contents", name, owned);
    case DataType::kUint64:
      return Elements<uint64_t>(contents.uint64_contents(), "uint64_contents", name, owned);
    case DataType::kFloat32:
      return Elements<float>(contents.fp32_contents(), "fp32_contents", name, owned);
    case DataType::kFloat64:
      return Elements<double>(contents.fp64_contents(), "fp64_contents", name, owned);
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
      RELUSERVE_ASSIGN_OR_RETURN(bytes, TypedBytes(input, owned));
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
