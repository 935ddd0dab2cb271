// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <limits>

#include "tests/support/reference_ops.h"

namespace reluserve::test_support {
namespace {

// What one window holds: the elements inside X, and how many places inside X and its padding.
struct WindowContent {
  std::vector<double> elements;
  int64_t places = 0;
};

WindowContent Collect(const Values& x, const std::vector<SlidingAxis>& axes, const Index& at) {
  Shape taps;
  for (const SlidingAxis& axis : axes) taps.push_back(axis.kernel);
  WindowContent content;
  ForEachIndex(taps, [&](const Index& tap) {
    Index source = {at[0], at[1]};
    bool inside_padding = true;
    for (size_t d = 0; d < axes.size(); ++d) {
      const int axis = static_cast<int>(d);
      const int64_t place =
          at[axis + 2] * axes[d].stride - axes[d].pad_begin + tap[axis] * axes[d].dilation;
      inside_padding = inside_padding && place < axes[d].input + axes[d].pad_end;
      source.push_back(place);
    }
    if (inside_padding) ++content.places;
    if (x.Contains(source)) content.elements.push_back(x.At(source));
  });
  return content;
}

double Summarise(const graph::Pool& op, const WindowContent& content) {
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0.0;
  double powers = 0.0;
  for (double element : content.elements) {
    largest = std::max(largest, element);
    sum += element;
    powers += std::pow(std::abs(element), static_cast<double>(op.p));
  }
  switch (op.kind) {
    case graph::PoolKind::kMax:
      return largest;
    case graph::PoolKind::kAverage:
      return sum / static_cast<double>(op.count_include_pad
                                           ? content.places
                                           : static_cast<int64_t>(content.elements.size()));
    case graph::PoolKind::kLp:
      return std::pow(powers, 1.0 / static_cast<double>(op.p));
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Values Compute(const graph::Pool& op, const Inputs& in) {
  const Values& x = *in[0];
  std::vector<SlidingAxis> axes;
  if (op.global) {
    axes = Slide(graph::Window(), SpatialExtents(x.shape), x.shape, /*ceil_mode=*/false);
  } else {
    axes = Slide(op.window, op.window.kernel, x.shape, op.ceil_mode);
  }
  Shape shape = {x.shape[0], x.shape[1]};
  for (const SlidingAxis& axis : axes) shape.push_back(axis.output);

  Values y(shape);
  ForEachIndex(shape, [&](const Index& at) {
    y.At(at) = Summarise(op, Collect(x, axes, at));
    y.exact = y.exact && IsSmallFraction(y.At(at));
  });
  return y;
}

}  // namespace reluserve::test_support
