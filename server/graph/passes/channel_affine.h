// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_CHANNEL_AFFINE_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_CHANNEL_AFFINE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "server/graph/graph.h"

namespace reluserve::graph {

// One number a channel (axis 1), in double so that folding several nodes rounds once.
using ChannelValues = std::vector<double>;

// y = scale·x + shift for each channel.
struct ChannelAffine {
  ChannelValues scale;
  ChannelValues shift;

  static ChannelAffine Identity(int64_t channels);
  // First this, then `next`.
  ChannelAffine Then(const ChannelAffine& next) const;
  bool scales() const;  // any scale is not 1
  bool shifts() const;  // any shift is not 0
};

// What of a value must be known to tell that a constant acts on its channels.
struct ChannelShape {
  int64_t channels = 0;
  int rank = 0;
};

// What a node makes of its operand `id`, where that is an affine function of each channel with
// constant coefficients: a BatchNormalization, or an Add, Sub, Mul or Div of a constant of shape
// [C,1,1], [1,C,1,1] or of one element, with nothing fused into it. Nothing where it is anything
// else or not finite.
std::optional<ChannelAffine> AffineOf(const Graph& graph, const Node& node, ValueId id,
                                      const ChannelShape& shape);

// The float constant `id` as one number for each channel of a value to which it is broadcast;
// nothing where `id` is no such constant or is more than that.
std::optional<ChannelValues> PerChannel(const Graph& graph, ValueId id, const ChannelShape& shape);

// A float vector of the values; nothing where one of them is not finite as a float.
std::optional<Tensor> ToFloats(const ChannelValues& values);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_CHANNEL_AFFINE_H_
