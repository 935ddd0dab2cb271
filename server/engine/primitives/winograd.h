// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Convolutions by Winograd's algorithm: less than half the multiplications of the direct one, with
// a larger rounding error. oneDNN has it for 3x3 windows that move by 1, in its 2.x versions and on
// CPUs with AVX-512.

#ifndef RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINOGRAD_H_
#define RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINOGRAD_H_

#include <map>

#include <absl/status/statusor.h>

#include "server/engine/dnnl_compat.h"
#include "server/engine/tuning.h"
#include "server/engine/weight_store.h"
#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"
#include "server/tensor/shape.h"

namespace reluserve::engine {

// What a result of Winograd's algorithm may differ from the exact one, as a share of the sum of
// |input * weight| over its window. Direct convolution in floats stays within about 2^-22.
inline constexpr double kWinogradErrorBound = 1.0 / (1 << 18);

// Channels of a block in the layout that Winograd's kernels, and with them the whole network, use.
inline constexpr int64_t kWinogradBlock = 16;

// The tiles of results that Winograd's algorithm works by.
struct WinogradChoice {
  int tile = 0;  // their extent: 2 or 4, for the shapes that it was chosen for
  // Whether it is so for other shapes as well; else the rule is asked for these.
  bool fixed = false;
};
using WinogradNodes = std::map<graph::ValueId, WinogradChoice>;  // by the first output

// The extent of the tiles that is fastest as a rule, or 0 where the direct algorithm is as fast.
int WinogradTile(const Shape& weights, const Shape& result);

// The primitive for these operands and tiles of that extent, or an empty descriptor where oneDNN
// has none on this CPU. `bias` may be a zero descriptor; source and result are blocked by
// kWinogradBlock channels.
dnnl::convolution_forward::primitive_desc MakeWinograd(const Shape& source, const Shape& weights,
                                                       const compat::Desc& bias,
                                                       const Shape& result,
                                                       const compat::WindowArgs& window,
                                                       const dnnl::primitive_attr& attr, int tile);

// The convolutions of the graph that `tuning`, or where it is null the rule, has computed so, for
// which there is a primitive, and whose results for random inputs are, with their own weights,
// within kWinogradErrorBound. `facts` are for one sample. Their weights are packed into the store.
absl::StatusOr<WinogradNodes> FindWinogradNodes(const graph::Graph& graph,
                                                const std::vector<graph::OperandInfo>& facts,
                                                const Tuning* tuning, WeightStore& weights);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINOGRAD_H_
