// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Convolutions by Winograd's algorithm: less than half the multiplications of the direct one, with
// a larger rounding error. oneDNN has it for 3x3 windows that move by 1, in its 2.x versions and on
// CPUs with AVX-512.

#ifndef RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINOGRAD_H_
#define RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINOGRAD_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/engine/dnnl_compat.h"
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

// The primitive for these operands, or an empty descriptor where oneDNN has none or the direct
// algorithm is as fast: a rule of the shapes and of the CPU's instruction set. `bias` may be a zero
// descriptor; source and result are blocked by kWinogradBlock channels.
dnnl::convolution_forward::primitive_desc MakeWinograd(const Shape& source, const Shape& weights,
                                                       const compat::Desc& bias,
                                                       const Shape& result,
                                                       const compat::WindowArgs& window,
                                                       const dnnl::primitive_attr& attr);

// The convolutions of the graph, by their first outputs, that MakeWinograd has a primitive for and
// whose results for random inputs are, with their own weights, within kWinogradErrorBound; of those
// only the ones of the names in `only`, where that is given. `facts` are for one sample. Their
// weights are packed into the store.
absl::StatusOr<std::set<graph::ValueId>> FindWinogradNodes(
    const graph::Graph& graph, const std::vector<graph::OperandInfo>& facts,
    const std::optional<std::set<std::string>>& only, WeightStore& weights);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINOGRAD_H_
