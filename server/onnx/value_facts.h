// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What can be told of values before any shape is known: element types and ranks. Old operators need
// them: a PRelu-6 slope is brought to the rank of its operand, CastLike to the type of one.

#ifndef RELUSERVE_SERVER_ONNX_VALUE_FACTS_H_
#define RELUSERVE_SERVER_ONNX_VALUE_FACTS_H_

#include <functional>
#include <optional>

#include "server/graph/graph.h"

namespace reluserve::onnx_import {

struct ValueFacts {
  std::optional<DataType> type;
  std::optional<int> rank;
};

// The facts of a value that stands before the node; none for absent operands.
using FactsLookup = std::function<ValueFacts(graph::ValueId)>;

// The facts of output `index` of a node. `graph` is asked for constants only.
ValueFacts InferFacts(const graph::Graph& graph, const graph::Node& node, int index,
                      const FactsLookup& facts);

// Whether the operator computes in double precision when its operands have it. Layers, activations
// and resampling do not: they are computed in FP32.
bool AcceptsFloat64(const graph::Op& op);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_VALUE_FACTS_H_
