// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests scatter.cc: GatherND, ScatterND and ScatterElements against loops over all places.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using graph::ScatterReduction;
using test_support::ForEachIndex;
using test_support::Index;
using test_support::Random;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kSeed = 20261121;
constexpr int kRounds = 40;
constexpr ScatterReduction kReductions[] = {ScatterReduction::kNone, ScatterReduction::kAdd,
                                            ScatterReduction::kMul, ScatterReduction::kMax,
                                            ScatterReduction::kMin};

Shape RandomShape(Random& random, int64_t low_rank, int64_t high_rank) {
  Shape shape;
  for (int64_t rank = random.Integer(low_rank, high_rank); rank > 0; --rank) {
    shape.push_back(random.Integer(1, 5));
  }
  return shape;
}

// Indices of which each is for the axis that `extent_of(its place)` is the extent of, half of them
// counted from the end.
template <typename T, typename ExtentOf>
Tensor RandomIndices(const Shape& shape, Random& random, const ExtentOf& extent_of) {
  std::vector<T> indices;
  ForEachIndex(shape, [&](const Index& at) {
    const int64_t extent = extent_of(at);
    indices.push_back(static_cast<T>(random.Integer(-extent, extent - 1)));
  });
  return Make<T>(shape, indices);
}

double Apply(ScatterReduction reduction, double old, double update) {
  switch (reduction) {
    case ScatterReduction::kNone:
      return update;
    case ScatterReduction::kAdd:
      return old + update;
    case ScatterReduction::kMul:
      return old * update;
    case ScatterReduction::kMax:
      return std::max(old, update);
    case ScatterReduction::kMin:
      return std::min(old, update);
  }
  return 0;
}

void ExpectEqual(const Tensor& got, const Values& want) {
  const Values values = ValuesOf(got);
  ASSERT_EQ(values.shape, want.shape);
  for (size_t i = 0; i < want.elements.size(); ++i) {
    ASSERT_EQ(values.elements[i], want.elements[i]) << "element " << i;
  }
}

// Small integers, of which sums and products are exact.
Tensor Integers(const Shape& shape, Random& random) {
  return test_support::RandomIntegers(shape, -3, 3, random);
}

TEST(ScatterElementsTest, EveryReductionAlongRandomAxes) {
  Random random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed, round));
    const Shape shape = RandomShape(random, 1, 4);
    const auto axis = static_cast<int>(random.Integer(0, shape.rank() - 1));
    Shape part;
    for (int i = 0; i < shape.rank(); ++i) {
      part.push_back(i == axis ? random.Integer(1, 7) : random.Integer(1, shape[i]));
    }
    const Tensor x = Integers(shape, random);
    const Tensor indices =
        RandomIndices<int64_t>(part, random, [&](const Index&) { return shape[axis]; });
    const Tensor updates = Integers(part, random);
    const Values index = ValuesOf(indices), update = ValuesOf(updates);
    for (const ScatterReduction reduction : kReductions) {
      Values want = ValuesOf(x);
      ForEachIndex(part, [&](const Index& at) {
        Index to = at;
        to[axis] = static_cast<int64_t>(index.At(at));
        if (to[axis] < 0) to[axis] += shape[axis];
        want.At(to) = Apply(reduction, want.At(to), update.At(at));
      });
      const int64_t from_back = axis - shape.rank();
      ExpectEqual(RunOne(graph::ScatterElements{from_back, reduction}, {x, indices, updates}),
                  want);
    }
  }
}

// Random rows of indices into X, and the shape of what they name.
struct Rows {
  Tensor indices;
  Shape named;
  int depth = 0;
};

Rows RandomRows(const Shape& shape, int shared, Random& random) {
  Rows rows;
  rows.depth = static_cast<int>(random.Integer(1, shape.rank() - shared));
  Shape index_shape;
  for (int i = 0; i < shared; ++i) index_shape.push_back(shape[i]);
  for (int64_t i = random.Integer(0, 2); i > 0; --i) index_shape.push_back(random.Integer(1, 4));
  rows.named = index_shape;
  for (int i = shared + rows.depth; i < shape.rank(); ++i) rows.named.push_back(shape[i]);
  index_shape.push_back(rows.depth);
  rows.indices = RandomIndices<int32_t>(index_shape, random, [&](const Index& at) {
    return shape[shared + static_cast<int>(at[at.rank() - 1])];
  });
  return rows;
}

