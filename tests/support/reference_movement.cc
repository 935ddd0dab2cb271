// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <utility>

#include "tests/support/reference_ops.h"

namespace reluserve::test_support {
namespace {

Values WithShape(const Values& x, Shape shape) {
  Values y = x;
  y.shape = std::move(shape);
  return y;
}

std::vector<int64_t> Integers(const Values& values) {
  return {values.elements.begin(), values.elements.end()};
}

int Normalise(int64_t axis, int rank) { return static_cast<int>(axis < 0 ? axis + rank : axis); }

// Where in X the element at place `at` of a padded axis comes from, or -1 for none.
int64_t PaddedSource(graph::PadMode mode, int64_t at, int64_t extent) {
  if (at >= 0 && at < extent) return at;
  switch (mode) {
    case graph::PadMode::kConstant:
      return -1;
    case graph::PadMode::kEdge:
      return at < 0 ? 0 : extent - 1;
    case graph::PadMode::kReflect:
      while (at < 0 || at >= extent) at = at < 0 ? -at : 2 * (extent - 1) - at;
      return at;
    case graph::PadMode::kWrap:
      return ((at % extent) + extent) % extent;
  }
  return -1;
}

}  // namespace

Values Compute(const graph::Identity&, const Inputs& in) { return *in[0]; }

Values Compute(const graph::Concat& op, const Inputs& in) {
  Shape shape = in[0]->shape;
  const int axis = Normalise(op.axis, shape.rank());
  shape[axis] = 0;
  for (const Values* operand : in) shape[axis] += operand->shape[axis];
  Values y(shape);
  int64_t before = 0;
  for (const Values* operand : in) {
    ForEachIndex(operand->shape, [&](const Index& from) {
      Index to = from;
      to[axis] += before;
      y.At(to) = operand->At(from);
    });
    before += operand->shape[axis];
  }
  return y;
}

Values Compute(const graph::Reshape& op, const Inputs& in) {
  Shape shape;
  int open = -1;
  const std::vector<int64_t> wanted = Integers(*in[1]);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const int axis = static_cast<int>(i);
    if (wanted[i] == -1) open = axis;
    const bool copied = wanted[i] == 0 && !op.allow_zero;
    shape.push_back(copied ? in[0]->shape[axis] : std::max<int64_t>(wanted[i], 1));
  }
  if (open >= 0) shape[open] = in[0]->shape.ElementCount() / shape.ElementCount();
  return WithShape(*in[0], shape);
}

Values Compute(const graph::Flatten& op, const Inputs& in) {
  const Shape& shape = in[0]->shape;
  const int axis = Normalise(op.axis, shape.rank());
  return WithShape(*in[0], {shape.ElementCount(0, axis), shape.ElementCount(axis, shape.rank())});
}

Values Compute(const graph::Transpose& op, const Inputs& in) {
  const Values& x = *in[0];
  const int rank = x.shape.rank();
  std::vector<int> perm;
  for (int axis = 0; axis < rank; ++axis) {
    perm.push_back(op.perm.empty() ? rank - 1 - axis : static_cast<int>(op.perm[axis]));
  }
  Shape shape = x.shape;
  for (int axis = 0; axis < rank; ++axis) shape[axis] = x.shape[perm[axis]];
  Values y(shape);
  ForEachIndex(shape, [&](const Index& to) {
    Index from = to;
    for (int axis = 0; axis < rank; ++axis) from[perm[axis]] = to[axis];
    y.At(to) = x.At(from);
  });
  return y;
}

Values Compute(const graph::Squeeze&, const Inputs& in) {
  const Shape& given = in[0]->shape;
  std::vector<bool> dropped(given.rank(), in.size() < 2);
  if (in.size() == 2) {
    for (int64_t axis : Integers(*in[1])) dropped[Normalise(axis, given.rank())] = true;
  }
  Shape shape;
  for (int axis = 0; axis < given.rank(); ++axis) {
    if (!dropped[axis] || given[axis] != 1) shape.push_back(given[axis]);
  }
  return WithShape(*in[0], shape);
}

Values Compute(const graph::Unsqueeze&, const Inputs& in) {
  const std::vector<int64_t> axes = Integers(*in[1]);
  const int rank = in[0]->shape.rank() + static_cast<int>(axes.size());
  std::vector<bool> added(rank, false);
  for (int64_t axis : axes) added[Normalise(axis, rank)] = true;
  Shape shape;
  int next = 0;
  for (bool one : added) shape.push_back(one ? 1 : in[0]->shape[next++]);
  return WithShape(*in[0], shape);
}

Values Compute(const graph::Pad& op, const Inputs& in) {
  const Values& x = *in[0];
  const std::vector<int64_t> pads = Integers(*in[1]);
  const double value = Optional(in, 2) != nullptr ? in[2]->elements[0] : 0.0;
  const int rank = x.shape.rank();
  Shape shape = x.shape;
  for (int axis = 0; axis < rank; ++axis) shape[axis] += pads[axis] + pads[axis + rank];
  Values y(shape);
  ForEachIndex(shape, [&](const Index& to) {
    Index from = to;
    for (int axis = 0; axis < rank; ++axis) {
      from[axis] = PaddedSource(op.mode, to[axis] - pads[axis], x.shape[axis]);
    }
    y.At(to) = x.Contains(from) ? x.At(from) : value;
  });
  return y;
}

}  // namespace reluserve::test_support
