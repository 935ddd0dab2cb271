// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_NODE_CONTEXT_H_
#define RELUSERVE_SERVER_ONNX_NODE_CONTEXT_H_

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <onnx/onnx_pb.h>

#include "server/base/status.h"
#include "server/graph/graph.h"
#include "server/onnx/graph_builder.h"

namespace reluserve::onnx_import {

// The largest window extent, stride, group count or block size accepted: products of two fit int64.
inline constexpr int64_t kMaxExtent = std::numeric_limits<int32_t>::max();

// One node of the file on its way into the graph: what an operator's import function reads and
// writes.
//
// The first error is kept and the rest of the function runs on harmlessly: readers then return
// their default, and what was added is thrown away with the graph. This keeps import functions to a
// statement or two; whoever called one looks at status() afterwards.
class NodeContext {
 public:
  struct Operands {
    std::vector<graph::ValueId> inputs;   // kNoValue where an optional operand is absent
    std::vector<graph::ValueId> outputs;  // kNoValue where an output is not wanted by anybody
  };

  // `proto` and `builder` have to outlive the context.
  NodeContext(const onnx::NodeProto& proto, int opset, std::string name, Operands operands,
              GraphBuilder& builder);

  // Of the default domain, or of the operator's own.
  int opset() const { return opset_; }
  const absl::Status& status() const { return status_; }

  // --- Attributes. Of another type than asked for is an error; absent gives `fallback`. ---
  bool Has(std::string_view name) const;
  int64_t Int(std::string_view name, int64_t fallback);
  // An integer or integers that have to be between `min` and `max`.
  int64_t IntBetween(std::string_view name, int64_t fallback, int64_t min, int64_t max);
  std::vector<int64_t> IntsBetween(std::string_view name, int64_t min, int64_t max);
  // An axis that fits some rank; whether it fits the operand's shows when shapes are known.
  int64_t Axis(std::string_view name, int64_t fallback);
  bool Flag(std::string_view name, bool fallback);
  float Float(std::string_view name, float fallback);
  std::vector<int64_t> Ints(std::string_view name);
  std::vector<float> Floats(std::string_view name);
  std::string String(std::string_view name, std::string_view fallback);
  std::optional<Tensor> TensorAttribute(std::string_view name);
  // One of a few words; the first is the default.
  template <typename T>
  T Choice(std::string_view name, std::initializer_list<std::pair<std::string_view, T>> choices);

  // --- Operands ---
  // kNoValue when absent.
  graph::ValueId Input(int index) const;
  // Input `index`, or, where the node has the attribute of integers that stood for it in older
  // opsets, a constant made of that.
  graph::ValueId InputOrAttribute(int index, std::string_view attribute);
  // The elements of an operand, or null when it is computed, an input of the model, or absent.
  const Tensor* Constant(graph::ValueId id) const { return builder_.graph().ConstantOf(id); }
  ValueFacts Facts(graph::ValueId id) const { return builder_.Facts(id); }
  // The node before this one that makes the value, or null.
  const graph::Node* Producer(graph::ValueId id) const { return builder_.Producer(id); }
  int input_count() const { return static_cast<int>(operands_.inputs.size()); }
  int output_count() const { return static_cast<int>(operands_.outputs.size()); }
  // Whether anybody reads that output.
  bool Wants(int output) const;

  // --- Results ---
  // A node that makes this node's outputs, from this node's inputs or from others.
  void Emit(graph::Op op) { Emit(std::move(op), operands_.inputs); }
  void Emit(graph::Op op, std::vector<graph::ValueId> inputs);
  // A node that makes that output alone, where each output is an operation of its own.
  void EmitOutput(int index, graph::Op op, std::vector<graph::ValueId> inputs);
  // A node in between; its value, and where it is the only one its node, are named "<name>/<step>".
  graph::ValueId EmitStep(std::string_view step, graph::Op op, std::vector<graph::ValueId> inputs);
  // The same for an operator that needs a step after what people know it as: that node is named as
  // this one, and its value "<name>/<value>"; and the last node, "<name>/<step>", which makes this
  // node's outputs.
  graph::ValueId EmitCore(std::string_view value, graph::Op op, std::vector<graph::ValueId> inputs);
  void EmitAfter(std::string_view step, graph::Op op, std::vector<graph::ValueId> inputs);
  graph::ValueId AddConstant(std::string_view step, Tensor tensor);
  // Makes the node's first output a constant; no node is added.
  void EmitConstant(Tensor tensor);
  // Gives up all outputs but the first `count`; an error if one of the others is read.
  void KeepOutputs(int count, std::string_view reason);

  // INVALID_ARGUMENT: the file contradicts itself or ONNX.
  template <typename... Args>
  void Fail(fmt::format_string<Args...> format, Args&&... args) {
    SetStatus(InvalidArgument(format, std::forward<Args>(args)...));
  }
  // UNIMPLEMENTED: valid, but outside what is supported.
  template <typename... Args>
  void Refuse(fmt::format_string<Args...> format, Args&&... args) {
    SetStatus(Unimplemented(format, std::forward<Args>(args)...));
  }
  void SetStatus(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

 private:
  // The attribute, or null when it is absent or has another type, which is then the error.
  const onnx::AttributeProto* Find(std::string_view name, onnx::AttributeProto::AttributeType type);
  void CheckBetween(std::string_view name, int64_t value, int64_t min, int64_t max);
  void AddNode(graph::Op op, const std::string& name, std::vector<graph::ValueId> inputs,
               std::vector<graph::ValueId> outputs);

  const onnx::NodeProto& proto_;
  int opset_;
  std::string name_;
  Operands operands_;
  GraphBuilder& builder_;
  absl::Status status_;
};

template <typename T>
T NodeContext::Choice(std::string_view name,
                      std::initializer_list<std::pair<std::string_view, T>> choices) {
  const std::string word = String(name, choices.begin()->first);
  std::string expected;
  for (const auto& [choice, value] : choices) {
    if (choice == word) return value;
    expected += fmt::format("{}\"{}\"", expected.empty() ? "" : ", ", choice);
  }
  Fail("attribute \"{}\" is \"{}\", expected one of {}", name, word, expected);
  return choices.begin()->second;
}

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_NODE_CONTEXT_H_