// The place in X that element `at` of the named ones is.
Index PlaceIn(const Shape& shape, int shared, const Rows& rows, const Index& at) {
  const Values indices = ValuesOf(rows.indices);
  const int row_rank = indices.shape.rank() - 1;
  Index row;
  for (int i = 0; i < row_rank; ++i) row.push_back(at[i]);
  Index place;
  for (int i = 0; i < shared; ++i) place.push_back(at[i]);
  for (int i = 0; i < rows.depth; ++i) {
    Index entry = row;
    entry.push_back(i);
    const auto index = static_cast<int64_t>(indices.At(entry));
    place.push_back(index < 0 ? index + shape[shared + i] : index);
  }
  for (int i = row_rank; i < at.rank(); ++i) place.push_back(at[i]);
  return place;
}

TEST(ScatterNdTest, EveryReduction) {
  Random random(kSeed + 1);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed + 1, round));
    const Shape shape = RandomShape(random, 1, 4);
    const Rows rows = RandomRows(shape, 0, random);
    const Tensor x = Integers(shape, random);
    const Tensor updates = Integers(rows.named, random);
    for (const ScatterReduction reduction : kReductions) {
      Values want = ValuesOf(x);
      const Values update = ValuesOf(updates);
      ForEachIndex(rows.named, [&](const Index& at) {
        double& target = want.At(PlaceIn(shape, 0, rows, at));
        target = Apply(reduction, target, update.At(at));
      });
      ExpectEqual(RunOne(graph::ScatterNd{reduction}, {x, rows.indices, updates}), want);
    }
  }
}

TEST(GatherNdTest, WithAndWithoutSharedAxes) {
  Random random(kSeed + 2);
  for (int round = 0; round < 2 * kRounds; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed + 2, round));
    const Shape shape = RandomShape(random, 1, 4);
    const auto shared = static_cast<int>(random.Integer(0, shape.rank() - 1));
    const Rows rows = RandomRows(shape, shared, random);
    const Tensor x = Integers(shape, random);
    const Values values = ValuesOf(x);
    Values want(rows.named);
    ForEachIndex(rows.named, [&](const Index& at) {
      want.At(at) = values.At(PlaceIn(shape, shared, rows, at));
    });
    ExpectEqual(RunOne(graph::GatherNd{shared}, {x, rows.indices}), want);
  }
}

TEST(ScatterTest, ElementsOfAnyTypeAreReplaced) {
  const Tensor bytes = Make<uint8_t>({4}, {1, 2, 3, 4});
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(graph::ScatterNd{}, {bytes, Make<int64_t>({2, 1}, {-1, 0}),
                                                              Make<uint8_t>({2}, {8, 9})})),
              ElementsAre(9, 2, 3, 8));
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::ScatterElements{0, ScatterReduction::kAdd},
                                         {Longs({1, 2}), Longs({1, 1}), Longs({5, 6})})),
              ElementsAre(1, 13));
}

TEST(ScatterTest, WhatDoesNotFitIsRefused) {
  const Tensor x = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  struct Row {
    graph::Op op;
    Operands operands;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {graph::ScatterElements{1},
       {x, Make<int64_t>({1, 1}, {3}), Floats({1, 1}, {0})},
       "index 3 is outside [-3, 3)"},
      {graph::ScatterElements{1},
       {x, Make<int64_t>({3, 1}, {0, 0, 0}), Floats({3, 1}, {0, 0, 0})},
       "indices has shape [3,1]"},
      {graph::ScatterElements{1},
       {x, Make<int64_t>({1, 1}, {0}), Floats({1, 2}, {0, 0})},
       "updates has shape [1,2], expected [1,1]"},
      {graph::ScatterNd{},
       {x, Make<int64_t>({1, 2}, {0, -4}), Floats({1}, {0})},
       "index -4 is outside [-3, 3)"},
      {graph::ScatterNd{},
       {x, Make<int64_t>({1, 3}, {0, 0, 0}), Floats({1}, {0})},
       "expected a last extent of 1 to 2"},
      {graph::ScatterNd{},
       {x, Make<int64_t>({1, 1}, {0}), Floats({1, 2}, {0, 0})},
       "updates has shape [1,2], expected [1,3]"},
      {graph::ScatterNd{},
       {x, Make<int64_t>({1, 2}, {0, 0}), Make<int64_t>({1}, {0})},
       "updates is INT64, expected FP32"},
      {graph::GatherNd{}, {x, Make<int64_t>({1, 1}, {2})}, "index 2 is outside [-2, 2)"},
      {graph::GatherNd{2},
       {x, Make<int64_t>({2, 3, 1}, std::vector<int64_t>(6))},
       "batch_dims is 2"},
      {graph::GatherNd{1}, {x, Make<int64_t>({3, 1}, {0, 0, 0})}, "expected extent 2 along axis 0"},
      {graph::GatherNd{}, {x, Scalar<int64_t>(0)}, "batch_dims is 0"},
  };
  for (const Row& row : rows) {
    const auto result = RunMany(row.op, row.operands);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << row.expected;
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(row.expected));
  }
}

}  // namespace
}  // namespace reluserve::engine
