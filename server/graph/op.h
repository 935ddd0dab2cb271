// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The operators of a graph, each a plain struct of attributes with every default filled in.
//
// They are canonical: the importer brings each ONNX operator, of whatever opset, to one of these,
// so that what comes after knows one form of each. What newer opsets take as an input (axes of a
// Squeeze, bounds of a Slice) is an input here too, in the newest opset's order; the importer adds
// constants for what older models give as attributes. Operators that differ only in their
// arithmetic share one struct and a kind. Comments name operands as in the ONNX operator reference
// (https://onnx.ai/onnx/operators/), which defines the semantics; optional operands are in
// brackets.

#ifndef RELUSERVE_SERVER_GRAPH_OP_H_
#define RELUSERVE_SERVER_GRAPH_OP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/graph/movement_ops.h"
#include "server/graph/sampling_ops.h"
#include "server/tensor/tensor.h"

namespace reluserve::graph {

// How a sliding window (convolution, pooling) moves over the spatial axes. Vectors have one entry a
// spatial axis, or are empty: kernel = the weights' extents, strides and dilations = 1, pads = 0.
enum class AutoPad : uint8_t { kNotSet, kSameUpper, kSameLower, kValid };
struct Window {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;  // 1 = dense, as in ONNX (oneDNN counts from 0)
  std::vector<int64_t> pads_begin;
  std::vector<int64_t> pads_end;
  AutoPad auto_pad = AutoPad::kNotSet;
};

// --- Layers with weights
// ---------------------------------------------------------------------------

// X [N,C,spatial...], W [M,C/group,kernel...], [B [M]] -> Y [N,M,spatial...].
struct Conv {
  Window window;
  int64_t group = 1;
};

// X [N,C,spatial...], W [C,M/group,kernel...], [B [M]] -> Y.
struct ConvTranspose {
  Window window;
  int64_t group = 1;
  std::vector<int64_t> output_padding;  // empty = 0
  std::vector<int64_t> output_shape;    // spatial extents; empty = from the pads
};

// A [M,K], B [K,N] (before transposition), [C broadcast to [M,N]] -> Y = alpha·A·B + beta·C.
struct Gemm {
  float alpha = 1.0f;
  float beta = 1.0f;
  bool transpose_a = false;
  bool transpose_b = false;
};

// A, B -> Y with numpy.matmul's rules.
struct MatMul {};

// --- Normalisation
// ---------------------------------------------------------------------------------

// X [N,C,...], scale [C], bias [C], mean [C], variance [C] -> Y, at inference.
struct BatchNormalization {
  float epsilon = 1e-5f;
};

// X [N,C,...], scale [C], bias [C] -> Y.
struct InstanceNormalization {
  float epsilon = 1e-5f;
};

// X [N,C,...], scale, bias -> Y. Scale and bias have one entry a channel, or one a group (opset
// 18).
struct GroupNormalization {
  int64_t num_groups = 1;
  float epsilon = 1e-5f;
};

// X, scale, [bias] -> Y, [mean], [inverse standard deviation], over the axes from `axis` on.
struct LayerNormalization {
  int64_t axis = -1;
  float epsilon = 1e-5f;
};

// X -> Y, divided by the p-norm along `axis`.
struct LpNormalization {
  int64_t axis = -1;
  int64_t p = 2;
};

// X -> Y with mean 0 and variance 1 over `axes`.
struct MeanVarianceNormalization {
  std::vector<int64_t> axes = {0, 2, 3};
};

// X [N,C,...] -> Y: local response normalisation across channels.
struct Lrn {
  int64_t size = 1;
  float alpha = 1e-4f;
  float beta = 0.75f;
  float bias = 1.0f;
};

// --- Activations
// -----------------------------------------------------------------------------------

enum class ActivationKind : uint8_t {
  kRelu,             // max(0, x)
  kLeakyRelu,        // x < 0 ? alpha·x : x
  kThresholdedRelu,  // x > alpha ? x : 0
  kClip,             // min(max(x, alpha), beta); ReLU6 is Clip(0, 6)
  kElu,              // x < 0 ? alpha·(eˣ-1) : x
  kSelu,             // beta·(x > 0 ? x : alpha·(eˣ-1)); ONNX calls beta gamma
  kCelu,             // max(0, x) + min(0, alpha·(e^(x/alpha)-1))
  kSigmoid,          // 1/(1+e⁻ˣ)
  kTanh,             // tanh x
  kHardSigmoid,      // max(0, min(1, alpha·x + beta))
  kHardSwish,        // x·max(0, min(1, x/6 + 0.5))
  kSoftplus,         // ln(1+eˣ)
  kSoftsign,         // x/(1+|x|)
  kMish,             // x·tanh(softplus(x))
  kGelu,             // x·Φ(x), Φ by the error function
  kGeluTanh,         // x·Φ(x), Φ by the tanh approximation
  kSwish,            // x·sigmoid(alpha·x)
  kShrink,           // x < -alpha ? x + beta : x > alpha ? x - beta : 0
};

// X -> Y of the same shape. Bounds of a Clip are constants here; a Clip whose bounds are computed
// is imported as Max and Min.
struct Activation {
  ActivationKind kind = ActivationKind::kRelu;
  float alpha = 0.0f;
  float beta = 0.0f;
};

// X, slope (broadcast to X) -> Y = x < 0 ? slope·x : x.
struct PRelu {};

// X -> Y, over one axis; with `flatten` (opset < 13) over all axes from `axis` on taken together.
struct Softmax {
  int64_t axis = -1;
  bool flatten = false;
  bool log = false;
};

// --- Pooling
// ---------------------------------------------------------------------------------------

enum class PoolKind : uint8_t { kMax, kAverage, kLp };
// X [N,C,spatial...] -> Y, [Indices int64, kMax only].
struct Pool {
  PoolKind kind = PoolKind::kMax;
  Window window;  // not read when `global`
  bool global = false;
  bool ceil_mode = false;
  bool count_include_pad = false;     // kAverage
  int64_t p = 2;                      // kLp
  bool column_major_indices = false;  // kMax: ONNX storage_order 1
};

// X, Indices, [output_shape] -> Y.
struct MaxUnpool {
  Window window;
};

// --- Element-wise
// ----------------------------------------------------------------------------------

enum class UnaryKind : uint8_t {
  kNeg,
  kAbs,
  kSign,
  kSqrt,
  kReciprocal,
  kExp,
  kLog,
  kErf,
  kFloor,
  kCeil,
  kRound,
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kAsinh,
  kAcosh,
  kAtanh,
  kNot,
  kIsNan,
  kIsInf,
  kBitwiseNot,
};
struct Unary {
  UnaryKind kind = UnaryKind::kNeg;
  bool detect_negative = true;  // kIsInf
  bool detect_positive = true;  // kIsInf
};

enum class BinaryKind : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kPow,
  kMod,
  kFmod,
  kEqual,
  kGreater,
  kGreaterOrEqual,
  kLess,
  kLessOrEqual,
  kAnd,
  kOr,
  kXor,
  kBitwiseAnd,
  kBitwiseOr,
  kBitwiseXor,
  kShiftLeft,
  kShiftRight,
};
// A, B -> C with numpy's broadcasting; comparisons give bool. Integer kDiv truncates towards zero.
struct Binary {
  BinaryKind kind = BinaryKind::kAdd;
};

