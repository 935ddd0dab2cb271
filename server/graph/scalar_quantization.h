// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the passes and the engine ask of quantised values.

#ifndef RELUSERVE_SERVER_GRAPH_SCALAR_QUANTIZATION_H_
#define RELUSERVE_SERVER_GRAPH_SCALAR_QUANTIZATION_H_

#include <cstdint>
#include <optional>

#include "server/graph/graph.h"

namespace reluserve::graph {

// A whole tensor quantised by one scale and zero point: code q of type int8 or uint8 stands for
// scale * (q - zero_point).
struct ScalarQuantization {
  float scale = 1.0f;
  int32_t zero_point = 0;
  DataType type = DataType::kUint8;

  int32_t lowest() const { return type == DataType::kInt8 ? -128 : 0; }
  int32_t highest() const { return type == DataType::kInt8 ? 127 : 255; }
  // Whether no code stands for a negative number: quantising is a ReLU then.
  bool rectifies() const { return zero_point == lowest(); }
  // The code nearest to `value`, halves to even; the ends of the range for what lies beyond.
  int32_t Quantize(float value) const;

  friend bool operator==(const ScalarQuantization&, const ScalarQuantization&) = default;
};

// By these operands, a scale and a zero point that may be absent (0, uint8): nothing where they are
// not constants of one element, the scale is not a positive finite number, or the type is neither
// int8 nor uint8.
std::optional<ScalarQuantization> QuantizationBy(const Graph& graph, ValueId scale,
                                                 ValueId zero_point);

// That of a node's first output, of the operators that quantise their result: QuantizeLinear and
// the QLinear ones. Nothing for all others and for the reasons above.
std::optional<ScalarQuantization> ResultQuantization(const Graph& graph, const Node& node);

// Whether the activation keeps the order of its arguments and only clamps them, so that it may as
// well clamp codes: Relu and Clip.
bool Clamps(const Activation& activation);

// The codes that such an activation clamps a quantised result to.
struct CodeRange {
  int32_t low = 0;
  int32_t high = 0;
};
CodeRange RangeOf(const Activation& activation, const ScalarQuantization& quantization);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_SCALAR_QUANTIZATION_H_
