// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which nodes of a graph are activation layers, and how their elements are counted.

#ifndef RELUSERVE_SERVER_ENGINE_ACTIVATION_LAYERS_H_
#define RELUSERVE_SERVER_ENGINE_ACTIVATION_LAYERS_H_

#include <optional>

#include "server/graph/graph.h"
#include "server/graph/scalar_quantization.h"
#include "server/sparsity/quantized_counter.h"
#include "server/sparsity/trace.h"

namespace reluserve::engine {

// An activation layer of a graph, and where to count it.
struct ActivationLayer {
  sparsity::LayerInfo info;
  // True where the output does not tell which elements were inactive, because a negative slope
  // folds them onto the others: the pre-activation is counted then. Never so for fused activations.
  bool count_input = false;
};

// The layer that a node is or has fused into it; nothing where it has none. A Clip is a layer when
// it rectifies (lower bound 0) or has two finite bounds; a one-sided bound, as models use to keep a
// divisor away from zero, is not.
std::optional<ActivationLayer> ActivationLayerOf(const graph::Graph& graph,
                                                 const graph::Node& node);

// The same rule for a layer that is quantised: an element is inactive where its code stands for a
// number that is not positive, up to the zero point that is, and saturated at the code of a bound
// or beyond it.
sparsity::QuantizedCountRule OnCodes(const sparsity::CountRule& rule,
                                     const graph::ScalarQuantization& quantization);

// Whether the elements of a layer can be counted: floats, or codes whose quantisation is known.
bool IsCountable(const graph::Graph& graph, const graph::Node& node, DataType type);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_ACTIVATION_LAYERS_H_
