// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Layers of 8-bit integers as oneDNN convolutions: u8 or s8 source, s8 weights without a zero
// point, sums of 32 bits, then scale, bias, activation and the result's zero point in the same
// primitive.
//
// The sums are exact, so a sample gets the same bits whatever batch it is in.

#ifndef RELUSERVE_SERVER_ENGINE_PRIMITIVES_QUANTIZED_LAYER_H_
#define RELUSERVE_SERVER_ENGINE_PRIMITIVES_QUANTIZED_LAYER_H_

#include <optional>
#include <vector>

#include "server/engine/plan_builder.h"
#include "server/graph/graph.h"

namespace reluserve::engine {

// The operands of a quantised layer, by what they are rather than by their numbers; kNoValue where
// absent.
struct QuantizedOperands {
  graph::ValueId source = graph::kNoValue;
  graph::ValueId source_scale = graph::kNoValue;
  graph::ValueId source_zero_point = graph::kNoValue;
  graph::ValueId weights = graph::kNoValue;
  graph::ValueId weights_scale = graph::kNoValue;
  graph::ValueId weights_zero_point = graph::kNoValue;
  graph::ValueId result_scale = graph::kNoValue;
  graph::ValueId result_zero_point = graph::kNoValue;
  graph::ValueId bias = graph::kNoValue;
};

// Of QLinearConv and QLinearMatMul, and of ConvInteger and MatMulInteger.
QuantizedOperands QLinearOperands(const graph::Node& node);
QuantizedOperands IntegerOperands(const graph::Node& node);

// The geometry of a layer as a convolution.
struct QuantizedGeometry {
  Shape source;                // [N, C, spatial...]
  Shape weights;               // [M, C/group, kernel...]
  compat::Desc weights_given;  // how the constant lies, with the group axis where there are groups
  int64_t group = 1;
  compat::WindowArgs window;
  Shape result;  // [N, M, spatial...]
};

// What of a quantised layer is arithmetic.
struct QuantizedArithmetic {
  compat::Requantization requantization;
  std::vector<float> bias;  // M entries, in the unit that compat::kBiasInSums tells; or none
  DataType source_type = DataType::kUint8;
  DataType result_type = DataType::kUint8;
  float result_scale = 1.0f;  // what 1 of the scaled sum stands for
};

// The arithmetic of a layer of `channels` outputs; nothing where it is not all known, or is of a
// kind that oneDNN has nothing for, or this CPU not exact in.
std::optional<QuantizedArithmetic> ArithmeticOf(const QuantizedOperands& operands, int64_t channels,
                                                DataType result_type, const PlanBuilder& builder);

// Whether all sums that the weights can lead to are exact in single precision, through which oneDNN
// takes them even where the result is integer. A channel has `terms` weights, `stride` apart;
// channels begin next to each other where that is not 1, otherwise one after the other.
bool SumsFitFloat(const Tensor& weights, int64_t channels, int64_t terms, int64_t stride);

// Appends the layer and defines the node's output. False, with nothing appended, where oneDNN has
// no kernel for it.
absl::StatusOr<bool> AddQuantizedLayer(const graph::Node& node, const QuantizedOperands& operands,
                                       const QuantizedGeometry& geometry,
                                       const QuantizedArithmetic& arithmetic, PlanBuilder& builder);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PRIMITIVES_QUANTIZED_LAYER_H_
