// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/values.h"

#include <algorithm>

namespace reluserve::test_support {
namespace {

template <typename T>
Values Widen(const Tensor& tensor) {
  Values values(tensor.shape());
  const std::span<const T> elements = tensor.values<T>();
  values.elements.assign(elements.begin(), elements.end());
  return values;
}

}  // namespace

Values ValuesOf(const Tensor& tensor) {
  switch (tensor.type()) {
    case DataType::kFloat32:
      return Widen<float>(tensor);
    case DataType::kInt32:
      return Widen<int32_t>(tensor);
    case DataType::kInt8:
      return Widen<int8_t>(tensor);
    case DataType::kUint8:
      return Widen<uint8_t>(tensor);
    default:
      return Widen<int64_t>(tensor);
  }
}

Shape BroadcastShapes(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result = Shape::Filled(rank, 1);
  for (const Shape& shape : {a, b}) {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const int aligned = rank - shape.rank() + axis;
      if (shape[axis] != 1) result[aligned] = shape[axis];
    }
  }
  return result;
}

double BroadcastAt(const Values& values, const Index& index) {
  Index own = values.shape;
  for (int axis = 0; axis < own.rank(); ++axis) {
    own[axis] = values.shape[axis] == 1 ? 0 : index[index.rank() - own.rank() + axis];
  }
  return values.At(own);
}

}  // namespace reluserve::test_support