enum class VariadicKind : uint8_t { kMax, kMin, kSum, kMean };
// One or more inputs -> Y with numpy's broadcasting.
struct Variadic {
  VariadicKind kind = VariadicKind::kMax;
};

// condition (bool), X, Y -> Z with numpy's broadcasting.
struct Where {};

// X -> Y; X is converted as by a C++ cast, to bool as != 0.
struct Cast {
  DataType to = DataType::kFloat32;
};

// --- Reductions
// ------------------------------------------------------------------------------------

enum class ReduceKind : uint8_t {
  kSum,
  kMean,
  kMax,
  kMin,
  kProd,
  kL1,
  kL2,
  kSumSquare,
  kLogSum,
  kLogSumExp,
};
// X, [axes int64] -> Y. Without axes: over all, or none with `noop_with_empty_axes`.
struct Reduce {
  ReduceKind kind = ReduceKind::kSum;
  bool keep_dims = true;
  bool noop_with_empty_axes = false;
};

// X -> indices int64 of the largest (or smallest) element along `axis`.
struct ArgExtreme {
  bool largest = true;
  int64_t axis = 0;
  bool keep_dims = true;
  bool select_last_index = false;
};

// X, K int64 [1] -> values, indices int64; always in sorted order.
struct TopK {
  int64_t axis = -1;
  bool largest = true;
};

