// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_GRAPH_BUILDER_H_
#define RELUSERVE_SERVER_ONNX_GRAPH_BUILDER_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/graph/graph.h"
#include "server/onnx/value_facts.h"

namespace reluserve::onnx_import {

// A graph in the making: the names of the file, the value each stands for, and what is known of it.
//
// Values of the file are defined by name, once. Values that the import adds get names of their own,
// which no value of the file has. The graph always computes in FP32 where the file says FLOAT16 or
// BFLOAT16: an input of such a type is converted where it enters, and whoever reads it by name gets
// the converted value; an output is converted back where it leaves.
class GraphBuilder {
 public:
  // Most values a graph may have, and so most entries in all that is kept for each of them.
  static constexpr int kMaxValues = 500'000;

  // A new value of that name. INVALID_ARGUMENT when the name is no clean text or is taken.
  absl::StatusOr<graph::ValueId> Define(const std::string& name);
  // The same for a value whose elements are known, and for an input of the model.
  absl::Status DefineConstant(const std::string& name, Tensor tensor);
  absl::Status DefineInput(const std::string& name, DataType type, std::vector<graph::Dim> dims);

  // Converts the inputs of 16-bit floating-point types. To be called once, after all values of the
  // file are defined and before anything reads them.
  void ConvertInputs();

  // The value of that name; kNoValue when nothing defines it.
  graph::ValueId Find(const std::string& name) const;
  // What a node that names it as an operand reads: the same, or what it was converted to.
  graph::ValueId Operand(const std::string& name) const;

  // Makes the value of that name, which has to be defined, the next output of the graph, of the
  // type the file declares where that is a 16-bit floating-point type.
  void AddOutput(const std::string& name, DataType declared);

  // Values that the file does not have; `base` starts their names.
  graph::ValueId AddValue(const std::string& base);
  graph::ValueId AddConstant(const std::string& base, Tensor tensor);
  // Tells the elements of a value defined before, in place of a node that would make it.
  void SetConstant(graph::ValueId id, Tensor tensor);

  // Appends a node under a name that no other node has, made from `name`.
  void AddNode(const std::string& name, std::string op_type, graph::Op op,
               std::vector<graph::ValueId> inputs, std::vector<graph::ValueId> outputs);

  const graph::Graph& graph() const { return graph_; }
  // The node added so far that makes the value, or null. Valid until the next node is added.
  const graph::Node* Producer(graph::ValueId id) const;
  ValueFacts Facts(graph::ValueId id) const;

  // The finished graph in topological order, validated. Leaves the builder empty.
  absl::StatusOr<graph::Graph> Finish() &&;

 private:
  using Names = std::unordered_map<std::string, graph::ValueId>;

  std::string Unique(const Names& taken, const std::string& base);

  graph::Graph graph_;
  Names values_;                                                  // by name
  Names nodes_;                                                   // names in use
  std::unordered_map<graph::ValueId, graph::ValueId> converted_;  // 16-bit input -> FP32 value
  std::vector<ValueFacts> facts_;                                 // by ValueId
  std::unordered_map<graph::ValueId, size_t> producers_;          // value -> position of its node
  int64_t next_suffix_ = 1;  // never goes back, so that names made to collide cost little
};

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_GRAPH_BUILDER_H_
