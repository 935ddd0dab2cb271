// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/primitives/lowering.h"

#include <array>

namespace reluserve::engine {
namespace {

using LoweringTable = std::array<Lowering, std::variant_size_v<graph::Op>>;

constexpr LoweringTable kLowerings = [] {
  LoweringTable table = {};
  table[graph::OpIndex<graph::Conv>()] = LowerConvolution;
  table[graph::OpIndex<graph::ConvTranspose>()] = LowerDeconvolution;
  table[graph::OpIndex<graph::Gemm>()] = LowerGemm;
  table[graph::OpIndex<graph::MatMul>()] = LowerMatMul;
  table[graph::OpIndex<graph::BatchNormalization>()] = LowerBatchNormalization;
  table[graph::OpIndex<graph::Lrn>()] = LowerLrn;
  table[graph::OpIndex<graph::Pool>()] = LowerPool;
  table[graph::OpIndex<graph::Activation>()] = LowerActivation;
  table[graph::OpIndex<graph::Binary>()] = LowerBinary;
  table[graph::OpIndex<graph::Concat>()] = LowerConcat;
  table[graph::OpIndex<graph::Identity>()] = LowerView;
  table[graph::OpIndex<graph::Reshape>()] = LowerView;
  table[graph::OpIndex<graph::Flatten>()] = LowerView;
  table[graph::OpIndex<graph::Squeeze>()] = LowerView;
  table[graph::OpIndex<graph::Unsqueeze>()] = LowerView;
  table[graph::OpIndex<graph::Transpose>()] = LowerTranspose;
  table[graph::OpIndex<graph::QuantizeLinear>()] = LowerQuantizeLinear;
  table[graph::OpIndex<graph::DequantizeLinear>()] = LowerDequantizeLinear;
  table[graph::OpIndex<graph::QLinearConv>()] = LowerQLinearConv;
  table[graph::OpIndex<graph::ConvInteger>()] = LowerConvInteger;
  table[graph::OpIndex<graph::QLinearMatMul>()] = LowerQLinearMatMul;
  table[graph::OpIndex<graph::MatMulInteger>()] = LowerMatMulInteger;
  table[graph::OpIndex<graph::QLinearBinary>()] = LowerQLinearBinary;
  return table;
}();

}  // namespace

Lowering FindLowering(const graph::Op& op) { return kLowerings[op.index()]; }

}  // namespace reluserve::engine
