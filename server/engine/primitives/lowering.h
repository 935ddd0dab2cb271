// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How operators become oneDNN primitives: one file for each family in this folder, and one row for
// each operator in the table of lowering.cc. An operator without a row is computed by our own
// kernel.

#ifndef RELUSERVE_SERVER_ENGINE_PRIMITIVES_LOWERING_H_
#define RELUSERVE_SERVER_ENGINE_PRIMITIVES_LOWERING_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/engine/plan_builder.h"
#include "server/graph/graph.h"

namespace reluserve::engine {

// Appends the steps of one node, fused parts included, and defines its outputs. False, with nothing
// appended, where oneDNN has nothing for these operands: the node is then left to our own kernel.
// Shapes and types have passed inference.
using Lowering = absl::StatusOr<bool> (*)(const graph::Node& node, PlanBuilder& builder);

// The lowering for an operator, or null where it has none.
Lowering FindLowering(const graph::Op& op);

absl::StatusOr<bool> LowerConvolution(const graph::Node& node, PlanBuilder& builder);
// Of LowerConvolution: by our own kernel (depthwise.h), which counts on the way, where it has one.
absl::StatusOr<bool> LowerDepthwise(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerDeconvolution(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerGemm(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerMatMul(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerBatchNormalization(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerLrn(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerPool(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerActivation(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerBinary(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerConcat(const graph::Node& node, PlanBuilder& builder);
// Identity, Reshape, Flatten, Squeeze, Unsqueeze: the same memory under another shape.
absl::StatusOr<bool> LowerView(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerTranspose(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerQuantizeLinear(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerDequantizeLinear(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerQLinearConv(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerConvInteger(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerQLinearMatMul(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerMatMulInteger(const graph::Node& node, PlanBuilder& builder);
absl::StatusOr<bool> LowerQLinearBinary(const graph::Node& node, PlanBuilder& builder);

// --- Shared by the lowerings ---

// What of a node's fused parts its primitive does itself.
struct Fused {
  bool residual = false;
  bool activation = false;
};

// Appends the activation as post-ops; false, with `ops` unchanged, where oneDNN has no exact form.
bool AppendActivation(const graph::Activation& activation, dnnl::post_ops& ops);

// Appends a clamping activation of real numbers as post-ops on numbers in units of `scale`.
void AppendClamp(const graph::Activation& activation, float scale, dnnl::post_ops& ops);

// Whether a primitive's own copy of the weights takes no more than a few times what the model has:
// blocks of 16 channels on both sides are mostly padding for a layer of one channel.
bool PacksWell(const compat::Desc& given, const compat::Desc& packed);

// Whether the node is a convolution of each channel by itself, in whole blocks of channels.
bool IsDepthwise(const graph::Node& node, const Shape& source);

// Convolution weights [M, C/group, kernel...] with the group axis split off where there are groups.
Shape GroupedWeights(const Shape& weights, int64_t group);

// Attributes of every primitive: scratchpad from the arena, and the node's fused activation as a
// post-op where that is possible now (never in a strict plan); `fused` says whether it was.
dnnl::primitive_attr MakeAttributes(const graph::Node& node, const PlanBuilder& builder,
                                    Fused& fused);

// After outputs[0] has been defined: does what of the residual and activation is not `fused`.
absl::Status FinishNode(const graph::Node& node, Fused fused, PlanBuilder& builder);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PRIMITIVES_LOWERING_H_
