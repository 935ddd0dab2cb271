// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <utility>

#include "tests/support/reference_ops.h"

namespace reluserve::test_support {

Values Compute(const graph::Gemm& op, const Inputs& in) {
  const Values& a = *in[0];
  const Values& b = *in[1];
  const Values* c = Optional(in, 2);
  const int64_t rows = a.shape[op.transpose_a ? 1 : 0];
  const int64_t inner = a.shape[op.transpose_a ? 0 : 1];
  const int64_t columns = b.shape[op.transpose_b ? 0 : 1];
  Values y({rows, columns});
  ForEachIndex(y.shape, [&](const Index& at) {
    Sum sum;
    for (int64_t k = 0; k < inner; ++k) {
      const double left = op.transpose_a ? a.At({k, at[0]}) : a.At({at[0], k});
      const double right = op.transpose_b ? b.At({at[1], k}) : b.At({k, at[1]});
      sum.Add(op.alpha * left * right);
    }
    if (c != nullptr) sum.Add(op.beta * BroadcastAt(*c, at));
    y.At(at) = sum.total();
    y.exact = y.exact && sum.exact();
  });
  return y;
}

namespace {

// `shape` without its two matrix axes.
Shape Stack(const Shape& shape) { return Shape(shape.dims().first(shape.rank() - 2)); }

Index Append(Index index, int64_t row, int64_t column) {
  index.push_back(row);
  index.push_back(column);
  return index;
}

// Matrices with at least two axes each, the ones before the last two broadcast.
Values MultiplyStacks(const Values& a, const Values& b) {
  const Shape stack = BroadcastShapes(Stack(a.shape), Stack(b.shape));
  const int64_t inner = a.shape[a.shape.rank() - 1];
  Values y(Append(stack, a.shape[a.shape.rank() - 2], b.shape[b.shape.rank() - 1]));
  ForEachIndex(y.shape, [&](const Index& at) {
    const int64_t row = at[stack.rank()];
    const int64_t column = at[stack.rank() + 1];
    const Index place = Stack(at);
    Sum sum;
    for (int64_t k = 0; k < inner; ++k) {
      sum.Add(BroadcastAt(a, Append(place, row, k)) * BroadcastAt(b, Append(place, k, column)));
    }
    y.At(at) = sum.total();
    y.exact = y.exact && sum.exact();
  });
  return y;
}

Values WithShape(Values values, Shape shape) {
  values.shape = std::move(shape);
  return values;
}

}  // namespace

Values Compute(const graph::MatMul&, const Inputs& in) {
  const Values& a = *in[0];
  const Values& b = *in[1];
  // A vector is a matrix of one row, or of one column, and the result loses that axis again.
  const bool a_is_vector = a.shape.rank() == 1;
  const bool b_is_vector = b.shape.rank() == 1;
  Values y = MultiplyStacks(a_is_vector ? WithShape(a, {1, a.shape[0]}) : a,
                            b_is_vector ? WithShape(b, {b.shape[0], 1}) : b);
  Shape shape;
  for (int axis = 0; axis < y.shape.rank(); ++axis) {
    const bool row = axis == y.shape.rank() - 2;
    const bool column = axis == y.shape.rank() - 1;
    if ((row && a_is_vector) || (column && b_is_vector)) continue;
    shape.push_back(y.shape[axis]);
  }
  return WithShape(std::move(y), shape);
}

}  // namespace reluserve::test_support
