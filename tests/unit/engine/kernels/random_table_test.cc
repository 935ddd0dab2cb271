// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Kernels that are functions of one place of the result at a time, on random elements and shapes,
// against that function written down. What they do at special values has tests of its own in the
// file of each kernel.

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using test_support::BroadcastAt;
using test_support::ForEachIndex;
using test_support::Index;
using test_support::Random;
using test_support::Values;
using test_support::ValuesOf;

constexpr uint64_t kSeed = 20261101;
constexpr int kRounds = 8;

Shape RandomShape(Random& random, int64_t low_rank, int64_t high_rank) {
  Shape shape;
  for (int64_t rank = random.Integer(low_rank, high_rank); rank > 0; --rank) {
    shape.push_back(random.Integer(1, 7));
  }
  return shape;
}

Tensor Reals(const Shape& shape, double low, double high, Random& random) {
  return test_support::RandomFloats(shape, static_cast<float>(low), static_cast<float>(high),
                                    random);
}

// Every element of `got` is `expected(its place)`, within single precision.
void ExpectElements(const Tensor& got, const std::function<double(const Index&)>& expected) {
  const Values values = ValuesOf(got);
  double largest = 0.0, smallest = 0.0;
  ForEachIndex(values.shape, [&](const Index& at) {
    const double want = expected(at);
    largest = std::max(largest, want);
    smallest = std::min(smallest, want);
    ASSERT_NEAR(values.At(at), want, 2e-6 + 2e-6 * std::abs(want)) << at.ToString();
  });
  // Enough elements that are all alike would agree with too much.
  if (values.elements.size() > 16) {
    EXPECT_LT(smallest, largest);
  }
}

struct UnaryRow {
  graph::UnaryKind kind;
  double low, high;
  double (*function)(double);
};

TEST(RandomTableTest, UnaryFunctions) {
  using enum graph::UnaryKind;
  const std::vector<UnaryRow> rows = {
      {kNeg, -9, 9, [](double x) { return -x; }},
      {kAbs, -9, 9, [](double x) { return std::abs(x); }},
      {kSign, -9, 9, [](double x) { return x > 0   ? 1.0
                                           : x < 0 ? -1.0
                                                   : 0.0; }},
      {kSqrt, 0, 99, [](double x) { return std::sqrt(x); }},
      {kReciprocal, 0.1, 9, [](double x) { return 1 / x; }},
      {kExp, -4, 4, [](double x) { return std::exp(x); }},
      {kLog, 0.1, 99, [](double x) { return std::log(x); }},
      {kErf, -2, 2, [](double x) { return std::erf(x); }},
      {kFloor, -9, 9, [](double x) { return std::floor(x); }},
      {kCeil, -9, 9, [](double x) { return std::ceil(x); }},
      {kRound, -9, 9, [](double x) { return std::nearbyint(x); }},
      {kSin, -3, 3, [](double x) { return std::sin(x); }},
      {kCos, -3, 3, [](double x) { return std::cos(x); }},
      {kTan, -1, 1, [](double x) { return std::tan(x); }},
      {kAsin, -0.9, 0.9, [](double x) { return std::asin(x); }},
      {kAcos, -0.9, 0.9, [](double x) { return std::acos(x); }},
      {kAtan, -9, 9, [](double x) { return std::atan(x); }},
      {kSinh, -3, 3, [](double x) { return std::sinh(x); }},
      {kCosh, -3, 3, [](double x) { return std::cosh(x); }},
      {kAsinh, -9, 9, [](double x) { return std::asinh(x); }},
      {kAcosh, 1.1, 9, [](double x) { return std::acosh(x); }},
      {kAtanh, -0.9, 0.9, [](double x) { return std::atanh(x); }},
  };
  Random random(kSeed);
  for (const UnaryRow& row : rows) {
    for (int round = 0; round < kRounds; ++round) {
      SCOPED_TRACE(
          fmt::format("seed {}, kind {}, round {}", kSeed, static_cast<int>(row.kind), round));
      const Tensor x = Reals(RandomShape(random, 0, 5), row.low, row.high, random);
      const Values values = ValuesOf(x);
      ExpectElements(RunOne(graph::Unary{row.kind}, {x}),
                     [&](const Index& at) { return row.function(values.At(at)); });
    }
  }
}

