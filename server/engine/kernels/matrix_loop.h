// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The matrix product over any element types: the loops are here, the arithmetic is a rule
//   Sum Product(a, b, row, column) const, Y Finish(sum, row, column) const
// Every sum adds its products in the same order, whatever the number of rows.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_MATRIX_LOOP_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_MATRIX_LOOP_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include <absl/container/inlined_vector.h>

#include "server/engine/kernels/parallel.h"
#include "server/graph/ops/broadcast.h"
#include "server/graph/ops/matmul.h"

namespace reluserve::engine::kernels {

// Element (i, j) lies at i·row_stride + j·column_stride.
struct MatrixLayout {
  int64_t row_stride = 0;
  int64_t column_stride = 0;
};

// Y [rows, columns] = A [rows, depth] · B [depth, columns], for each of `batch` pairs.
struct MatrixProduct {
  int64_t rows = 0;
  int64_t depth = 0;
  int64_t columns = 0;
  MatrixLayout a;
  MatrixLayout b;
  // Axes along which A and B are repeated, outermost first, with the distance between matrices.
  struct BatchAxis {
    int64_t extent;
    int64_t a_stride;
    int64_t b_stride;
  };
  absl::InlinedVector<BatchAxis, 4> batch;
};

// Dense operands of any batch.
inline MatrixProduct DenseProduct(const graph::ResolvedMatMul& resolved) {
  MatrixProduct product;
  product.rows = resolved.m;
  product.depth = resolved.k;
  product.columns = resolved.n;
  product.a = {resolved.k, 1};
  product.b = {resolved.n, 1};
  const Shape a_strides = graph::BroadcastStrides(resolved.a_batch, resolved.batch);
  const Shape b_strides = graph::BroadcastStrides(resolved.b_batch, resolved.batch);
  for (int i = 0; i < resolved.batch.rank(); ++i) {
    product.batch.push_back({resolved.batch[i], a_strides[i] * resolved.m * resolved.k,
                             b_strides[i] * resolved.k * resolved.n});
  }
  return product;
}

// Columns of a row that are computed together.
inline constexpr int64_t kMatrixBlock = 256;

// Columns [first, first + count) of one row of the result; `b` and `y` start at its first row.
template <typename Sum, typename A, typename B, typename Y, typename Rule>
void MultiplyBlock(const MatrixProduct& product, int64_t row, int64_t first, int64_t count,
                   const A* a, const B* b, Y* y, const Rule& rule) {
  const A* a_row = a + row * product.a.row_stride;
  std::array<Sum, kMatrixBlock> sums{};
  if (product.b.column_stride == 1) {
    for (int64_t k = 0; k < product.depth; ++k) {
      const A fixed = a_row[k * product.a.column_stride];
      const B* b_row = b + k * product.b.row_stride + first;
      for (int64_t j = 0; j < count; ++j) sums[j] += rule.Product(fixed, b_row[j], row, first + j);
    }
  } else {  // B's columns are what lies along memory
    for (int64_t j = 0; j < count; ++j) {
      const B* b_column = b + (first + j) * product.b.column_stride;
      for (int64_t k = 0; k < product.depth; ++k) {
        sums[j] += rule.Product(a_row[k * product.a.column_stride],
                                b_column[k * product.b.row_stride], row, first + j);
      }
    }
  }
  for (int64_t j = 0; j < count; ++j) {
    y[row * product.columns + first + j] = rule.Finish(sums[j], row, first + j);
  }
}

// All of it; the result is dense. Rows, and blocks of long rows, are spread over the threads.
template <typename Sum, typename A, typename B, typename Y, typename Rule>
void MultiplyMatrices(const MatrixProduct& product, const A* a, const B* b, Y* y,
                      const Rule& rule) {
  const int64_t blocks = (product.columns + kMatrixBlock - 1) / kMatrixBlock;
  int64_t pairs = 1;
  for (const MatrixProduct::BatchAxis& axis : product.batch) pairs *= axis.extent;
  const int64_t steps = product.depth * std::min(product.columns, kMatrixBlock);
  ParallelRanges(pairs * product.rows * blocks, steps, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t first = item % blocks * kMatrixBlock;
      const int64_t pair = item / blocks / product.rows;
      int64_t a_offset = 0;
      int64_t b_offset = 0;
      int64_t rest = pair;
      for (size_t i = product.batch.size(); i-- > 0;) {
        const MatrixProduct::BatchAxis& axis = product.batch[i];
        a_offset += rest % axis.extent * axis.a_stride;
        b_offset += rest % axis.extent * axis.b_stride;
        rest /= axis.extent;
      }
      MultiplyBlock<Sum>(product, item / blocks % product.rows, first,
                         std::min(kMatrixBlock, product.columns - first), a + a_offset,
                         b + b_offset, y + pair * product.rows * product.columns, rule);
    }
  });
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_MATRIX_LOOP_H_
