// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Constants that act on each channel of a value, as biases and scales do.

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_PER_CHANNEL_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_PER_CHANNEL_H_

#include <optional>
#include <vector>

#include "server/graph/graph.h"
#include "server/graph/passes/pass.h"

namespace reluserve::graph {

// One number for each channel, in double so that folding rounds once.
using ChannelValues = std::vector<double>;

// The float elements of a constant as one for each channel (axis 1) of a value of `rank` axes to
// which it is broadcast: of shape [C,1,1], [1,C,1,1], or a single element. Nothing where `id` is no
// such constant.
std::optional<ChannelValues> PerChannelConstant(const Graph& graph, ValueId id, int rank,
                                                int64_t channels);

// A layer that is linear in its weights: Conv, ConvTranspose or Gemm with constant float weights
// and bias, nothing fused into it, and its result read once.
struct LinearLayer {
  int node = -1;  // index in Graph::nodes
  int64_t channels = 0;
  int rank = 0;  // of the result
};

// The linear layer that makes `id`; nothing where that is something else. `producers` and `uses`
// are the graph's.
std::optional<LinearLayer> LinearLayerMaking(const Graph& graph, ValueId id,
                                             const std::vector<int>& producers,
                                             const std::vector<int>& uses);

// Changes the layer to give scale·y + shift for each channel where it gave y. The weights are new
// constants: others may read the old ones. False, with nothing changed, where a result is not
// finite.
bool ScaleAndShift(Graph& graph, const LinearLayer& layer, const ChannelValues& scale,
                   const ChannelValues& shift);

// The constant as doubles.
ChannelValues ToDoubles(const Tensor& tensor);
// The values as a float vector constant; nothing where one does not fit.
std::optional<Tensor> ToFloats(const ChannelValues& values, const Shape& shape);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_PER_CHANNEL_H_