// A shape that broadcasts to `shape`: without some leading axes, and with some extents of 1.
Shape Narrowed(const Shape& shape, Random& random) {
  Shape narrowed;
  for (int axis = static_cast<int>(random.Integer(0, shape.rank())); axis < shape.rank(); ++axis) {
    narrowed.push_back(random.Integer(0, 2) == 0 ? 1 : shape[axis]);
  }
  return narrowed;
}

TEST(RandomTableTest, BinaryFunctionsWithBroadcasting) {
  using enum graph::BinaryKind;
  struct Row {
    graph::BinaryKind kind;
    double (*function)(double, double);
  };
  const std::vector<Row> rows = {
      {kAdd, [](double a, double b) { return a + b; }},
      {kSub, [](double a, double b) { return a - b; }},
      {kMul, [](double a, double b) { return a * b; }},
      {kDiv, [](double a, double b) { return a / b; }},
      {kPow, [](double a, double b) { return std::pow(a, b); }},
      {kFmod, [](double a, double b) { return std::fmod(a, b); }},
  };
  Random random(kSeed + 1);
  for (const Row& row : rows) {
    for (int round = 0; round < kRounds; ++round) {
      SCOPED_TRACE(
          fmt::format("seed {}, kind {}, round {}", kSeed + 1, static_cast<int>(row.kind), round));
      const Shape shape = RandomShape(random, 1, 4);
      const Tensor full = Reals(shape, 0.5, 3, random);
      const Tensor narrow = Reals(Narrowed(shape, random), 0.5, 3, random);
      const bool swapped = random.Integer(0, 1) == 1;
      const Values a = ValuesOf(swapped ? narrow : full);
      const Values b = ValuesOf(swapped ? full : narrow);
      ExpectElements(
          RunOne(graph::Binary{row.kind}, {swapped ? narrow : full, swapped ? full : narrow}),
          [&](const Index& at) { return row.function(BroadcastAt(a, at), BroadcastAt(b, at)); });
    }
  }
}

TEST(RandomTableTest, VariadicFunctionsOfThree) {
  using enum graph::VariadicKind;
  struct Row {
    graph::VariadicKind kind;
    double (*function)(double, double, double);
  };
  const std::vector<Row> rows = {
      {kMax,
       [](double a, double b, double c) {
         return std::max({a, b, c});
       }},
      {kMin,
       [](double a, double b, double c) {
         return std::min({a, b, c});
       }},
      {kSum, [](double a, double b, double c) { return a + b + c; }},
      {kMean, [](double a, double b, double c) { return (a + b + c) / 3; }},
  };
  Random random(kSeed + 2);
  for (const Row& row : rows) {
    for (int round = 0; round < kRounds; ++round) {
      SCOPED_TRACE(
          fmt::format("seed {}, kind {}, round {}", kSeed + 2, static_cast<int>(row.kind), round));
      const Shape shape = RandomShape(random, 1, 4);
      const Tensor x = Reals(Narrowed(shape, random), -3, 3, random);
      const Tensor y = Reals(shape, -3, 3, random);
      const Tensor z = Reals(Narrowed(shape, random), -3, 3, random);
      const Values a = ValuesOf(x), b = ValuesOf(y), c = ValuesOf(z);
      ExpectElements(RunOne(graph::Variadic{row.kind}, {x, y, z}), [&](const Index& at) {
        return row.function(BroadcastAt(a, at), BroadcastAt(b, at), BroadcastAt(c, at));
      });
    }
  }
}

