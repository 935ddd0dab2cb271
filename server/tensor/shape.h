// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_TENSOR_SHAPE_H_
#define RELUSERVE_SERVER_TENSOR_SHAPE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>

#include <absl/container/inlined_vector.h>

namespace reluserve {

// The extents of a tensor, outermost first (row-major); no extents is a scalar. Every extent is
// known and not negative once the shape has passed CheckedElementCount(). A value type, not
// synchronised.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::span<const int64_t> dims) : dims_(dims.begin(), dims.end()) {}
  // `rank` extents of `fill` each.
  static Shape Filled(int rank, int64_t fill);

  int rank() const { return static_cast<int>(dims_.size()); }
  int64_t operator[](int axis) const { return dims_[axis]; }
  int64_t& operator[](int axis) { return dims_[axis]; }
  std::span<const int64_t> dims() const { return {dims_.data(), dims_.size()}; }
  void push_back(int64_t extent) { dims_.push_back(extent); }

  // The product of all extents. For shapes already checked.
  int64_t ElementCount() const { return ElementCount(0, rank()); }
  // The product of the extents of the axes in [begin, end).
  int64_t ElementCount(int begin, int end) const;

  // The product of all extents, or nothing when an extent is negative or the product does not fit.
  std::optional<int64_t> CheckedElementCount() const;

  // "[1,3,224,224]"; "[]" for a scalar.
  std::string ToString() const;

  friend bool operator==(const Shape& a, const Shape& b) { return a.dims_ == b.dims_; }

 private:
  absl::InlinedVector<int64_t, 6> dims_;
};

// The row-major distance, in elements, between neighbours along each axis.
Shape RowMajorStrides(const Shape& shape);

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_TENSOR_SHAPE_H_
