// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/op.h"

#include <array>

namespace reluserve::graph {
namespace {

// Names by kind, in the order of the enumerations.
constexpr auto kActivationNames = std::to_array<std::string_view>(
    {"Relu", "LeakyRelu", "ThresholdedRelu", "Clip", "Elu", "Selu", "Celu", "Sigmoid", "Tanh",
     "HardSigmoid", "HardSwish", "Softplus", "Softsign", "Mish", "Gelu", "GeluTanh", "Swish",
     "Shrink"});
static_assert(kActivationNames.size() == static_cast<size_t>(ActivationKind::kShrink) + 1);

constexpr auto kUnaryNames = std::to_array<std::string_view>(
    {"Neg",  "Abs",   "Sign",  "Sqrt",  "Reciprocal", "Exp",   "Log",   "Erf",       "Floor",
     "Ceil", "Round", "Sin",   "Cos",   "Tan",        "Asin",  "Acos",  "Atan",      "Sinh",
     "Cosh", "Asinh", "Acosh", "Atanh", "Not",        "IsNaN", "IsInf", "BitwiseNot"});
static_assert(kUnaryNames.size() == static_cast<size_t>(UnaryKind::kBitwiseNot) + 1);

constexpr auto kBinaryNames = std::to_array<std::string_view>(
    {"Add",        "Sub",         "Mul",        "Div",       "Pow",
     "Mod",        "Fmod",        "Equal",      "Greater",   "GreaterOrEqual",
     "Less",       "LessOrEqual", "And",        "Or",        "Xor",
     "BitwiseAnd", "BitwiseOr",   "BitwiseXor", "ShiftLeft", "ShiftRight"});
static_assert(kBinaryNames.size() == static_cast<size_t>(BinaryKind::kShiftRight) + 1);

constexpr auto kVariadicNames = std::to_array<std::string_view>({"Max", "Min", "Sum", "Mean"});
static_assert(kVariadicNames.size() == static_cast<size_t>(VariadicKind::kMean) + 1);

constexpr auto kReduceNames = std::to_array<std::string_view>(
    {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
     "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"});
static_assert(kReduceNames.size() == static_cast<size_t>(ReduceKind::kLogSumExp) + 1);

constexpr auto kPoolNames = std::to_array<std::string_view>({"MaxPool", "AveragePool", "LpPool"});
constexpr auto kGlobalPoolNames =
    std::to_array<std::string_view>({"GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"});
static_assert(kPoolNames.size() == static_cast<size_t>(PoolKind::kLp) + 1);
static_assert(kGlobalPoolNames.size() == kPoolNames.size());

template <typename Names, typename Kind>
std::string_view NameOfKind(const Names& names, Kind kind) {
  return names[static_cast<size_t>(kind)];
}

// An overload for each operator, so that the compiler finds one that is missing.
struct OpName {
  std::string_view operator()(const Conv&) const { return "Conv"; }
  std::string_view operator()(const ConvTranspose&) const { return "ConvTranspose"; }
  std::string_view operator()(const Gemm&) const { return "Gemm"; }
  std::string_view operator()(const MatMul&) const { return "MatMul"; }
  std::string_view operator()(const BatchNormalization&) const { return "BatchNormalization"; }
  std::string_view operator()(const InstanceNormalization&) const {
    return "InstanceNormalization";
  }
  std::string_view operator()(const GroupNormalization&) const { return "GroupNormalization"; }
  std::string_view operator()(const LayerNormalization&) const { return "LayerNormalization"; }
  std::string_view operator()(const LpNormalization&) const { return "LpNormalization"; }
  std::string_view operator()(const MeanVarianceNormalization&) const {
    return "MeanVarianceNormalization";
  }
  std::string_view operator()(const Lrn&) const { return "LRN"; }
  std::string_view operator()(const Activation& op) const { return Name(op.kind); }
  std::string_view operator()(const PRelu&) const { return "PRelu"; }
  std::string_view operator()(const Softmax& op) const { return op.log ? "LogSoftmax" : "Softmax"; }
  std::string_view operator()(const Pool& op) const {
    return op.global ? NameOfKind(kGlobalPoolNames, op.kind) : NameOfKind(kPoolNames, op.kind);
  }
  std::string_view operator()(const MaxUnpool&) const { return "MaxUnpool"; }
  std::string_view operator()(const Unary& op) const { return NameOfKind(kUnaryNames, op.kind); }
  std::string_view operator()(const Binary& op) const { return NameOfKind(kBinaryNames, op.kind); }
  std::string_view operator()(const Variadic& op) const {
    return NameOfKind(kVariadicNames, op.kind);
  }
  std::string_view operator()(const Where&) const { return "Where"; }
  std::string_view operator()(const Cast&) const { return "Cast"; }
  std::string_view operator()(const Reduce& op) const { return NameOfKind(kReduceNames, op.kind); }
  std::string_view operator()(const ArgExtreme& op) const {
    return op.largest ? "ArgMax" : "ArgMin";
  }
  std::string_view operator()(const TopK&) const { return "TopK"; }
  std::string_view operator()(const CumSum& op) const { return op.product ? "CumProd" : "CumSum"; }
  std::string_view operator()(const Einsum&) const { return "Einsum"; }
  std::string_view operator()(const Identity&) const { return "Identity"; }
  std::string_view operator()(const Concat&) const { return "Concat"; }
  std::string_view operator()(const Split&) const { return "Split"; }
  std::string_view operator()(const Slice&) const { return "Slice"; }
  std::string_view operator()(const Pad&) const { return "Pad"; }
  std::string_view operator()(const Reshape&) const { return "Reshape"; }
  std::string_view operator()(const Flatten&) const { return "Flatten"; }
  std::string_view operator()(const Transpose&) const { return "Transpose"; }
  std::string_view operator()(const Squeeze&) const { return "Squeeze"; }
  std::string_view operator()(const Unsqueeze&) const { return "Unsqueeze"; }
  std::string_view operator()(const Expand&) const { return "Expand"; }
  std::string_view operator()(const Tile&) const { return "Tile"; }
  std::string_view operator()(const Gather&) const { return "Gather"; }
  std::string_view operator()(const GatherElements&) const { return "GatherElements"; }
  std::string_view operator()(const GatherNd&) const { return "GatherND"; }
  std::string_view operator()(const ScatterElements&) const { return "ScatterElements"; }
  std::string_view operator()(const ScatterNd&) const { return "ScatterND"; }
  std::string_view operator()(const OneHot&) const { return "OneHot"; }
  std::string_view operator()(const Trilu&) const { return "Trilu"; }
  std::string_view operator()(const DepthToSpace&) const { return "DepthToSpace"; }
  std::string_view operator()(const SpaceToDepth&) const { return "SpaceToDepth"; }
  std::string_view operator()(const ShapeOf&) const { return "Shape"; }
  std::string_view operator()(const Size&) const { return "Size"; }
  std::string_view operator()(const ConstantOfShape&) const { return "ConstantOfShape"; }
  std::string_view operator()(const Range&) const { return "Range"; }
  std::string_view operator()(const EyeLike&) const { return "EyeLike"; }
  std::string_view operator()(const NonZero&) const { return "NonZero"; }
  std::string_view operator()(const CenterCropPad&) const { return "CenterCropPad"; }
  std::string_view operator()(const Crop&) const { return "Crop"; }
  std::string_view operator()(const Resize&) const { return "Resize"; }
  std::string_view operator()(const GridSample&) const { return "GridSample"; }
  std::string_view operator()(const AffineGrid&) const { return "AffineGrid"; }
  std::string_view operator()(const RoiAlign&) const { return "RoiAlign"; }
  std::string_view operator()(const Col2Im&) const { return "Col2Im"; }
  std::string_view operator()(const QuantizeLinear&) const { return "QuantizeLinear"; }
  std::string_view operator()(const DequantizeLinear&) const { return "DequantizeLinear"; }
  std::string_view operator()(const DynamicQuantizeLinear&) const {
    return "DynamicQuantizeLinear";
  }
  std::string_view operator()(const QLinearConv&) const { return "QLinearConv"; }
  std::string_view operator()(const QLinearMatMul&) const { return "QLinearMatMul"; }
  std::string_view operator()(const QLinearBinary& op) const {
    return op.kind == BinaryKind::kAdd ? "QLinearAdd" : "QLinearMul";
  }
  std::string_view operator()(const ConvInteger&) const { return "ConvInteger"; }
  std::string_view operator()(const MatMulInteger&) const { return "MatMulInteger"; }
};

}  // namespace

std::string_view Name(const Op& op) { return std::visit(OpName{}, op); }

std::string_view Name(ActivationKind kind) { return NameOfKind(kActivationNames, kind); }

}  // namespace reluserve::graph