TEST(RandomTableTest, ReductionsOverOneAxis) {
  using enum graph::ReduceKind;
  using Terms = std::vector<double>;
  struct Row {
    graph::ReduceKind kind;
    double (*function)(const Terms&);
  };
  static constexpr auto sum_of = [](const Terms& terms, double (*of)(double)) {
    double sum = 0;
    for (double term : terms) sum += of(term);
    return sum;
  };
  const std::vector<Row> rows = {
      {kSum, [](const Terms& t) { return sum_of(t, [](double x) { return x; }); }},
      {kMean, [](const Terms& t) { return sum_of(t, [](double x) { return x; }) / t.size(); }},
      {kMax, [](const Terms& t) { return *std::max_element(t.begin(), t.end()); }},
      {kMin, [](const Terms& t) { return *std::min_element(t.begin(), t.end()); }},
      {kProd,
       [](const Terms& t) {
         double product = 1;
         for (double term : t) product *= term;
         return product;
       }},
      {kL1, [](const Terms& t) { return sum_of(t, [](double x) { return std::abs(x); }); }},
      {kL2, [](const Terms& t) { return std::sqrt(sum_of(t, [](double x) { return x * x; })); }},
      {kSumSquare, [](const Terms& t) { return sum_of(t, [](double x) { return x * x; }); }},
      {kLogSum, [](const Terms& t) { return std::log(sum_of(t, [](double x) { return x; })); }},
      {kLogSumExp,
       [](const Terms& t) { return std::log(sum_of(t, [](double x) { return std::exp(x); })); }},
  };
  Random random(kSeed + 3);
  for (const Row& row : rows) {
    for (int round = 0; round < kRounds; ++round) {
      SCOPED_TRACE(
          fmt::format("seed {}, kind {}, round {}", kSeed + 3, static_cast<int>(row.kind), round));
      const Shape shape = RandomShape(random, 1, 4);
      const auto axis = static_cast<int>(random.Integer(0, shape.rank() - 1));
      const Tensor x = Reals(shape, 0.5, 2, random);
      const Values values = ValuesOf(x);
      ExpectElements(RunOne(graph::Reduce{row.kind, /*keep_dims=*/true}, {x, Longs({axis})}),
                     [&](const Index& at) {
                       Terms terms;
                       Index from = at;
                       for (from[axis] = 0; from[axis] < shape[axis]; ++from[axis]) {
                         terms.push_back(values.At(from));
                       }
                       return row.function(terms);
                     });
    }
  }
}

// Operators whose result has at each place an element of the operand.
TEST(RandomTableTest, MovementOfElements) {
  Random random(kSeed + 4);
  for (int round = 0; round < 4 * kRounds; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed + 4, round));
    const Shape shape = RandomShape(random, 2, 4);
    const auto axis = static_cast<int>(random.Integer(0, shape.rank() - 1));
    const Tensor x = Reals(shape, -3, 3, random);
    const Values values = ValuesOf(x);

    std::vector<int64_t> repeats(shape.rank(), 1);
    repeats[axis] = 3;
    ExpectElements(RunOne(graph::Tile{}, {x, Longs(repeats)}), [&](Index at) {
      at[axis] %= shape[axis];
      return values.At(at);
    });

    const std::vector<int64_t> picks = {shape[axis] - 1, 0, -1};
    ExpectElements(RunOne(graph::Gather{axis}, {x, Longs(picks)}), [&](Index at) {
      at[axis] = (picks[at[axis]] + shape[axis]) % shape[axis];
      return values.At(at);
    });

    ExpectElements(RunOne(graph::Concat{axis}, {x, x}), [&](Index at) {
      at[axis] %= shape[axis];
      return values.At(at);
    });

    // Backwards, every second.
    ExpectElements(
        RunOne(graph::Slice{}, {x, Longs({-1}), Longs({-1000}), Longs({axis}), Longs({-2})}),
        [&](Index at) {
          at[axis] = shape[axis] - 1 - 2 * at[axis];
          return values.At(at);
        });

    ExpectElements(RunOne(graph::CumSum{axis}, {x}), [&](Index at) {
      double sum = 0;
      for (; at[axis] >= 0; --at[axis]) sum += values.At(at);
      return sum;
    });

    std::vector<int64_t> perm(shape.rank());
    for (int i = 0; i < shape.rank(); ++i) perm[i] = (i + axis) % shape.rank();
    ExpectElements(RunOne(graph::Transpose{perm}, {x}), [&](const Index& at) {
      Index from = at;
      for (int i = 0; i < shape.rank(); ++i) from[static_cast<int>(perm[i])] = at[i];
      return values.At(from);
    });
  }
}

TEST(RandomTableTest, WhereChoosesWithBroadcasting) {
  Random random(kSeed + 5);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed + 5, round));
    const Shape shape = RandomShape(random, 1, 4);
    Tensor condition = Tensor::Allocate(DataType::kBool, shape).value();
    for (bool& choice : condition.mutable_values<bool>()) choice = random.Integer(0, 1) == 1;
    const Tensor x = Reals(Narrowed(shape, random), -3, 3, random);
    const Tensor y = Reals(shape, -3, 3, random);
    const Values a = ValuesOf(x), b = ValuesOf(y);
    Values chosen(shape);
    const auto choices = condition.values<bool>();
    std::copy(choices.begin(), choices.end(), chosen.elements.begin());
    ExpectElements(RunOne(graph::Where{}, {condition, x, y}), [&](const Index& at) {
      return chosen.At(at) != 0 ? BroadcastAt(a, at) : b.At(at);
    });
  }
}

}  // namespace
}  // namespace reluserve::engine
