// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operands that a DequantizeLinear makes, as fuse-quantization wants them.

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_DEQUANTIZED_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_DEQUANTIZED_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "server/graph/graph.h"
#include "server/graph/passes/pass.h"
#include "server/graph/passes/rewriter.h"
#include "server/graph/scalar_quantization.h"

namespace reluserve::graph {

// A value made of int8 or uint8 codes by one scale.
struct DequantizedValue {
  ValueId codes = kNoValue;
  ValueId scale = kNoValue;
  ValueId zero_point = kNoValue;  // may be absent
  ScalarQuantization quantization;
};

// Nothing where `id` is no such value.
std::optional<DequantizedValue> DequantizedAt(const Graph& graph, Rewriter& rewriter,
                                              const PassContext& context, ValueId id);

// Constant weights made of int8 codes without a zero point, by one scale or one for each entry of
// an axis. Weights of uint8 with zero point 128 are the same with 128 taken off.
struct DequantizedWeights {
  Tensor codes;  // int8
  Tensor scale;  // one element, or as many as the axis has
};

// Nothing where `id` is no such value, or has scales along another axis than `axis`.
std::optional<DequantizedWeights> WeightsAt(const Graph& graph, Rewriter& rewriter, ValueId id,
                                            int axis);
// The same for operands `codes`, `scale` and `zero_point` of an operator on integers, where the
// scale is none of our business and may be absent.
std::optional<Tensor> SignedCodes(const Graph& graph, ValueId codes, ValueId zero_point);

// A constant bias of `channels` numbers as floats, dequantised or given as such.
std::optional<std::vector<float>> BiasAt(const Graph& graph, Rewriter& rewriter, ValueId id,
                                         int64_t channels);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_DEQUANTIZED_H_
