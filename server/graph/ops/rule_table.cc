// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <variant>

#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// In the order of Op, so that an operator's index is that of its row.
constexpr std::array kRules = {
    OpRule{OpIndex<Conv>(), InferConv, {"X", "W", "[B]"}},
    OpRule{OpIndex<ConvTranspose>(), InferConvTranspose, {"X", "W", "[B]"}},
    OpRule{OpIndex<Gemm>(), InferGemm, {"A", "B", "[C]"}},
    OpRule{OpIndex<MatMul>(), InferMatMul, {"A", "B"}},
    OpRule{OpIndex<BatchNormalization>(),
           InferBatchNormalization,
           {"X", "scale", "B", "mean", "variance"}},
    OpRule{OpIndex<InstanceNormalization>(), InferInstanceNormalization, {"X", "scale", "B"}},
    OpRule{OpIndex<GroupNormalization>(), InferGroupNormalization, {"X", "scale", "bias"}},
    OpRule{OpIndex<LayerNormalization>(), InferLayerNormalization, {"X", "scale", "[B]"}},
    OpRule{OpIndex<LpNormalization>(), InferLpNormalization, {"X"}},
    OpRule{OpIndex<MeanVarianceNormalization>(), InferMeanVarianceNormalization, {"X"}},
    OpRule{OpIndex<Lrn>(), InferLrn, {"X"}},
    OpRule{OpIndex<Activation>(), InferActivation, {"X"}},
    OpRule{OpIndex<PRelu>(), InferPRelu, {"X", "slope"}},
    OpRule{OpIndex<Softmax>(), InferSoftmax, {"X"}},
    OpRule{OpIndex<Pool>(), InferPool, {"X"}},
    OpRule{OpIndex<MaxUnpool>(), InferMaxUnpool, {"X", "indices", "[#output_shape]"}},
    OpRule{OpIndex<Unary>(), InferUnary, {"X"}},
    OpRule{OpIndex<Binary>(), InferBinary, {"A", "B"}},
    OpRule{OpIndex<Variadic>(), InferVariadic, {"inputs..."}},
    OpRule{OpIndex<Where>(), InferWhere, {"condition", "X", "Y"}},
    OpRule{OpIndex<Cast>(), InferCast, {"X"}},
    OpRule{OpIndex<Reduce>(), InferReduce, {"X", "[#axes]"}},
    OpRule{OpIndex<ArgExtreme>(), InferArgExtreme, {"X"}},
    OpRule{OpIndex<TopK>(), InferTopK, {"X", "#K"}},
    OpRule{OpIndex<CumSum>(), InferCumSum, {"X"}},
    OpRule{OpIndex<Einsum>(), InferEinsum, {"inputs..."}},
    OpRule{OpIndex<Identity>(), InferIdentity, {"X"}},
    OpRule{OpIndex<Concat>(), InferConcat, {"inputs..."}},
    OpRule{OpIndex<Split>(), InferSplit, {"X", "[#sizes]"}},
    OpRule{OpIndex<Slice>(), InferSlice, {"X", "#starts", "#ends", "[#axes]", "[#steps]"}},
    OpRule{OpIndex<Pad>(), InferPad, {"X", "#pads", "[value]", "[#axes]"}},
    OpRule{OpIndex<Reshape>(), InferReshape, {"X", "#shape"}},
    OpRule{OpIndex<Flatten>(), InferFlatten, {"X"}},
    OpRule{OpIndex<Transpose>(), InferTranspose, {"X"}},
    OpRule{OpIndex<Squeeze>(), InferSqueeze, {"X", "[#axes]"}},
    OpRule{OpIndex<Unsqueeze>(), InferUnsqueeze, {"X", "#axes"}},
    OpRule{OpIndex<Expand>(), InferExpand, {"X", "#shape"}},
    OpRule{OpIndex<Tile>(), InferTile, {"X", "#repeats"}},
    OpRule{OpIndex<Gather>(), InferGather, {"X", "indices"}},
    OpRule{OpIndex<GatherElements>(), InferGatherElements, {"X", "indices"}},
    OpRule{OpIndex<GatherNd>(), InferGatherNd, {"X", "indices"}},
    OpRule{OpIndex<ScatterElements>(), InferScatterElements, {"X", "indices", "updates"}},
    OpRule{OpIndex<ScatterNd>(), InferScatterNd, {"X", "indices", "updates"}},
    OpRule{OpIndex<OneHot>(), InferOneHot, {"indices", "#depth", "values"}},
    OpRule{OpIndex<Trilu>(), InferTrilu, {"X"}},
    OpRule{OpIndex<DepthToSpace>(), InferDepthToSpace, {"X"}},
    OpRule{OpIndex<SpaceToDepth>(), InferSpaceToDepth, {"X"}},
    OpRule{OpIndex<ShapeOf>(), InferShapeOf, {"X"}},
    OpRule{OpIndex<Size>(), InferSize, {"X"}},
    OpRule{OpIndex<ConstantOfShape>(), InferConstantOfShape, {"#shape"}},
    OpRule{OpIndex<Range>(), InferRange, {"#start", "#limit", "#delta"}},
    OpRule{OpIndex<EyeLike>(), InferEyeLike, {"X"}},
    OpRule{OpIndex<NonZero>(), InferNonZero, {"#X"}},
    OpRule{OpIndex<CenterCropPad>(), InferCenterCropPad, {"X", "#shape"}},
    OpRule{OpIndex<Crop>(), InferCrop, {"X"}},
    OpRule{OpIndex<Resize>(), InferResize, {"X", "[#roi]", "[#scales]", "[#sizes]"}},
    OpRule{OpIndex<GridSample>(), InferGridSample, {"X", "grid"}},
    OpRule{OpIndex<AffineGrid>(), InferAffineGrid, {"theta", "#size"}},
    OpRule{OpIndex<RoiAlign>(), InferRoiAlign, {"X", "rois", "batch_indices"}},
    OpRule{OpIndex<Col2Im>(), InferCol2Im, {"X", "#image_shape", "#block_shape"}},
    OpRule{OpIndex<QuantizeLinear>(), InferQuantizeLinear, {"x", "scale", "[zero_point]"}},
    OpRule{OpIndex<DequantizeLinear>(), InferDequantizeLinear, {"x", "scale", "[zero_point]"}},
    OpRule{OpIndex<DynamicQuantizeLinear>(), InferDynamicQuantizeLinear, {"x"}},
    OpRule{OpIndex<QLinearConv>(),
           InferQLinearConv,
           {"x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "[y_scale]",
            "[y_zero_point]", "[B]"}},
    OpRule{OpIndex<QLinearMatMul>(),
           InferQLinearMatMul,
           {"a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "[y_scale]",
            "[y_zero_point]", "[B]"}},
    OpRule{OpIndex<QLinearBinary>(),
           InferQLinearBinary,
           {"A", "A_scale", "[A_zero_point]", "B", "B_scale", "[B_zero_point]", "C_scale",
            "[C_zero_point]"}},
    OpRule{
        OpIndex<ConvInteger>(), InferConvInteger, {"x", "w", "[x_zero_point]", "[w_zero_point]"}},
    OpRule{OpIndex<MatMulInteger>(),
           InferMatMulInteger,
           {"A", "B", "[a_zero_point]", "[b_zero_point]"}},
};

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < kRules.size(); ++i) {
    if (kRules[i].op != i) return false;
  }
  return true;
}
static_assert(kRules.size() == std::variant_size_v<Op>, "an operator without a rule");
static_assert(RowsAreInOrder());

}  // namespace

const OpRule& RuleOf(const Op& op) { return kRules[op.index()]; }

}  // namespace reluserve::graph
