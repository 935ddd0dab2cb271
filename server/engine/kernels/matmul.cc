// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// MatMul and Gemm.

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/convert.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/matrix_loop.h"

namespace reluserve::engine::kernels {
namespace {

using MatrixTypes = TypeList<float, double, int32_t, int64_t, uint32_t, uint64_t>;

// What products are summed in: double, or integers that wrap around.
template <typename T>
struct SumOf {
  using type = double;
};
template <std::integral T>
struct SumOf<T> {
  using type = Wrapping<T>;
};

template <typename T>
struct PlainRule {
  using Sum = typename SumOf<T>::type;
  Sum Product(T a, T b, int64_t, int64_t) const {
    return static_cast<Sum>(a) * static_cast<Sum>(b);
  }
  T Finish(Sum sum, int64_t, int64_t) const { return static_cast<T>(sum); }
};

// factor·value; integers are scaled as real numbers and cut towards zero.
template <typename T>
T Scale(float factor, T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(factor) * value;
  } else {
    if (factor == 1.0f) return value;
    return SaturatingCast<T>(static_cast<double>(factor) * static_cast<double>(value));
  }
}

template <typename T>
struct GemmRule : PlainRule<T> {
  using Sum = typename SumOf<T>::type;
  float alpha = 1.0f;
  float beta = 1.0f;
  const T* c = nullptr;  // absent
  MatrixLayout c_layout;

  T Finish(Sum sum, int64_t row, int64_t column) const {
    const T product = Scale(alpha, static_cast<T>(sum));
    if (c == nullptr) return product;
    return Add(product,
               Scale(beta, c[row * c_layout.row_stride + column * c_layout.column_stride]));
  }
};

}  // namespace

absl::Status MatMul(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedMatMul resolved,
                             graph::ResolveMatMul(inputs[0].shape, inputs[1].shape));
  const MatrixProduct product = DenseProduct(resolved);
  return Dispatch(MatrixTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    MultiplyMatrices<typename PlainRule<T>::Sum>(product, Elements<T>(inputs[0]),
                                                 Elements<T>(inputs[1]), Elements<T>(outputs[0]),
                                                 PlainRule<T>{});
  });
}

absl::Status Gemm(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Gemm>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedMatMul resolved,
                             graph::ResolveGemm(op, inputs[0].shape, inputs[1].shape));
  MatrixProduct product = DenseProduct(resolved);
  if (op.transpose_a) product.a = {1, product.rows};
  if (op.transpose_b) product.b = {1, product.depth};
  return Dispatch(MatrixTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    GemmRule<T> rule;
    rule.alpha = op.alpha;
    rule.beta = op.beta;
    if (Present(inputs, 2)) {
      rule.c = Elements<T>(inputs[2]);
      const Shape strides = graph::BroadcastStrides(inputs[2].shape, outputs[0].shape);
      rule.c_layout = {strides[0], strides[1]};
    }
    MultiplyMatrices<typename GemmRule<T>::Sum>(
        product, Elements<T>(inputs[0]), Elements<T>(inputs[1]), Elements<T>(outputs[0]), rule);
  });
}

}  // namespace reluserve::engine::kernels
