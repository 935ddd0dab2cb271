// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The operators that the reference knows: one overload of Compute for each.

#ifndef RELUSERVE_TESTS_SUPPORT_REFERENCE_OPS_H_
#define RELUSERVE_TESTS_SUPPORT_REFERENCE_OPS_H_

#include <vector>

#include "server/graph/op.h"
#include "tests/support/values.h"

namespace reluserve::test_support {

// A node's operands; null where absent.
using Inputs = std::vector<const Values*>;

inline const Values* Optional(const Inputs& in, size_t index) {
  return index < in.size() ? in[index] : nullptr;
}

// One spatial axis of a sliding window: output o reads inputs
// o·stride − pad_begin + k·dilation for k in [0, kernel).
struct SlidingAxis {
  int64_t input = 0;
  int64_t output = 0;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_begin = 0;
  int64_t pad_end = 0;
};

// reference_window.cc. The axes of a window with these kernel extents over X [N,C,spatial...].
std::vector<SlidingAxis> Slide(const graph::Window& window, const std::vector<int64_t>& kernel,
                               const Shape& x, bool ceil_mode);
// The axes of a transposed convolution over X: input i reaches outputs
// i·stride − pad_begin + k·dilation.
std::vector<SlidingAxis> SlideTransposed(const graph::ConvTranspose& op,
                                         const std::vector<int64_t>& kernel, const Shape& x);
// The extents after the first two.
std::vector<int64_t> SpatialExtents(const Shape& shape);

// reference_convolution.cc
Values Compute(const graph::Conv& op, const Inputs& in);
Values Compute(const graph::ConvTranspose& op, const Inputs& in);

// reference_matrix.cc
Values Compute(const graph::Gemm& op, const Inputs& in);
Values Compute(const graph::MatMul& op, const Inputs& in);

// reference_pooling.cc; the indices of a max pooling are not computed.
Values Compute(const graph::Pool& op, const Inputs& in);

// reference_normalization.cc
Values Compute(const graph::BatchNormalization& op, const Inputs& in);
Values Compute(const graph::InstanceNormalization& op, const Inputs& in);
Values Compute(const graph::Lrn& op, const Inputs& in);
Values Compute(const graph::Softmax& op, const Inputs& in);

// reference_elementwise.cc
Values Compute(const graph::Activation& op, const Inputs& in);
Values Compute(const graph::PRelu& op, const Inputs& in);
Values Compute(const graph::Binary& op, const Inputs& in);  // Add, Sub, Mul, Div
Values Compute(const graph::Variadic& op, const Inputs& in);

// reference_quantization.cc; to int8 and uint8, not by blocks.
Values Compute(const graph::QuantizeLinear& op, const Inputs& in);
Values Compute(const graph::DequantizeLinear& op, const Inputs& in);

// reference_movement.cc
Values Compute(const graph::Identity& op, const Inputs& in);
Values Compute(const graph::Concat& op, const Inputs& in);
Values Compute(const graph::Reshape& op, const Inputs& in);
Values Compute(const graph::Flatten& op, const Inputs& in);
Values Compute(const graph::Transpose& op, const Inputs& in);
Values Compute(const graph::Squeeze& op, const Inputs& in);
Values Compute(const graph::Unsqueeze& op, const Inputs& in);
Values Compute(const graph::Pad& op, const Inputs& in);  // without axes

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_REFERENCE_OPS_H_
