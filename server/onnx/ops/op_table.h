// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The ONNX operators that can be imported: one visible, ordered table.

#ifndef RELUSERVE_SERVER_ONNX_OPS_OP_TABLE_H_
#define RELUSERVE_SERVER_ONNX_OPS_OP_TABLE_H_

#include <limits>
#include <span>
#include <string_view>

namespace reluserve::onnx_import {

class NodeContext;

// The newest opset of the default domain whose operators are known; newer models are refused.
inline constexpr int kNewestOpset = 28;

inline constexpr std::string_view kDefaultDomain = "";
inline constexpr std::string_view kMicrosoftDomain = "com.microsoft";

// How many inputs or outputs a node may have.
struct Arity {
  static constexpr int kUnlimited = std::numeric_limits<int>::max();
  int min;
  int max;
};

// One form of an operator: the opsets in which ONNX gives it these operands and attributes.
// Operators whose form changed have several rows, in ascending order and without overlap; where a
// row's range spans opsets that ONNX lists apart, the operator changed in nothing that matters here
// (types).
struct OpRow {
  std::string_view name;
  std::string_view domain;
  int first_opset;
  int last_opset;
  Arity inputs;  // the first `min` have to be present
  Arity outputs;
  // The attributes ONNX defines, separated by spaces, those that have to be present marked with
  // '!'. A node with any other is refused.
  std::string_view attributes;
  // Adds the nodes of the canonical form to the graph. Called only with operands and attributes
  // that fit the row.
  void (*import)(NodeContext& node);
};

// All rows, by family. Static storage.
std::span<const OpRow> OpTable();

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_OPS_OP_TABLE_H_
