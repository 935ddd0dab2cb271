// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/kernel.h"

#include <algorithm>
#include <array>
#include <variant>

#include "server/engine/kernels/kernel_list.h"

namespace reluserve::engine {
namespace {

using KernelTable = std::array<Kernel, std::variant_size_v<graph::Op>>;

// By the operator's position in graph::Op, in its order.
constexpr KernelTable MakeTable() {
  KernelTable table{};
  table[graph::OpIndex<graph::Conv>()] = kernels::Conv;
  table[graph::OpIndex<graph::ConvTranspose>()] = kernels::ConvTranspose;
  table[graph::OpIndex<graph::Gemm>()] = kernels::Gemm;
  table[graph::OpIndex<graph::MatMul>()] = kernels::MatMul;
  table[graph::OpIndex<graph::BatchNormalization>()] = kernels::BatchNormalization;
  table[graph::OpIndex<graph::InstanceNormalization>()] = kernels::InstanceNormalization;
  table[graph::OpIndex<graph::GroupNormalization>()] = kernels::GroupNormalization;
  table[graph::OpIndex<graph::LayerNormalization>()] = kernels::LayerNormalization;
  table[graph::OpIndex<graph::LpNormalization>()] = kernels::LpNormalization;
  table[graph::OpIndex<graph::MeanVarianceNormalization>()] = kernels::MeanVarianceNormalization;
  table[graph::OpIndex<graph::Lrn>()] = kernels::Lrn;
  table[graph::OpIndex<graph::Activation>()] = kernels::Activation;
  table[graph::OpIndex<graph::PRelu>()] = kernels::PRelu;
  table[graph::OpIndex<graph::Softmax>()] = kernels::Softmax;
  table[graph::OpIndex<graph::Pool>()] = kernels::Pool;
  table[graph::OpIndex<graph::MaxUnpool>()] = kernels::MaxUnpool;
  table[graph::OpIndex<graph::Unary>()] = kernels::Unary;
  table[graph::OpIndex<graph::Binary>()] = kernels::Binary;
  table[graph::OpIndex<graph::Variadic>()] = kernels::Variadic;
  table[graph::OpIndex<graph::Where>()] = kernels::Where;
  table[graph::OpIndex<graph::Cast>()] = kernels::Cast;
  table[graph::OpIndex<graph::Reduce>()] = kernels::Reduce;
  table[graph::OpIndex<graph::ArgExtreme>()] = kernels::ArgExtreme;
  table[graph::OpIndex<graph::TopK>()] = kernels::TopK;
  table[graph::OpIndex<graph::CumSum>()] = kernels::CumSum;
  table[graph::OpIndex<graph::Einsum>()] = kernels::Einsum;
  table[graph::OpIndex<graph::Identity>()] = kernels::CopyElements;
  table[graph::OpIndex<graph::Concat>()] = kernels::Concat;
  table[graph::OpIndex<graph::Split>()] = kernels::Split;
  table[graph::OpIndex<graph::Slice>()] = kernels::Slice;
  table[graph::OpIndex<graph::Pad>()] = kernels::Pad;
  table[graph::OpIndex<graph::Reshape>()] = kernels::CopyElements;
  table[graph::OpIndex<graph::Flatten>()] = kernels::CopyElements;
  table[graph::OpIndex<graph::Transpose>()] = kernels::Transpose;
  table[graph::OpIndex<graph::Squeeze>()] = kernels::CopyElements;
  table[graph::OpIndex<graph::Unsqueeze>()] = kernels::CopyElements;
  table[graph::OpIndex<graph::Expand>()] = kernels::Expand;
  table[graph::OpIndex<graph::Tile>()] = kernels::Tile;
  table[graph::OpIndex<graph::Gather>()] = kernels::Gather;
  table[graph::OpIndex<graph::GatherElements>()] = kernels::GatherElements;
  table[graph::OpIndex<graph::GatherNd>()] = kernels::GatherNd;
  table[graph::OpIndex<graph::ScatterElements>()] = kernels::ScatterElements;
  table[graph::OpIndex<graph::ScatterNd>()] = kernels::ScatterNd;
  table[graph::OpIndex<graph::OneHot>()] = kernels::OneHot;
  table[graph::OpIndex<graph::Trilu>()] = kernels::Trilu;
  table[graph::OpIndex<graph::DepthToSpace>()] = kernels::DepthToSpace;
  table[graph::OpIndex<graph::SpaceToDepth>()] = kernels::SpaceToDepth;
  table[graph::OpIndex<graph::ShapeOf>()] = kernels::ShapeOf;
  table[graph::OpIndex<graph::Size>()] = kernels::Size;
  table[graph::OpIndex<graph::ConstantOfShape>()] = kernels::ConstantOfShape;
  table[graph::OpIndex<graph::Range>()] = kernels::Range;
  table[graph::OpIndex<graph::EyeLike>()] = kernels::EyeLike;
  table[graph::OpIndex<graph::NonZero>()] = kernels::NonZero;
  table[graph::OpIndex<graph::CenterCropPad>()] = kernels::CenterCropPad;
  table[graph::OpIndex<graph::Crop>()] = kernels::Crop;
  table[graph::OpIndex<graph::Resize>()] = kernels::Resize;
  table[graph::OpIndex<graph::GridSample>()] = kernels::GridSample;
  table[graph::OpIndex<graph::AffineGrid>()] = kernels::AffineGrid;
  table[graph::OpIndex<graph::RoiAlign>()] = kernels::RoiAlign;
  table[graph::OpIndex<graph::Col2Im>()] = kernels::Col2Im;
  table[graph::OpIndex<graph::QuantizeLinear>()] = kernels::QuantizeLinear;
  table[graph::OpIndex<graph::DequantizeLinear>()] = kernels::DequantizeLinear;
  table[graph::OpIndex<graph::DynamicQuantizeLinear>()] = kernels::DynamicQuantizeLinear;
  table[graph::OpIndex<graph::QLinearConv>()] = kernels::QLinearConv;
  table[graph::OpIndex<graph::QLinearMatMul>()] = kernels::QLinearMatMul;
  table[graph::OpIndex<graph::QLinearBinary>()] = kernels::QLinearBinary;
  table[graph::OpIndex<graph::ConvInteger>()] = kernels::ConvInteger;
  table[graph::OpIndex<graph::MatMulInteger>()] = kernels::MatMulInteger;
  return table;
}

constexpr KernelTable kTable = MakeTable();
static_assert(std::ranges::find(kTable, nullptr) == kTable.end(), "an operator has no kernel");

}  // namespace

Kernel FindKernel(const graph::Op& op) { return kTable[op.index()]; }

absl::Status EvaluateNode(const graph::Node& node, std::span<const TensorView> inputs,
                          std::span<const MutableTensorView> outputs) {
  return FindKernel(node.op)(node, inputs, outputs);
}

}  // namespace reluserve::engine
