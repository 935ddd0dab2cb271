// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tensors and element types of ONNX files.

#ifndef RELUSERVE_SERVER_ONNX_TENSOR_PROTO_H_
#define RELUSERVE_SERVER_ONNX_TENSOR_PROTO_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <onnx/onnx_pb.h>

#include "server/onnx/external_data.h"
#include "server/onnx/raw_data.h"
#include "server/tensor/data_type.h"
#include "server/tensor/tensor.h"

namespace reluserve::onnx_import {

// Most extents a tensor may have.
inline constexpr int kMaxRank = 16;

// "FLOAT16", also for types newer than the ONNX library we build with; "type 99" for unknown
// numbers.
std::string OnnxTypeName(int64_t onnx_type);

// The number of the type of that name, as Cast-1 gives it, or nothing.
std::optional<int64_t> OnnxTypeFromName(std::string_view name);

// The element type of that ONNX number. UNIMPLEMENTED for strings, complex numbers and the formats
// of less than 16 bits but INT8 and UINT8; INVALID_ARGUMENT for UNDEFINED and unknown numbers.
absl::StatusOr<DataType> DataTypeFromOnnx(int64_t onnx_type);

// The type in which values of `type` are computed: FP32 for the 16-bit floating-point types,
// otherwise the type itself.
DataType ComputeType(DataType type);

// The elements of `proto`, in their compute type. The byte count that its shape asks for is
// compared with the data that is there before memory is allocated. Data in other files is asked
// for from `external`; without it such tensors are refused. `cut` is what a raw_data field held
// that was taken out of `proto`; null: none was.
//
// INVALID_ARGUMENT when shape and data do not fit or a value does not fit its type; UNIMPLEMENTED
// for types without support. Messages start with what is wrong; the caller puts the tensor's name
// in front.
absl::StatusOr<Tensor> TensorFromProto(const onnx::TensorProto& proto,
                                       ExternalData* external = nullptr,
                                       const RawData* cut = nullptr);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_TENSOR_PROTO_H_
