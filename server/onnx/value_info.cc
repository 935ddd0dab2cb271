// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/value_info.h"

#include <utility>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/onnx/names.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {
namespace {

// Exporters write an open extent as a symbol, as nothing, as "?" or "None", as -1 or as 0.
bool HasSymbol(const onnx::TensorShapeProto::Dimension& dim) {
  const std::string& symbol = dim.dim_param();
  return !symbol.empty() && symbol != "?" && symbol != "-1" && symbol != "None";
}

absl::StatusOr<DataType> ReadType(const onnx::TypeProto& type) {
  switch (type.value_case()) {
    case onnx::TypeProto::kTensorType:
      return DataTypeFromOnnx(type.tensor_type().elem_type());
    case onnx::TypeProto::VALUE_NOT_SET:
      return InvalidArgument("has no type");
    default:
      return Unimplemented(
          "is no tensor; sequences, maps, optionals and sparse tensors are not supported");
  }
}

}  // namespace

InputReader::InputReader(const onnx::GraphProto& graph) {
  for (const onnx::ValueInfoProto& input : graph.input()) {
    for (const onnx::TensorShapeProto::Dimension& dim : input.type().tensor_type().shape().dim()) {
      if (HasSymbol(dim)) symbols_.insert(dim.dim_param());
    }
  }
}

absl::StatusOr<DeclaredInput> InputReader::Read(const onnx::ValueInfoProto& input) {
  DeclaredInput declared;
  RELUSERVE_ASSIGN_OR_RETURN(declared.type, ReadType(input.type()));
  const onnx::TypeProto::Tensor& tensor = input.type().tensor_type();
  if (!tensor.has_shape()) {
    return InvalidArgument("has no shape; its rank at least has to be known");
  }
  if (tensor.shape().dim_size() > kMaxRank) {
    return InvalidArgument("has {} dimensions, at most {} are supported", tensor.shape().dim_size(),
                           kMaxRank);
  }
  std::optional<int64_t> byte_count = static_cast<int64_t>(ByteSize(declared.type));
  for (const onnx::TensorShapeProto::Dimension& dim : tensor.shape().dim()) {
    if (HasSymbol(dim)) RELUSERVE_RETURN_IF_ERROR(CheckName("a dimension", dim.dim_param()));
    graph::Dim read = ReadDim(dim, input.name(), declared.dims.size());
    if (!read.symbolic()) byte_count = CheckedMultiply(*byte_count, read.extent);
    if (!byte_count) return InvalidArgument("has extents whose product overflows");
    declared.dims.push_back(std::move(read));
  }
  return declared;
}

graph::Dim InputReader::ReadDim(const onnx::TensorShapeProto::Dimension& dim,
                                const std::string& input, size_t axis) {
  if (dim.dim_value() > 0) return {.extent = dim.dim_value(), .symbol = ""};
  if (HasSymbol(dim)) return {.extent = -1, .symbol = dim.dim_param()};
  // Nothing says that it equals another extent.
  if (axis == 0 && symbols_.insert("batch").second) return {.extent = -1, .symbol = "batch"};
  std::string symbol = fmt::format("{}_dim{}", input, axis);
  while (!symbols_.insert(symbol).second) symbol += "_";
  return {.extent = -1, .symbol = symbol};
}

absl::StatusOr<std::optional<DataType>> ReadOutputType(const onnx::ValueInfoProto& output) {
  const onnx::TypeProto& type = output.type();
  const bool is_typeless_tensor = type.has_tensor_type() && type.tensor_type().elem_type() == 0;
  if (type.value_case() == onnx::TypeProto::VALUE_NOT_SET || is_typeless_tensor) {
    return std::nullopt;
  }
  RELUSERVE_ASSIGN_OR_RETURN(const DataType read, ReadType(type));
  return read;
}

}  // namespace reluserve::onnx_import
