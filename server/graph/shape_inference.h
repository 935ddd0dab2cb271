// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Shapes and types of every value of a graph, for given shapes of its inputs.
//
// Inference works on known extents only. Shape arithmetic in the model (Shape -> Gather -> Concat
// -> Reshape) is then ordinary arithmetic on known tensors, done by the same kernels that compute
// anything else. What depends on the batch is found by inferring twice and comparing: symbolic.h.

#ifndef RELUSERVE_SERVER_GRAPH_SHAPE_INFERENCE_H_
#define RELUSERVE_SERVER_GRAPH_SHAPE_INFERENCE_H_

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/graph/graph.h"

namespace reluserve::graph {

// No value has more axes than this.
inline constexpr int kMaxRank = 32;

// What is known of a value once the input shapes are.
struct OperandInfo {
  DataType type = DataType::kFloat32;
  Shape shape;
  std::optional<Tensor> value;  // the elements, for constants and what follows from shapes alone
};

// Computes a node on known elements. Outputs have the types and shapes that inference gave.
// Implemented by engine/kernels; the graph library itself does no arithmetic.
using NodeEvaluator = std::function<absl::Status(const Node&, std::span<const TensorView> inputs,
                                                 std::span<const MutableTensorView> outputs)>;

// What one node's rule sees. Absent optional operands are null.
using OperandList = std::span<const OperandInfo* const>;

// The types and shapes of one node's outputs (fused parts change neither). INVALID_ARGUMENT when
// the operands do not fit the operator, saying which, what it has and what was expected;
// UNIMPLEMENTED when a shape depends on elements that are not known.
absl::StatusOr<std::vector<OperandInfo>> InferNode(const Node& node, OperandList operands);

// For every value of the graph, by ValueId; entries of values that nothing defines any more are
// default. `input_shapes` follow graph.inputs. Errors name the node: `node "conv1" (Conv): ...`.
// Element counts and byte counts of all shapes are checked against overflow.
absl::StatusOr<std::vector<OperandInfo>> InferShapes(const Graph& graph,
                                                     std::span<const Shape> input_shapes,
                                                     const NodeEvaluator& evaluate);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_SHAPE_INFERENCE_H_
