// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>

#include "tests/support/reference_ops.h"

namespace reluserve::test_support {
namespace {

// The same function of every element and its index.
template <typename Function>
Values Map(const Values& x, Function function) {
  Values y(x.shape);
  ForEachIndex(x.shape, [&](const Index& at) { y.At(at) = function(x.At(at), at); });
  return y;
}

}  // namespace

Values Compute(const graph::BatchNormalization& op, const Inputs& in) {
  bool exact = true;
  Values y = Map(*in[0], [&](double x, const Index& at) {
    const Index channel = {at[1]};
    const double factor = in[1]->At(channel) / std::sqrt(in[4]->At(channel) + op.epsilon);
    Sum sum;
    sum.Add(factor * x);
    sum.Add(-factor * in[3]->At(channel));
    sum.Add(in[2]->At(channel));
    exact = exact && sum.exact() && IsSmallFraction(factor);
    return sum.total();
  });
  y.exact = exact;
  return y;
}

Values Compute(const graph::InstanceNormalization& op, const Inputs& in) {
  const Values& x = *in[0];
  const Shape plane(x.shape.dims().subspan(2));
  Values y(x.shape);
  y.exact = false;
  ForEachIndex({x.shape[0], x.shape[1]}, [&](const Index& channel) {
    const auto at = [&](const Index& place) {
      Index index = channel;
      for (int64_t extent : place.dims()) index.push_back(extent);
      return index;
    };
    const double count = static_cast<double>(plane.ElementCount());
    double mean = 0.0;
    ForEachIndex(plane, [&](const Index& place) { mean += x.At(at(place)) / count; });
    double variance = 0.0;
    ForEachIndex(plane, [&](const Index& place) {
      variance += std::pow(x.At(at(place)) - mean, 2.0) / count;
    });
    ForEachIndex(plane, [&](const Index& place) {
      y.At(at(place)) =
          in[1]->At({channel[1]}) * (x.At(at(place)) - mean) / std::sqrt(variance + op.epsilon) +
          in[2]->At({channel[1]});
    });
  });
  return y;
}

Values Compute(const graph::Lrn& op, const Inputs& in) {
  const Values& x = *in[0];
  Values y = Map(x, [&](double element, const Index& at) {
    const int64_t first = std::max<int64_t>(0, at[1] - (op.size - 1) / 2);
    const int64_t last = std::min<int64_t>(x.shape[1] - 1, at[1] + op.size / 2);
    double squares = 0.0;
    for (int64_t channel = first; channel <= last; ++channel) {
      Index neighbour = at;
      neighbour[1] = channel;
      squares += x.At(neighbour) * x.At(neighbour);
    }
    return element /
           std::pow(op.bias + op.alpha / static_cast<double>(op.size) * squares, double{op.beta});
  });
  y.exact = false;
  return y;
}

Values Compute(const graph::Softmax& op, const Inputs& in) {
  const Values& x = *in[0];
  const int rank = x.shape.rank();
  const int axis = static_cast<int>(op.axis < 0 ? op.axis + rank : op.axis);
  // The elements that are normalised together are those that agree in all other axes.
  const int end = op.flatten ? rank : axis + 1;
  Values y = Map(x, [&](double element, const Index& at) {
    double sum = 0.0;
    double largest = element;
    ForEachIndex(Shape(x.shape.dims().subspan(axis, end - axis)), [&](const Index& along) {
      Index other = at;
      for (int i = axis; i < end; ++i) other[i] = along[i - axis];
      largest = std::max(largest, x.At(other));
    });
    ForEachIndex(Shape(x.shape.dims().subspan(axis, end - axis)), [&](const Index& along) {
      Index other = at;
      for (int i = axis; i < end; ++i) other[i] = along[i - axis];
      sum += std::exp(x.At(other) - largest);
    });
    const double logarithm = element - largest - std::log(sum);
    return op.log ? logarithm : std::exp(logarithm);
  });
  y.exact = false;
  return y;
}

}  // namespace reluserve::test_support
