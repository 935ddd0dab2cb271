// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The symbolic form of a model: what the importer makes, the passes rewrite, and the engine
// compiles.

#ifndef RELUSERVE_SERVER_GRAPH_GRAPH_H_
#define RELUSERVE_SERVER_GRAPH_GRAPH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "server/graph/op.h"
#include "server/tensor/tensor.h"

namespace reluserve::graph {

// Values are numbered from 0 and never renumbered, so that facts about them survive the passes.
using ValueId = int32_t;
// Stands for an optional operand or output that is absent.
inline constexpr ValueId kNoValue = -1;

struct Value {
  // Where the elements of a constant come from.
  enum class Origin : uint8_t { kModel, kComputed, kFilled };

  std::string name;                // as in the model, unique; names outputs and error messages
  std::optional<Tensor> constant;  // the elements, where they are known at load
  Origin origin = Origin::kModel;  // of the constant; bounds what files can make folding allocate
};

// One extent of a model input. Symbolic where the model leaves it open.
struct Dim {
  int64_t extent = -1;  // -1 when symbolic
  std::string symbol;   // equal symbols mean equal extents; never empty when symbolic

  bool symbolic() const { return extent < 0; }
};

// An input a client has to send.
struct Input {
  ValueId value = kNoValue;
  DataType type = DataType::kFloat32;
  std::vector<Dim> dims;
};

// An activation layer fused into the node that computes its input; of codes, a Relu or Clip.
struct FusedActivation {
  Activation activation;
  std::string layer_name;  // the name it is reported under
  std::string op_type;     // the ONNX operator, "Relu"
};

// One operation. After its own arithmetic a node does what was fused into it, in this order: add
// the residual operand, then apply the activation; outputs[0] is the result of it all.
struct Node {
  std::string name;     // the model's, or that of its first output; unique within the graph
  std::string op_type;  // the ONNX operator it came from, for messages: "Relu", "Sum"
  Op op;
  std::vector<ValueId> inputs;  // kNoValue where an optional operand is absent
  std::vector<ValueId> outputs;
  std::optional<ValueId> residual;  // Conv only; also counted among a value's users
  std::optional<FusedActivation> activation;
  std::vector<std::string> absorbed;  // what the passes put into it, "BatchNormalization bn1"
};

// A model as nodes in an order in which each comes after those it reads. Move-only in spirit:
// copies share constants but not structure. Not synchronised; shared only once nobody changes it.
class Graph {
 public:
  ValueId AddValue(std::string name);
  ValueId AddConstant(std::string name, Tensor tensor);
  // A name no value has yet, made from `base`.
  std::string UniqueValueName(const std::string& base) const;

  const Value& value(ValueId id) const { return values_[id]; }
  Value& value(ValueId id) { return values_[id]; }
  int value_count() const { return static_cast<int>(values_.size()); }
  // The constant that operand is, or null.
  const Tensor* ConstantOf(ValueId id) const;

  // Structure, open to the importer and the passes. Validate() after changing it.
  std::vector<Node> nodes;
  std::vector<Input> inputs;
  std::vector<ValueId> outputs;

  // For each value the index in `nodes` of the node that makes it, or -1 for inputs and constants.
  std::vector<int> Producers() const;
  // For each value the number of its readers: node operands, residuals, and graph outputs.
  std::vector<int> UseCounts() const;

  // Makes every reader of `from` (nodes, residuals, graph outputs) read `to` instead.
  void ReplaceUses(ValueId from, ValueId to);
  // Removes nodes whose outputs nobody reads, and the constants that leaves unread; returns how
  // many nodes. Value numbers stay.
  int RemoveDeadNodes();
  // Puts the nodes in an order in which each comes after those it reads, keeping the present order
  // where that allows. INVALID_ARGUMENT naming a node that is part of a cycle.
  absl::Status SortTopologically();

  // Checks that operands are defined before they are read, made by one node only, and that inputs
  // and outputs exist. INTERNAL or INVALID_ARGUMENT naming the node and value at fault.
  absl::Status Validate() const;

  // One line an input, node and output:
  //   %relu1 = Conv(%data, %w[64,3,7,7]) strides=[2,2] pads=[3,3,3,3] + Relu "relu1"  # conv1 <-
  //   BatchNormalization bn1
  std::string ToString() const;

 private:
  std::vector<Value> values_;
};

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_GRAPH_H_
