// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>

#include "tests/support/reference_ops.h"

namespace reluserve::test_support {
namespace {

// The entry of a scale or zero point for the element at `index`: one for all, or one for each place
// along the axis.
double EntryAt(const Values* values, int64_t axis, const Index& index, double absent) {
  if (values == nullptr) return absent;
  if (values->elements.size() == 1) return values->elements[0];
  return values->elements[static_cast<size_t>(index[axis < 0 ? axis + index.rank() : axis])];
}

}  // namespace

Values Compute(const graph::QuantizeLinear& op, const Inputs& in) {
  const double low = op.to == DataType::kInt8 ? -128.0 : 0.0;
  const double high = op.to == DataType::kInt8 ? 127.0 : 255.0;
  Values y(in[0]->shape);
  ForEachIndex(y.shape, [&](const Index& at) {
    const double code = std::nearbyint(in[0]->At(at) / EntryAt(in[1], op.axis, at, 1.0)) +
                        EntryAt(Optional(in, 2), op.axis, at, 0.0);
    y.At(at) = std::clamp(code, low, high);
  });
  return y;
}

Values Compute(const graph::DequantizeLinear& op, const Inputs& in) {
  Values y(in[0]->shape);
  ForEachIndex(y.shape, [&](const Index& at) {
    y.At(at) = (in[0]->At(at) - EntryAt(Optional(in, 2), op.axis, at, 0.0)) *
               EntryAt(in[1], op.axis, at, 1.0);
  });
  return y;
}

}  // namespace reluserve::test_support
