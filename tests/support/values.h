// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tensors as the reference sees them.

#ifndef RELUSERVE_TESTS_SUPPORT_VALUES_H_
#define RELUSERVE_TESTS_SUPPORT_VALUES_H_

#include <cmath>
#include <vector>

#include "server/tensor/shape.h"
#include "server/tensor/tensor.h"

namespace reluserve::test_support {

// A place in a tensor: one entry an axis.
using Index = Shape;

// Elements in double precision whatever their type in the model, row-major.
struct Values {
  Shape shape;
  std::vector<double> elements;
  // Whether single precision would have come to the very same elements, in any order of summation.
  bool exact = true;

  explicit Values(Shape extents) : shape(std::move(extents)), elements(shape.ElementCount()) {}

  double& At(const Index& index) { return elements[Offset(index)]; }
  double At(const Index& index) const { return elements[Offset(index)]; }
  bool Contains(const Index& index) const {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (index[axis] < 0 || index[axis] >= shape[axis]) return false;
    }
    return true;
  }

 private:
  size_t Offset(const Index& index) const {
    int64_t offset = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) offset = offset * shape[axis] + index[axis];
    return static_cast<size_t>(offset);
  }
};

// The elements of an FP32, INT32, INT64, INT8 or UINT8 tensor.
Values ValuesOf(const Tensor& tensor);

// Calls visit(index) for every index of the shape, the last axis moving fastest.
template <typename Visitor>
void ForEachIndex(const Shape& shape, Visitor visit) {
  if (shape.ElementCount() == 0) return;
  Index index = Shape::Filled(shape.rank(), 0);
  while (true) {
    visit(static_cast<const Index&>(index));
    int axis = shape.rank() - 1;
    while (axis >= 0 && ++index[axis] == shape[axis]) index[axis--] = 0;
    if (axis < 0) return;
  }
}

// The shape that numpy's broadcasting gives two shapes that fit.
Shape BroadcastShapes(const Shape& a, const Shape& b);
// The element that broadcasting puts at `index`, which has at least the rank of `values`.
double BroadcastAt(const Values& values, const Index& index);

// Whether single precision holds `value` with room to spare: a multiple of 2⁻⁸ below 2¹⁶.
inline bool IsSmallFraction(double value) {
  return value * 256.0 == std::floor(value * 256.0) && std::abs(value) < 65536.0;
}

// A sum that knows whether single precision can form it without rounding, in whatever order: all
// terms are multiples of 2⁻⁸, and their magnitudes add up to less than 2¹⁶.
class Sum {
 public:
  void Add(double term) {
    total_ += term;
    magnitude_ += std::abs(term);
    granular_ = granular_ && IsSmallFraction(term);
  }
  double total() const { return total_; }
  bool exact() const { return granular_ && IsSmallFraction(std::floor(magnitude_)); }

 private:
  double total_ = 0.0;
  double magnitude_ = 0.0;
  bool granular_ = true;
};

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_VALUES_H_
