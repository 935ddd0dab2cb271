// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Access to a node's operands that every kernel needs.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_OPERANDS_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_OPERANDS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "server/tensor/tensor.h"

namespace reluserve::engine::kernels {

using Inputs = std::span<const TensorView>;
using Outputs = std::span<const MutableTensorView>;

// Whether the operand is there: trailing ones may be left out, others have no data.
inline bool Present(Inputs inputs, size_t index) {
  return index < inputs.size() && inputs[index].present();
}
inline bool Present(Outputs outputs, size_t index) {
  return index < outputs.size() && outputs[index].data != nullptr;
}

template <typename T>
const T* Elements(const TensorView& view) {
  return static_cast<const T*>(view.data);
}
template <typename T>
T* Elements(const MutableTensorView& view) {
  return static_cast<T*>(view.data);
}

// A shape seen from one axis: element (o, i, j) lies at (o·length + i)·inner + j.
struct AxisSplit {
  int64_t outer = 1;
  int64_t length = 1;
  int64_t inner = 1;
};

// `axis` may be negative, counting from the end, and lies within the rank: shape inference has
// checked it.
inline AxisSplit SplitAtAxis(const Shape& shape, int64_t axis) {
  const int rank = shape.rank();
  const int index = static_cast<int>(axis < 0 ? axis + rank : axis);
  return {shape.ElementCount(0, index), shape[index], shape.ElementCount(index + 1, rank)};
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_OPERANDS_H_
