// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The rules that tell types and shapes of a node's outputs: one function an operator, in a file for
// each family, and the table of them all. A rule also checks everything about its operands that
// kernels and primitives rely on.

#ifndef RELUSERVE_SERVER_GRAPH_OPS_RULES_H_
#define RELUSERVE_SERVER_GRAPH_OPS_RULES_H_

#include <array>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/graph/graph.h"
#include "server/graph/ops/operands.h"
#include "server/graph/shape_inference.h"

namespace reluserve::graph {

// Types and shapes of all outputs the operator can have, in its order. Values are left open, but
// for those that follow from shapes alone.
using RuleResult = absl::StatusOr<std::vector<OperandInfo>>;
using Rule = RuleResult (*)(const Node& node, const Operands& operands);

// What the graph knows of an operator's form.
struct OpRule {
  size_t op;  // OpIndex of the operator
  Rule infer;
  // Operand names, in order. "[B]" may be absent; a last "inputs..." stands for one or more. Of
  // "#axes" the elements decide shapes: they have to be known, and nothing else of it enters the
  // result.
  std::array<std::string_view, 9> operands;
};

const OpRule& RuleOf(const Op& op);

// What most rules return.
inline std::vector<OperandInfo> OneOutput(DataType type, Shape shape) {
  std::vector<OperandInfo> outputs(1);
  outputs[0].type = type;
  outputs[0].shape = std::move(shape);
  return outputs;
}

// convolution.cc
RuleResult InferConv(const Node& node, const Operands& operands);
RuleResult InferConvTranspose(const Node& node, const Operands& operands);
// What Conv, QLinearConv and ConvInteger share: the output's shape, with channels and groups
// checked.
absl::StatusOr<Shape> ConvolutionOutput(const Window& window, int64_t group, const Shape& x,
                                        const Shape& weights);
// matmul.cc
RuleResult InferGemm(const Node& node, const Operands& operands);
RuleResult InferMatMul(const Node& node, const Operands& operands);
// normalization.cc
RuleResult InferBatchNormalization(const Node& node, const Operands& operands);
RuleResult InferInstanceNormalization(const Node& node, const Operands& operands);
RuleResult InferGroupNormalization(const Node& node, const Operands& operands);
RuleResult InferLayerNormalization(const Node& node, const Operands& operands);
RuleResult InferLpNormalization(const Node& node, const Operands& operands);
RuleResult InferMeanVarianceNormalization(const Node& node, const Operands& operands);
RuleResult InferLrn(const Node& node, const Operands& operands);
// pooling.cc
RuleResult InferPool(const Node& node, const Operands& operands);
RuleResult InferMaxUnpool(const Node& node, const Operands& operands);
// elementwise.cc
RuleResult InferActivation(const Node& node, const Operands& operands);
RuleResult InferPRelu(const Node& node, const Operands& operands);
RuleResult InferUnary(const Node& node, const Operands& operands);
RuleResult InferBinary(const Node& node, const Operands& operands);
RuleResult InferVariadic(const Node& node, const Operands& operands);
RuleResult InferWhere(const Node& node, const Operands& operands);
RuleResult InferCast(const Node& node, const Operands& operands);
// reduction.cc
RuleResult InferSoftmax(const Node& node, const Operands& operands);
RuleResult InferReduce(const Node& node, const Operands& operands);
RuleResult InferArgExtreme(const Node& node, const Operands& operands);
RuleResult InferTopK(const Node& node, const Operands& operands);
RuleResult InferCumSum(const Node& node, const Operands& operands);
// einsum.cc
RuleResult InferEinsum(const Node& node, const Operands& operands);
// reshape.cc
RuleResult InferIdentity(const Node& node, const Operands& operands);
RuleResult InferReshape(const Node& node, const Operands& operands);
RuleResult InferFlatten(const Node& node, const Operands& operands);
RuleResult InferTranspose(const Node& node, const Operands& operands);
RuleResult InferSqueeze(const Node& node, const Operands& operands);
RuleResult InferUnsqueeze(const Node& node, const Operands& operands);
RuleResult InferDepthToSpace(const Node& node, const Operands& operands);
RuleResult InferSpaceToDepth(const Node& node, const Operands& operands);
// joining.cc
RuleResult InferConcat(const Node& node, const Operands& operands);
RuleResult InferSplit(const Node& node, const Operands& operands);
RuleResult InferExpand(const Node& node, const Operands& operands);
RuleResult InferTile(const Node& node, const Operands& operands);
// indexing.cc
RuleResult InferSlice(const Node& node, const Operands& operands);
RuleResult InferCrop(const Node& node, const Operands& operands);
RuleResult InferPad(const Node& node, const Operands& operands);
RuleResult InferGather(const Node& node, const Operands& operands);
RuleResult InferGatherElements(const Node& node, const Operands& operands);
RuleResult InferCenterCropPad(const Node& node, const Operands& operands);
// scattering.cc
RuleResult InferGatherNd(const Node& node, const Operands& operands);
RuleResult InferScatterElements(const Node& node, const Operands& operands);
RuleResult InferScatterNd(const Node& node, const Operands& operands);
// masks.cc
RuleResult InferOneHot(const Node& node, const Operands& operands);
RuleResult InferTrilu(const Node& node, const Operands& operands);
RuleResult InferEyeLike(const Node& node, const Operands& operands);
RuleResult InferNonZero(const Node& node, const Operands& operands);
// shape_values.cc
RuleResult InferShapeOf(const Node& node, const Operands& operands);
RuleResult InferSize(const Node& node, const Operands& operands);
RuleResult InferConstantOfShape(const Node& node, const Operands& operands);
RuleResult InferRange(const Node& node, const Operands& operands);
// resize.cc
RuleResult InferResize(const Node& node, const Operands& operands);
// sampling.cc
RuleResult InferGridSample(const Node& node, const Operands& operands);
RuleResult InferAffineGrid(const Node& node, const Operands& operands);
RuleResult InferRoiAlign(const Node& node, const Operands& operands);
RuleResult InferCol2Im(const Node& node, const Operands& operands);
// quantization.cc
RuleResult InferQuantizeLinear(const Node& node, const Operands& operands);
RuleResult InferDequantizeLinear(const Node& node, const Operands& operands);
RuleResult InferDynamicQuantizeLinear(const Node& node, const Operands& operands);
RuleResult InferQLinearConv(const Node& node, const Operands& operands);
RuleResult InferQLinearMatMul(const Node& node, const Operands& operands);
RuleResult InferQLinearBinary(const Node& node, const Operands& operands);
RuleResult InferConvInteger(const Node& node, const Operands& operands);
RuleResult InferMatMulInteger(const Node& node, const Operands& operands);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_RULES_H_