// X, [axis is an input in ONNX; a constant here] -> Y, running sums, or products.
struct CumSum {
  int64_t axis = 0;
  bool exclusive = false;
  bool reverse = false;
  bool product = false;
};

// inputs... -> Y: products summed over the labels that Y lacks, as the equation says, in the syntax
// of numpy.einsum: "bij,bjk->bik". See ops/einsum.h.
struct Einsum {
  std::string equation;
};

// --- Quantisation. Beyond ONNX, QLinearConv and QLinearMatMul without y_scale and y_zero_point
// give floats, and B, int32 in units of x_scale·w_scale, may be float in those of a real y.

// x float, scale, [zero_point] -> y of `to`; scale is a scalar, one entry along `axis`, or blocked.
struct QuantizeLinear {
  int64_t axis = 1;
  int64_t block_size = 0;  // 0 = not blocked
  DataType to = DataType::kUint8;
};
// x, scale, [zero_point] -> y float.
struct DequantizeLinear {
  int64_t axis = 1;
  int64_t block_size = 0;
};
struct DynamicQuantizeLinear {};  // x float -> y uint8, scale, zero_point
// x, x_scale, x_zero_point, w, w_scale, w_zero_point, [y_scale], [y_zero_point], [B] -> y.
struct QLinearConv {
  Window window;
  int64_t group = 1;
};
// a, a_scale, a_zero_point, b, b_scale, b_zero_point, [y_scale], [y_zero_point], [B] -> y.
struct QLinearMatMul {};
// A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point -> C (com.microsoft).
struct QLinearBinary {
  BinaryKind kind = BinaryKind::kAdd;
};
// x, w, [x_zero_point], [w_zero_point] -> y int32.
struct ConvInteger {
  Window window;
  int64_t group = 1;
};
// A, B, [a_zero_point], [b_zero_point] -> Y int32.
struct MatMulInteger {};

using Op =
    std::variant<Conv, ConvTranspose, Gemm, MatMul, BatchNormalization, InstanceNormalization,
                 GroupNormalization, LayerNormalization, LpNormalization, MeanVarianceNormalization,
                 Lrn, Activation, PRelu, Softmax, Pool, MaxUnpool, Unary, Binary, Variadic, Where,
                 Cast, Reduce, ArgExtreme, TopK, CumSum, Einsum, Identity, Concat, Split, Slice,
                 Pad, Reshape, Flatten, Transpose, Squeeze, Unsqueeze, Expand, Tile, Gather,
                 GatherElements, GatherNd, ScatterElements, ScatterNd, OneHot, Trilu, DepthToSpace,
                 SpaceToDepth, ShapeOf, Size, ConstantOfShape, Range, EyeLike, NonZero,
                 CenterCropPad, Crop, Resize, GridSample, AffineGrid, RoiAlign, Col2Im,
                 QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, QLinearConv,
                 QLinearMatMul, QLinearBinary, ConvInteger, MatMulInteger>;

// The struct's name ("Conv"), or its kind's where it has one ("Relu", "Add"): what dumps print.
std::string_view Name(const Op& op);
std::string_view Name(ActivationKind kind);

// The position of operator T in Op, to index tables with.
template <typename T, size_t I = 0>
constexpr size_t OpIndex() {
  if constexpr (std::is_same_v<T, std::variant_alternative_t<I, Op>>) {
    return I;
  } else {
    return OpIndex<T, I + 1>();
  }
}

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OP_H_
