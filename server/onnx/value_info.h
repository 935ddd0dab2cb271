// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What a file declares of a graph's inputs and outputs.

#ifndef RELUSERVE_SERVER_ONNX_VALUE_INFO_H_
#define RELUSERVE_SERVER_ONNX_VALUE_INFO_H_

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <absl/status/statusor.h>
#include <onnx/onnx_pb.h>

#include "server/graph/graph.h"

namespace reluserve::onnx_import {

struct DeclaredInput {
  DataType type = DataType::kFloat32;
  std::vector<graph::Dim> dims;
};

// Reads the inputs of one graph. Extents that the file leaves open without a symbol get one of
// their own: "batch" for the first outermost one, "<input>_dim<axis>" for others.
class InputReader {
 public:
  explicit InputReader(const onnx::GraphProto& graph);

  // Messages start with what is wrong. UNIMPLEMENTED for anything but tensors of supported types,
  // INVALID_ARGUMENT for a missing or impossible shape.
  absl::StatusOr<DeclaredInput> Read(const onnx::ValueInfoProto& input);

 private:
  graph::Dim ReadDim(const onnx::TensorShapeProto::Dimension& dim, const std::string& input,
                     size_t axis);

  std::unordered_set<std::string> symbols_;  // in use
};

// The element type of an output, or nothing where the file leaves it out. Errors as above.
absl::StatusOr<std::optional<DataType>> ReadOutputType(const onnx::ValueInfoProto& output);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_VALUE_INFO_H_
