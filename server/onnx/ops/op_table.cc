// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/ops/op_table.h"

#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

using graph::ActivationKind;
using graph::BinaryKind;
using graph::PoolKind;
using graph::ReduceKind;
using graph::UnaryKind;
using graph::VariadicKind;

constexpr std::string_view kOnnx = kDefaultDomain;
constexpr int kNewest = kNewestOpset;
constexpr int kMany = Arity::kUnlimited;
constexpr Arity kOne = {1, 1};
constexpr Arity kTwo = {2, 2};
constexpr Arity kThree = {3, 3};
constexpr Arity kOneOrMore = {1, kMany};

constexpr std::string_view kConsumed = "consumed_inputs";
constexpr std::string_view kWindow = "auto_pad dilations group kernel_shape pads strides";
constexpr std::string_view kTransposedWindow =
    "auto_pad dilations group kernel_shape output_padding output_shape pads strides";
constexpr std::string_view kBroadcast = "axis broadcast";
constexpr std::string_view kBroadcastConsumed = "axis broadcast consumed_inputs";
constexpr std::string_view kReduceAxes = "axes keepdims";
constexpr std::string_view kReduceInput = "keepdims noop_with_empty_axes";

// Columns: name, domain, first and last opset, inputs, outputs, attributes, import function.
// clang-format off
constexpr OpRow kTable[] = {
    // Layers with weights
    {"Conv", kOnnx, 1, kNewest, {2, 3}, kOne, kWindow, ImportConv},
    {"ConvTranspose", kOnnx, 1, kNewest, {2, 3}, kOne, kTransposedWindow, ImportConvTranspose},
    {"Gemm", kOnnx, 1, 6, kThree, kOne, "alpha beta broadcast transA transB", ImportGemm},
    {"Gemm", kOnnx, 7, 10, kThree, kOne, "alpha beta transA transB", ImportGemm},
    {"Gemm", kOnnx, 11, kNewest, {2, 3}, kOne, "alpha beta transA transB", ImportGemm},
    {"MatMul", kOnnx, 1, kNewest, kTwo, kOne, "", ImportPlain<graph::MatMul>},

    // Normalisation
    {"BatchNormalization", kOnnx, 1, 5, {5, 5}, {1, 5}, "consumed_inputs epsilon is_test momentum spatial", ImportBatchNormalization},
    {"BatchNormalization", kOnnx, 6, 6, {5, 5}, {1, 5}, "epsilon is_test momentum spatial", ImportBatchNormalization},
    {"BatchNormalization", kOnnx, 7, 8, {5, 5}, {1, 5}, "epsilon momentum spatial", ImportBatchNormalization},
    {"BatchNormalization", kOnnx, 9, 13, {5, 5}, {1, 5}, "epsilon momentum", ImportBatchNormalization},
    {"BatchNormalization", kOnnx, 14, kNewest, {5, 5}, {1, 3}, "epsilon momentum training_mode", ImportBatchNormalization},
    {"InstanceNormalization", kOnnx, 1, 5, kThree, kOne, "consumed_inputs epsilon", ImportInstanceNormalization},
    {"InstanceNormalization", kOnnx, 6, kNewest, kThree, kOne, "epsilon", ImportInstanceNormalization},
    {"GroupNormalization", kOnnx, 18, 20, kThree, kOne, "epsilon num_groups!", ImportGroupNormalization},
    {"GroupNormalization", kOnnx, 21, kNewest, kThree, kOne, "epsilon num_groups! stash_type", ImportGroupNormalization},
    {"LayerNormalization", kOnnx, 17, kNewest, {2, 3}, {1, 3}, "axis epsilon stash_type", ImportLayerNormalization},
    {"LpNormalization", kOnnx, 1, kNewest, kOne, kOne, "axis p", ImportLpNormalization},
    {"MeanVarianceNormalization", kOnnx, 9, kNewest, kOne, kOne, "axes", ImportMeanVarianceNormalization},
    {"LRN", kOnnx, 1, kNewest, kOne, kOne, "alpha beta bias size!", ImportLrn},

    // Activations
    {"Relu", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportActivation<ActivationKind::kRelu>},
    {"Relu", kOnnx, 6, kNewest, kOne, kOne, "", ImportActivation<ActivationKind::kRelu>},
    {"LeakyRelu", kOnnx, 1, 5, kOne, kOne, "alpha consumed_inputs", ImportLeakyRelu},
    {"LeakyRelu", kOnnx, 6, kNewest, kOne, kOne, "alpha", ImportLeakyRelu},
    {"PRelu", kOnnx, 1, 5, kTwo, kOne, kConsumed, ImportPRelu},
    {"PRelu", kOnnx, 6, kNewest, kTwo, kOne, "", ImportPRelu},
    {"ThresholdedRelu", kOnnx, 1, kNewest, kOne, kOne, "alpha", ImportThresholdedRelu},
    {"Clip", kOnnx, 1, 5, kOne, kOne, "consumed_inputs max min", ImportClipWithAttributes},
    {"Clip", kOnnx, 6, 10, kOne, kOne, "max min", ImportClipWithAttributes},
    {"Clip", kOnnx, 11, kNewest, {1, 3}, kOne, "", ImportClip},
    {"Elu", kOnnx, 1, 5, kOne, kOne, "alpha consumed_inputs", ImportElu},
    {"Elu", kOnnx, 6, kNewest, kOne, kOne, "alpha", ImportElu},
    {"Selu", kOnnx, 1, 5, kOne, kOne, "alpha consumed_inputs gamma", ImportSelu},
    {"Selu", kOnnx, 6, kNewest, kOne, kOne, "alpha gamma", ImportSelu},
    {"Celu", kOnnx, 12, kNewest, kOne, kOne, "alpha", ImportCelu},
    {"Sigmoid", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportActivation<ActivationKind::kSigmoid>},
    {"Sigmoid", kOnnx, 6, kNewest, kOne, kOne, "", ImportActivation<ActivationKind::kSigmoid>},
    {"Tanh", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportActivation<ActivationKind::kTanh>},
    {"Tanh", kOnnx, 6, kNewest, kOne, kOne, "", ImportActivation<ActivationKind::kTanh>},
    {"HardSigmoid", kOnnx, 1, 5, kOne, kOne, "alpha beta consumed_inputs", ImportHardSigmoid},
    {"HardSigmoid", kOnnx, 6, kNewest, kOne, kOne, "alpha beta", ImportHardSigmoid},
    {"HardSwish", kOnnx, 14, kNewest, kOne, kOne, "", ImportActivation<ActivationKind::kHardSwish>},
    {"Softplus", kOnnx, 1, kNewest, kOne, kOne, "", ImportActivation<ActivationKind::kSoftplus>},
    {"Softsign", kOnnx, 1, kNewest, kOne, kOne, "", ImportActivation<ActivationKind::kSoftsign>},
    {"Mish", kOnnx, 18, kNewest, kOne, kOne, "", ImportActivation<ActivationKind::kMish>},
    {"Gelu", kOnnx, 20, kNewest, kOne, kOne, "approximate", ImportGelu},
    {"Swish", kOnnx, 24, kNewest, kOne, kOne, "alpha", ImportSwish},
    {"Shrink", kOnnx, 9, kNewest, kOne, kOne, "bias lambd", ImportShrink},
    {"Softmax", kOnnx, 1, kNewest, kOne, kOne, "axis", ImportSoftmax},
    {"LogSoftmax", kOnnx, 1, kNewest, kOne, kOne, "axis", ImportLogSoftmax},

    // Pooling
    {"MaxPool", kOnnx, 1, 7, kOne, kOne, "auto_pad kernel_shape! pads strides", ImportMaxPool},
    {"MaxPool", kOnnx, 8, 9, kOne, {1, 2}, "auto_pad kernel_shape! pads storage_order strides", ImportMaxPool},
    {"MaxPool", kOnnx, 10, kNewest, kOne, {1, 2}, "auto_pad ceil_mode dilations kernel_shape! pads storage_order strides", ImportMaxPool},
    {"AveragePool", kOnnx, 1, 6, kOne, kOne, "auto_pad kernel_shape! pads strides", ImportAveragePool},
    {"AveragePool", kOnnx, 7, 9, kOne, kOne, "auto_pad count_include_pad kernel_shape! pads strides", ImportAveragePool},
    {"AveragePool", kOnnx, 10, 18, kOne, kOne, "auto_pad ceil_mode count_include_pad kernel_shape! pads strides", ImportAveragePool},
    {"AveragePool", kOnnx, 19, kNewest, kOne, kOne, "auto_pad ceil_mode count_include_pad dilations kernel_shape! pads strides", ImportAveragePool},
    {"LpPool", kOnnx, 2, 17, kOne, kOne, "auto_pad kernel_shape! p pads strides", ImportLpPool},
    {"LpPool", kOnnx, 18, kNewest, kOne, kOne, "auto_pad ceil_mode dilations kernel_shape! p pads strides", ImportLpPool},
    {"GlobalMaxPool", kOnnx, 1, kNewest, kOne, kOne, "", ImportGlobalPool<PoolKind::kMax>},
    {"GlobalAveragePool", kOnnx, 1, kNewest, kOne, kOne, "", ImportGlobalPool<PoolKind::kAverage>},
    {"GlobalLpPool", kOnnx, 2, kNewest, kOne, kOne, "p", ImportGlobalLpPool},
    {"MaxUnpool", kOnnx, 9, kNewest, {2, 3}, kOne, "kernel_shape! pads strides", ImportMaxUnpool},

    // Element-wise, one operand
    {"Neg", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kNeg>},
    {"Neg", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kNeg>},
    {"Abs", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kAbs>},
    {"Abs", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kAbs>},
    {"Sign", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kSign>},
    {"Sqrt", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kSqrt>},
    {"Sqrt", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kSqrt>},
    {"Reciprocal", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kReciprocal>},
    {"Reciprocal", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kReciprocal>},
    {"Exp", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kExp>},
    {"Exp", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kExp>},
    {"Log", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kLog>},
    {"Log", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kLog>},
    {"Erf", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kErf>},
    {"Floor", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kFloor>},
    {"Floor", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kFloor>},
    {"Ceil", kOnnx, 1, 5, kOne, kOne, kConsumed, ImportUnary<UnaryKind::kCeil>},
    {"Ceil", kOnnx, 6, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kCeil>},
    {"Round", kOnnx, 11, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kRound>},
    {"Sin", kOnnx, 7, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kSin>},
    {"Cos", kOnnx, 7, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kCos>},
    {"Tan", kOnnx, 7, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kTan>},
    {"Asin", kOnnx, 7, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kAsin>},
    {"Acos", kOnnx, 7, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kAcos>},
    {"Atan", kOnnx, 7, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kAtan>},
    {"Sinh", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kSinh>},
    {"Cosh", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kCosh>},
    {"Asinh", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kAsinh>},
    {"Acosh", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kAcosh>},
    {"Atanh", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kAtanh>},
    {"Not", kOnnx, 1, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kNot>},
    {"BitwiseNot", kOnnx, 18, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kBitwiseNot>},
    {"IsNaN", kOnnx, 9, kNewest, kOne, kOne, "", ImportUnary<UnaryKind::kIsNan>},
    {"IsInf", kOnnx, 10, kNewest, kOne, kOne, "detect_negative detect_positive", ImportIsInf},

    // Element-wise, several operands
    {"Add", kOnnx, 1, 5, kTwo, kOne, kBroadcastConsumed, ImportBinary<BinaryKind::kAdd>},
    {"Add", kOnnx, 6, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kAdd>},
    {"Add", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kAdd>},
    {"Sub", kOnnx, 1, 5, kTwo, kOne, kBroadcastConsumed, ImportBinary<BinaryKind::kSub>},
    {"Sub", kOnnx, 6, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kSub>},
    {"Sub", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kSub>},
    {"Mul", kOnnx, 1, 5, kTwo, kOne, kBroadcastConsumed, ImportBinary<BinaryKind::kMul>},
    {"Mul", kOnnx, 6, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kMul>},
    {"Mul", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kMul>},
    {"Div", kOnnx, 1, 5, kTwo, kOne, kBroadcastConsumed, ImportBinary<BinaryKind::kDiv>},
    {"Div", kOnnx, 6, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kDiv>},
    {"Div", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kDiv>},
    {"Pow", kOnnx, 1, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kPow>},
    {"Pow", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kPow>},
    {"Mod", kOnnx, 10, kNewest, kTwo, kOne, "fmod", ImportMod},
    {"Equal", kOnnx, 1, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kEqual>},
    {"Equal", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kEqual>},
    {"Greater", kOnnx, 1, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kGreater>},
    {"Greater", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kGreater>},
    {"GreaterOrEqual", kOnnx, 12, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kGreaterOrEqual>},
    {"Less", kOnnx, 1, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kLess>},
    {"Less", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kLess>},
    {"LessOrEqual", kOnnx, 12, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kLessOrEqual>},
    {"And", kOnnx, 1, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kAnd>},
    {"And", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kAnd>},
    {"Or", kOnnx, 1, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kOr>},
    {"Or", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kOr>},
    {"Xor", kOnnx, 1, 6, kTwo, kOne, kBroadcast, ImportBinary<BinaryKind::kXor>},
    {"Xor", kOnnx, 7, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kXor>},
    {"BitwiseAnd", kOnnx, 18, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kBitwiseAnd>},
    {"BitwiseOr", kOnnx, 18, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kBitwiseOr>},
    {"BitwiseXor", kOnnx, 18, kNewest, kTwo, kOne, "", ImportBinary<BinaryKind::kBitwiseXor>},
    {"BitShift", kOnnx, 11, kNewest, kTwo, kOne, "direction!", ImportBitShift},
    {"Max", kOnnx, 1, 5, kOneOrMore, kOne, kConsumed, ImportVariadic<VariadicKind::kMax>},
    {"Max", kOnnx, 6, kNewest, kOneOrMore, kOne, "", ImportVariadic<VariadicKind::kMax>},
    {"Min", kOnnx, 1, 5, kOneOrMore, kOne, kConsumed, ImportVariadic<VariadicKind::kMin>},
    {"Min", kOnnx, 6, kNewest, kOneOrMore, kOne, "", ImportVariadic<VariadicKind::kMin>},
    {"Sum", kOnnx, 1, 5, kOneOrMore, kOne, kConsumed, ImportVariadic<VariadicKind::kSum>},
    {"Sum", kOnnx, 6, kNewest, kOneOrMore, kOne, "", ImportVariadic<VariadicKind::kSum>},
    {"Mean", kOnnx, 1, 5, kOneOrMore, kOne, kConsumed, ImportVariadic<VariadicKind::kMean>},
    {"Mean", kOnnx, 6, kNewest, kOneOrMore, kOne, "", ImportVariadic<VariadicKind::kMean>},
    {"Where", kOnnx, 9, kNewest, kThree, kOne, "", ImportPlain<graph::Where>},
    {"Cast", kOnnx, 1, 5, kOne, kOne, "to!", ImportCastToName},
    {"Cast", kOnnx, 6, 18, kOne, kOne, "to!", ImportCast},
    {"Cast", kOnnx, 19, 23, kOne, kOne, "saturate to!", ImportCast},
    {"Cast", kOnnx, 24, kNewest, kOne, kOne, "round_mode saturate to!", ImportCast},
    {"CastLike", kOnnx, 15, 18, kTwo, kOne, "", ImportCastLike},
    {"CastLike", kOnnx, 19, 23, kTwo, kOne, "saturate", ImportCastLike},
    {"CastLike", kOnnx, 24, kNewest, kTwo, kOne, "round_mode saturate", ImportCastLike},

    // Reductions
    {"ReduceSum", kOnnx, 1, 12, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kSum>},
    {"ReduceSum", kOnnx, 13, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kSum>},
    {"ReduceMean", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kMean>},
    {"ReduceMean", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kMean>},
    {"ReduceMax", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kMax>},
    {"ReduceMax", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kMax>},
    {"ReduceMin", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kMin>},
    {"ReduceMin", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kMin>},
    {"ReduceProd", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kProd>},
    {"ReduceProd", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kProd>},
    {"ReduceL1", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kL1>},
    {"ReduceL1", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kL1>},
    {"ReduceL2", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kL2>},
    {"ReduceL2", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kL2>},
    {"ReduceSumSquare", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kSumSquare>},
    {"ReduceSumSquare", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kSumSquare>},
    {"ReduceLogSum", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kLogSum>},
    {"ReduceLogSum", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kLogSum>},
    {"ReduceLogSumExp", kOnnx, 1, 17, kOne, kOne, kReduceAxes, ImportReduce<ReduceKind::kLogSumExp>},
    {"ReduceLogSumExp", kOnnx, 18, kNewest, {1, 2}, kOne, kReduceInput, ImportReduce<ReduceKind::kLogSumExp>},
    {"ArgMax", kOnnx, 1, 11, kOne, kOne, "axis keepdims", ImportArgMax},
    {"ArgMax", kOnnx, 12, kNewest, kOne, kOne, "axis keepdims select_last_index", ImportArgMax},
    {"ArgMin", kOnnx, 1, 11, kOne, kOne, "axis keepdims", ImportArgMin},
    {"ArgMin", kOnnx, 12, kNewest, kOne, kOne, "axis keepdims select_last_index", ImportArgMin},
    {"TopK", kOnnx, 1, 9, kOne, kTwo, "axis k!", ImportTopK},
    {"TopK", kOnnx, 10, 10, kTwo, kTwo, "axis", ImportTopK},
    {"TopK", kOnnx, 11, kNewest, kTwo, kTwo, "axis largest sorted", ImportTopK},
    {"CumSum", kOnnx, 11, kNewest, kTwo, kOne, "exclusive reverse", ImportCumSum},

    // Constants and pass-through
    {"Constant", kOnnx, 1, 10, {0, 0}, kOne, "value!", ImportConstant},
    {"Constant", kOnnx, 11, 11, {0, 0}, kOne, "sparse_value value", ImportConstant},
    {"Constant", kOnnx, 12, kNewest, {0, 0}, kOne, "sparse_value value value_float value_floats value_int value_ints value_string value_strings", ImportConstant},
    {"ConstantOfShape", kOnnx, 9, kNewest, kOne, kOne, "value", ImportConstantOfShape},
    {"Identity", kOnnx, 1, kNewest, kOne, kOne, "", ImportIdentity},
    {"Dropout", kOnnx, 1, 5, kOne, {1, 2}, "consumed_inputs is_test ratio", ImportDropout},
    {"Dropout", kOnnx, 6, 6, kOne, {1, 2}, "is_test ratio", ImportDropout},
    {"Dropout", kOnnx, 7, 11, kOne, {1, 2}, "ratio", ImportDropout},
    {"Dropout", kOnnx, 12, kNewest, {1, 3}, {1, 2}, "seed", ImportDropout},

    // Shape and data movement
    {"Reshape", kOnnx, 1, 4, kOne, kOne, "consumed_inputs shape!", ImportReshape},
    {"Reshape", kOnnx, 5, 13, kTwo, kOne, "", ImportReshape},
    {"Reshape", kOnnx, 14, kNewest, kTwo, kOne, "allowzero", ImportReshape},
    {"Flatten", kOnnx, 1, kNewest, kOne, kOne, "axis", ImportFlatten},
    {"Transpose", kOnnx, 1, kNewest, kOne, kOne, "perm", ImportTranspose},
    {"Squeeze", kOnnx, 1, 12, kOne, kOne, "axes", ImportSqueeze},
    {"Squeeze", kOnnx, 13, kNewest, {1, 2}, kOne, "", ImportSqueeze},
    {"Unsqueeze", kOnnx, 1, 12, kOne, kOne, "axes!", ImportUnsqueeze},
    {"Unsqueeze", kOnnx, 13, kNewest, kTwo, kOne, "", ImportUnsqueeze},
    {"Concat", kOnnx, 1, 3, kOneOrMore, kOne, "axis", ImportConcat},
    {"Concat", kOnnx, 4, kNewest, kOneOrMore, kOne, "axis!", ImportConcat},
    {"Split", kOnnx, 1, 1, {1, 2}, kOneOrMore, "axis split", ImportSplit},
    {"Split", kOnnx, 2, 12, kOne, kOneOrMore, "axis split", ImportSplit},
    {"Split", kOnnx, 13, 17, {1, 2}, kOneOrMore, "axis", ImportSplit},
    {"Split", kOnnx, 18, kNewest, {1, 2}, kOneOrMore, "axis num_outputs", ImportSplit},
    {"Slice", kOnnx, 1, 9, kOne, kOne, "axes ends! starts!", ImportSlice},
    {"Slice", kOnnx, 10, kNewest, {3, 5}, kOne, "", ImportSlice},
    {"Pad", kOnnx, 1, 1, kOne, kOne, "mode paddings! value", ImportPad},
    {"Pad", kOnnx, 2, 10, kOne, kOne, "mode pads! value", ImportPad},
    {"Pad", kOnnx, 11, 17, {2, 3}, kOne, "mode", ImportPad},
    {"Pad", kOnnx, 18, kNewest, {2, 4}, kOne, "mode", ImportPad},
    {"Expand", kOnnx, 8, kNewest, kTwo, kOne, "", ImportPlain<graph::Expand>},
    {"Tile", kOnnx, 6, kNewest, kTwo, kOne, "", ImportPlain<graph::Tile>},
    {"Gather", kOnnx, 1, kNewest, kTwo, kOne, "axis", ImportGather},
    {"GatherElements", kOnnx, 11, kNewest, kTwo, kOne, "axis", ImportGatherElements},
    {"DepthToSpace", kOnnx, 1, 10, kOne, kOne, "blocksize!", ImportDepthToSpace},
    {"DepthToSpace", kOnnx, 11, kNewest, kOne, kOne, "blocksize! mode", ImportDepthToSpace},
    {"SpaceToDepth", kOnnx, 1, 27, kOne, kOne, "blocksize!", ImportSpaceToDepth},
    {"SpaceToDepth", kOnnx, 28, kNewest, kOne, kOne, "blocksize! mode", ImportSpaceToDepth},
    {"Shape", kOnnx, 1, 14, kOne, kOne, "", ImportShape},
    {"Shape", kOnnx, 15, kNewest, kOne, kOne, "end start", ImportShape},
    {"Size", kOnnx, 1, kNewest, kOne, kOne, "", ImportPlain<graph::Size>},
    {"Range", kOnnx, 11, 26, kThree, kOne, "", ImportPlain<graph::Range>},
    {"Range", kOnnx, 27, kNewest, kThree, kOne, "stash_type", ImportPlain<graph::Range>},
    {"Upsample", kOnnx, 1, 6, kOne, kOne, "height_scale! mode width_scale!", ImportUpsample1},
    {"Upsample", kOnnx, 7, 8, kOne, kOne, "mode scales!", ImportUpsample},
    {"Upsample", kOnnx, 9, 9, kTwo, kOne, "mode", ImportUpsample},
    {"Resize", kOnnx, 10, 10, kTwo, kOne, "mode", ImportResize10},
    {"Resize", kOnnx, 11, 17, {1, 4}, kOne, "coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value mode nearest_mode", ImportResize},
    {"Resize", kOnnx, 18, kNewest, {1, 4}, kOne, "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value keep_aspect_ratio_policy mode nearest_mode", ImportResize},

    // Quantisation
    {"QuantizeLinear", kOnnx, 10, 12, {2, 3}, kOne, "", ImportQuantizeLinear},
    {"QuantizeLinear", kOnnx, 13, 18, {2, 3}, kOne, "axis", ImportQuantizeLinear},
    {"QuantizeLinear", kOnnx, 19, 20, {2, 3}, kOne, "axis saturate", ImportQuantizeLinear},
    {"QuantizeLinear", kOnnx, 21, 22, {2, 3}, kOne, "axis block_size output_dtype saturate", ImportQuantizeLinear},
    {"QuantizeLinear", kOnnx, 23, kNewest, {2, 3}, kOne, "axis block_size output_dtype precision saturate", ImportQuantizeLinear},
    {"DequantizeLinear", kOnnx, 10, 12, {2, 3}, kOne, "", ImportDequantizeLinear},
    {"DequantizeLinear", kOnnx, 13, 20, {2, 3}, kOne, "axis", ImportDequantizeLinear},
    {"DequantizeLinear", kOnnx, 21, 22, {2, 3}, kOne, "axis block_size", ImportDequantizeLinear},
    {"DequantizeLinear", kOnnx, 23, kNewest, {2, 3}, kOne, "axis block_size output_dtype", ImportDequantizeLinear},
    {"DynamicQuantizeLinear", kOnnx, 11, kNewest, kOne, kThree, "", ImportPlain<graph::DynamicQuantizeLinear>},
    {"QLinearConv", kOnnx, 10, kNewest, {8, 9}, kOne, kWindow, ImportQLinearConv},
    {"QLinearMatMul", kOnnx, 10, kNewest, {8, 8}, kOne, "", ImportQLinearMatMul},
    {"ConvInteger", kOnnx, 10, kNewest, {2, 4}, kOne, kWindow, ImportConvInteger},
    {"MatMulInteger", kOnnx, 10, kNewest, {2, 4}, kOne, "", ImportPlain<graph::MatMulInteger>},

    // onnxruntime's own
    {"QuantizeLinear", kMicrosoftDomain, 1, 1, {2, 3}, kOne, "axis", ImportQuantizeLinear},
    {"DequantizeLinear", kMicrosoftDomain, 1, 1, {2, 3}, kOne, "axis", ImportDequantizeLinear},
    {"QLinearAdd", kMicrosoftDomain, 1, 1, {7, 8}, kOne, "", ImportQLinearBinary<BinaryKind::kAdd>},
    {"QLinearMul", kMicrosoftDomain, 1, 1, {7, 8}, kOne, "", ImportQLinearBinary<BinaryKind::kMul>},
    {"QLinearAveragePool", kMicrosoftDomain, 1, 1, {4, 5}, kOne, "auto_pad ceil_mode channels_last count_include_pad kernel_shape! pads strides", ImportQLinearAveragePool},
    {"QLinearGlobalAveragePool", kMicrosoftDomain, 1, 1, {4, 5}, kOne, "channels_last", ImportQLinearGlobalAveragePool},
    {"QLinearLeakyRelu", kMicrosoftDomain, 1, 1, {4, 5}, kOne, "alpha", ImportQLinearLeakyRelu},
    {"QLinearSigmoid", kMicrosoftDomain, 1, 1, {4, 5}, kOne, "", ImportQLinearSigmoid},
    {"QLinearSoftmax", kMicrosoftDomain, 1, 1, {4, 5}, kOne, "axis opset", ImportQLinearSoftmax},
    {"QLinearReduceMean", kMicrosoftDomain, 1, 1, {4, 5}, kOne, "axes keepdims", ImportQLinearReduceMean},
    {"QLinearConcat", kMicrosoftDomain, 1, 1, {4, Arity::kUnlimited}, kOne, "axis!", ImportQLinearConcat},
    {"QLinearWhere", kMicrosoftDomain, 1, 1, {8, 9}, kOne, "", ImportQLinearWhere},
    {"QGemm", kMicrosoftDomain, 1, 1, {6, 9}, kOne, "alpha transA transB", ImportQGemm},
    {"FusedConv", kMicrosoftDomain, 1, 1, {2, 4}, kOne, "activation activation_params auto_pad dilations group kernel_shape pads strides", ImportFusedConv},
    {"FusedGemm", kMicrosoftDomain, 1, 1, {2, 3}, kOne, "activation activation_alpha activation_beta activation_gamma alpha beta transA transB", ImportFusedGemm},
    {"Gelu", kMicrosoftDomain, 1, 1, kOne, kOne, "", ImportActivation<ActivationKind::kGelu>},
    {"QuickGelu", kMicrosoftDomain, 1, 1, kOne, kOne, "alpha", ImportQuickGelu},

    // Experimental in ONNX's first versions, still met at any opset
    {"Affine", kOnnx, 1, kNewest, kOne, kOne, "alpha beta", ImportAffine},
    {"Crop", kOnnx, 1, kNewest, kOne, kOne, "border! scale", ImportCrop},
    {"ImageScaler", kOnnx, 1, kNewest, kOne, kOne, "bias! scale", ImportImageScaler},
};
// clang-format on

}  // namespace

std::span<const OpRow> OpTable() { return kTable; }

}  // namespace reluserve::onnx_import
