// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_NODE_IMPORTER_H_
#define RELUSERVE_SERVER_ONNX_NODE_IMPORTER_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <absl/status/status.h>
#include <onnx/onnx_pb.h>

#include "server/onnx/graph_builder.h"
#include "server/onnx/node_context.h"
#include "server/onnx/ops/op_table.h"

namespace reluserve::onnx_import {

// What the nodes of a file share.
struct FileFacts {
  std::unordered_map<std::string, int64_t> opsets;  // version by domain
  // Names that nodes read or that are outputs of the graph. The text is the file's.
  std::unordered_set<std::string_view> read_names;
};

// The node's own name, or that of its first output.
std::string NodeName(const onnx::NodeProto& proto);

// "ai.onnx" is the long name of the default domain.
std::string CanonicalDomain(const std::string& domain);

// Adds nodes of the file to a graph in which all values of the file are defined already.
class NodeImporter {
 public:
  // Both have to outlive the importer.
  NodeImporter(const FileFacts& file, GraphBuilder& builder) : file_(file), builder_(builder) {}

  // Errors begin with the node: `node "conv1" (Conv, opset 11): `.
  absl::Status Import(const onnx::NodeProto& proto);

 private:
  absl::Status ImportAt(const onnx::NodeProto& proto, const std::string& domain, int64_t opset);
  // The row of the operator table for that opset.
  absl::StatusOr<const OpRow*> FindRow(const std::string& domain, const std::string& op_type,
                                       int64_t opset) const;
  absl::StatusOr<NodeContext::Operands> ResolveOperands(const onnx::NodeProto& proto,
                                                        const OpRow& row);

  const FileFacts& file_;
  GraphBuilder& builder_;
};

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_NODE_IMPORTER_H_
