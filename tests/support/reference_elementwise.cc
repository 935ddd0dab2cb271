// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <limits>

#include "tests/support/reference_activation.h"
#include "tests/support/reference_ops.h"

namespace reluserve::test_support {
namespace {

// One element after another, given its place.
template <typename Function>
Values Fill(const Shape& shape, Function function) {
  Values y(shape);
  ForEachIndex(shape, [&](const Index& at) {
    y.At(at) = function(at);
    y.exact = y.exact && IsSmallFraction(y.At(at));
  });
  return y;
}

double Combine(graph::BinaryKind kind, double a, double b) {
  switch (kind) {
    case graph::BinaryKind::kAdd:
      return a + b;
    case graph::BinaryKind::kSub:
      return a - b;
    case graph::BinaryKind::kMul:
      return a * b;
    case graph::BinaryKind::kDiv:
      return a / b;
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace

Values Compute(const graph::Activation& op, const Inputs& in) {
  return Fill(in[0]->shape, [&](const Index& at) { return Apply(op, in[0]->At(at)); });
}

Values Compute(const graph::PRelu&, const Inputs& in) {
  return Fill(in[0]->shape, [&](const Index& at) {
    const double x = in[0]->At(at);
    return x < 0.0 ? BroadcastAt(*in[1], at) * x : x;
  });
}

Values Compute(const graph::Binary& op, const Inputs& in) {
  return Fill(BroadcastShapes(in[0]->shape, in[1]->shape), [&](const Index& at) {
    return Combine(op.kind, BroadcastAt(*in[0], at), BroadcastAt(*in[1], at));
  });
}

Values Compute(const graph::Variadic& op, const Inputs& in) {
  Shape shape = in[0]->shape;
  for (const Values* operand : in) shape = BroadcastShapes(shape, operand->shape);
  return Fill(shape, [&](const Index& at) {
    double sum = 0.0;
    double largest = BroadcastAt(*in[0], at);
    double smallest = largest;
    for (const Values* operand : in) {
      const double element = BroadcastAt(*operand, at);
      sum += element;
      largest = std::max(largest, element);
      smallest = std::min(smallest, element);
    }
    switch (op.kind) {
      case graph::VariadicKind::kMax:
        return largest;
      case graph::VariadicKind::kMin:
        return smallest;
      case graph::VariadicKind::kSum:
        return sum;
      case graph::VariadicKind::kMean:
        return sum / static_cast<double>(in.size());
    }
    return sum;
  });
}

}  // namespace reluserve::test_support
