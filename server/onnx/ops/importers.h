// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The import functions of the operator table, by the file of this folder that defines them. Each
// brings every form of its operators that the table lists to the canonical one of
// server/graph/op.h.

#ifndef RELUSERVE_SERVER_ONNX_OPS_IMPORTERS_H_
#define RELUSERVE_SERVER_ONNX_OPS_IMPORTERS_H_

#include "server/onnx/node_context.h"

namespace reluserve::onnx_import {

// An operator without attributes whose canonical form is Op with this kind, or without a kind.
template <typename Op>
void ImportPlain(NodeContext& node) {
  node.Emit(Op{});
}
template <graph::ActivationKind kind>
void ImportActivation(NodeContext& node) {
  node.Emit(graph::Activation{kind});
}
template <graph::UnaryKind kind>
void ImportUnary(NodeContext& node) {
  node.Emit(graph::Unary{kind});
}
template <graph::VariadicKind kind>
void ImportVariadic(NodeContext& node) {
  node.Emit(graph::Variadic{kind});
}

// activation.cc
void ImportLeakyRelu(NodeContext& node);
void ImportPRelu(NodeContext& node);
void ImportMax(NodeContext& node);
void ImportThresholdedRelu(NodeContext& node);
void ImportElu(NodeContext& node);
void ImportSelu(NodeContext& node);
void ImportCelu(NodeContext& node);
void ImportHardSigmoid(NodeContext& node);
void ImportGelu(NodeContext& node);
void ImportSwish(NodeContext& node);
void ImportShrink(NodeContext& node);
void ImportSoftmax(NodeContext& node);
void ImportLogSoftmax(NodeContext& node);

// clip.cc
void ImportClip(NodeContext& node);
void ImportClipWithAttributes(NodeContext& node);

// constant.cc
void ImportConstant(NodeContext& node);
void ImportConstantOfShape(NodeContext& node);
void ImportIdentity(NodeContext& node);
void ImportDropout(NodeContext& node);

// convolution.cc
void ImportConv(NodeContext& node);
void ImportConvTranspose(NodeContext& node);
void ImportConvInteger(NodeContext& node);
void ImportQLinearConv(NodeContext& node);
void ImportGemm(NodeContext& node);

// element_wise.cc
void EmitBinary(NodeContext& node, graph::BinaryKind kind);
template <graph::BinaryKind kind>
void ImportBinary(NodeContext& node) {
  EmitBinary(node, kind);
}
void ImportBitShift(NodeContext& node);
void ImportMod(NodeContext& node);
void ImportIsInf(NodeContext& node);
void ImportCast(NodeContext& node);
void ImportCastToName(NodeContext& node);
void ImportCastLike(NodeContext& node);

// experimental.cc
void ImportAffine(NodeContext& node);
void ImportImageScaler(NodeContext& node);
void ImportCrop(NodeContext& node);

// microsoft.cc
void ImportFusedConv(NodeContext& node);
void ImportFusedGemm(NodeContext& node);
void ImportQGemm(NodeContext& node);
void ImportQLinearAveragePool(NodeContext& node);
void ImportQLinearConcat(NodeContext& node);
void ImportQLinearGlobalAveragePool(NodeContext& node);
void ImportQLinearLeakyRelu(NodeContext& node);
void ImportQLinearReduceMean(NodeContext& node);
void ImportQLinearSigmoid(NodeContext& node);
void ImportQLinearSoftmax(NodeContext& node);
void ImportQLinearWhere(NodeContext& node);
void ImportQuickGelu(NodeContext& node);

// normalization.cc
void ImportBatchNormalization(NodeContext& node);
void ImportInstanceNormalization(NodeContext& node);
void ImportGroupNormalization(NodeContext& node);
void ImportLayerNormalization(NodeContext& node);
void ImportLpNormalization(NodeContext& node);
void ImportMeanVarianceNormalization(NodeContext& node);
void ImportLrn(NodeContext& node);

// indexing.cc
void ImportGather(NodeContext& node);
void ImportGatherElements(NodeContext& node);
void ImportGatherNd(NodeContext& node);
void ImportScatterElements(NodeContext& node);
void ImportScatterNd(NodeContext& node);
void ImportOneHot(NodeContext& node);
void ImportTrilu(NodeContext& node);
void ImportEyeLike(NodeContext& node);
void ImportCenterCropPad(NodeContext& node);
void ImportTile1(NodeContext& node);

// pooling.cc
void ImportMaxPool(NodeContext& node);
void ImportAveragePool(NodeContext& node);
void ImportLpPool(NodeContext& node);
void ImportGlobalLpPool(NodeContext& node);
void ImportMaxUnpool(NodeContext& node);
template <graph::PoolKind kind>
void ImportGlobalPool(NodeContext& node) {
  graph::Pool op;
  op.kind = kind;
  op.global = true;
  node.Emit(op);
}

// quantization.cc
void ImportQuantizeLinear(NodeContext& node);
void ImportDequantizeLinear(NodeContext& node);
// Operands 6 and 7, the result's scale and zero point, which the graph's operators can do without
// and ONNX's cannot.
void RequireQuantizedResult(NodeContext& node);
void ImportQLinearMatMul(NodeContext& node);
template <graph::BinaryKind kind>
void ImportQLinearBinary(NodeContext& node) {
  node.Emit(graph::QLinearBinary{kind});
}

// reduction.cc
void EmitReduce(NodeContext& node, graph::ReduceKind kind);
template <graph::ReduceKind kind>
void ImportReduce(NodeContext& node) {
  EmitReduce(node, kind);
}
void ImportArgMax(NodeContext& node);
void ImportArgMin(NodeContext& node);
void ImportTopK(NodeContext& node);
void ImportCumSum(NodeContext& node);
void ImportCumProd(NodeContext& node);
void ImportEinsum(NodeContext& node);
void ImportHardmax(NodeContext& node);

// resize.cc
void ImportUpsample(NodeContext& node);
void ImportUpsample1(NodeContext& node);
void ImportResize10(NodeContext& node);
void ImportResize(NodeContext& node);

// sampling.cc
void ImportGridSample(NodeContext& node);
void ImportAffineGrid(NodeContext& node);
void ImportRoiAlign(NodeContext& node);
void ImportCol2Im(NodeContext& node);

// shape.cc
void ImportReshape(NodeContext& node);
void ImportFlatten(NodeContext& node);
void ImportTranspose(NodeContext& node);
void ImportSqueeze(NodeContext& node);
void ImportUnsqueeze(NodeContext& node);
void ImportConcat(NodeContext& node);
void ImportSplit(NodeContext& node);
void ImportSlice(NodeContext& node);
void ImportPad(NodeContext& node);
void ImportDepthToSpace(NodeContext& node);
void ImportSpaceToDepth(NodeContext& node);
void ImportShape(NodeContext& node);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_OPS_IMPORTERS_H_
