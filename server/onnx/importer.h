// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// From an ONNX file to a graph.

#ifndef RELUSERVE_SERVER_ONNX_IMPORTER_H_
#define RELUSERVE_SERVER_ONNX_IMPORTER_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/base/byte_source.h"
#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"
#include "server/onnx/external_data.h"

namespace reluserve::onnx_import {

struct ImportOptions {
  // Largest file accepted, in bytes. Protobuf itself stops at 2 GiB.
  int64_t max_file_bytes = int64_t{2} << 30;
  // Reads the files beside the model where it keeps weights there. Empty: such models are refused.
  ReadExternalFile read_external;
  // Computes shapes, which decide the branch of an If. Empty: only constant conditions are
  // accepted.
  graph::NodeEvaluator evaluate;
};

// Facts about the file, for metadata and `describe`.
struct ModelInfo {
  std::string producer;  // "pytorch 1.13.1"
  int64_t ir_version = 0;
  int64_t opset = 0;  // of the default domain
  std::string graph_name;
};

struct ImportedModel {
  graph::Graph graph;  // validated, in topological order
  ModelInfo info;
  // Tells the content, with the weights that are read from other files, from others (ContentHash).
  uint64_t fingerprint = 0;
};

// Reads a serialised ModelProto. Every byte is taken as hostile: counts and sizes are checked
// before memory is asked for, and nothing outside `file` is read but by `read_external`. Large
// tensors are read straight into the graph's constants, so that no second copy of them is made.
//
// INVALID_ARGUMENT for a file that is not ONNX or contradicts itself (cycle, initializer of the
// wrong size, undefined value); UNIMPLEMENTED for an operator, attribute, type or domain outside
// what is supported. The message names the node, operator and opset, and what is supported instead.
absl::StatusOr<ImportedModel> ImportModel(const ByteSource& file,
                                          const ImportOptions& options = {});

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_IMPORTER_H_
