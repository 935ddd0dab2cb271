// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Sliding windows of the graph as oneDNN wants them.

#ifndef RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINDOW_ARGS_H_
#define RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINDOW_ARGS_H_

#include <cstdint>

#include <absl/status/statusor.h>

#include "server/engine/dnnl_compat.h"
#include "server/engine/plan_builder.h"
#include "server/graph/graph.h"
#include "server/graph/ops/window.h"

namespace reluserve::engine {

// The window with dilations counted from 0, and padded at the end at least as far as its last
// position reaches.
compat::WindowArgs ToWindowArgs(const graph::ResolvedWindow& window, const Shape& source);

// Of a Conv or ConvTranspose node with known shapes.
absl::StatusOr<compat::WindowArgs> ConvolutionWindow(const graph::Node& node,
                                                     const PlanBuilder& builder);
absl::StatusOr<compat::WindowArgs> DeconvolutionWindow(const graph::Node& node,
                                                       const PlanBuilder& builder);

// Of any convolution by its window and the shapes of its operands.
absl::StatusOr<compat::WindowArgs> ConvolutionWindow(const graph::Window& window,
                                                     const Shape& source, const Shape& weights);

// Multiply-accumulates of a Conv or ConvTranspose: each weight meets every position of the result
// (Conv) or of the source (ConvTranspose), padding included.
int64_t MultiplyAccumulates(const graph::Node& node, const PlanBuilder& builder);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PRIMITIVES_WINDOW_ARGS_H_
