// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The kernels, named after the graph operator each computes; kernel.h says what all of them
// promise. A comment tells what an operator's definition leaves open.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_KERNEL_LIST_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_KERNEL_LIST_H_

#include <absl/status/status.h>

#include "server/engine/kernels/operands.h"
#include "server/graph/graph.h"

namespace reluserve::engine::kernels {

// Element-wise. NaN passes through every activation, Max and Min included, so that a non-finite
// value is seen where it ends up and not hidden by a ReLU.
absl::Status Activation(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status PRelu(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Unary(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Binary(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Variadic(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Where(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Cast(const graph::Node& node, Inputs inputs, Outputs outputs);

// Along an axis. Among equals the lower index comes first; NaN ranks before every number.
absl::Status Softmax(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Reduce(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status ArgExtreme(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status TopK(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status CumSum(const graph::Node& node, Inputs inputs, Outputs outputs);

// Data movement, for elements of any type. CopyElements computes every operator that changes
// nothing but the shape: Identity, Reshape, Flatten, Squeeze, Unsqueeze.
absl::Status CopyElements(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Concat(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Split(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Slice(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Crop(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Pad(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Transpose(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status DepthToSpace(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status SpaceToDepth(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Expand(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Tile(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Gather(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status GatherElements(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status GatherNd(const graph::Node& node, Inputs inputs, Outputs outputs);
// Updates are written in order: of two that go to one place the last counts, or each is added.
absl::Status ScatterElements(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status ScatterNd(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status CenterCropPad(const graph::Node& node, Inputs inputs, Outputs outputs);

// What follows from shapes and single values.
absl::Status ShapeOf(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Size(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status ConstantOfShape(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Range(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status OneHot(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Trilu(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status EyeLike(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status NonZero(const graph::Node& node, Inputs inputs, Outputs outputs);

// Layers with weights. Sums are kept in double, those of integers wrap around.
absl::Status Conv(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status ConvTranspose(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Gemm(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status MatMul(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Einsum(const graph::Node& node, Inputs inputs, Outputs outputs);

// Normalisation, with sums in double.
absl::Status BatchNormalization(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status InstanceNormalization(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status GroupNormalization(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status LayerNormalization(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status LpNormalization(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status MeanVarianceNormalization(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Lrn(const graph::Node& node, Inputs inputs, Outputs outputs);

// Windows and images. A NaN in a window makes the pooled value NaN.
absl::Status Pool(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status MaxUnpool(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Resize(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status GridSample(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status AffineGrid(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status RoiAlign(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status Col2Im(const graph::Node& node, Inputs inputs, Outputs outputs);

// Quantisation. Values are rounded half to even and saturate; NaN becomes the zero point.
absl::Status QuantizeLinear(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status DequantizeLinear(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status DynamicQuantizeLinear(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status QLinearConv(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status QLinearMatMul(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status QLinearBinary(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status ConvInteger(const graph::Node& node, Inputs inputs, Outputs outputs);
absl::Status MatMulInteger(const graph::Node& node, Inputs inputs, Outputs outputs);

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_KERNEL_LIST_H_
