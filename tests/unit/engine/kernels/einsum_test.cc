// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests einsum.cc, and graph/ops/einsum.cc, against loops over all labels.

#include <cstdint>
#include <map>
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

using test_support::ForEachIndex;
using test_support::Index;
using test_support::Random;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kSeed = 20261123;

struct Row {
  const char* equation;
  std::vector<std::string> inputs;  // the labels of the operands' axes, without ellipses
  std::string output;               // likewise
};

// Sums, for each place of the result, over all values of all labels.
Values Naive(const Row& row, const std::map<char, int64_t>& extents,
             const std::vector<Values>& operands) {
  std::string labels;
  Shape all;
  for (const auto& [label, extent] : extents) {
    labels += label;
    all.push_back(extent);
  }
  const auto place = [&](const std::string& of, const Index& at) {
    Index index;
    for (const char label : of) index.push_back(at[static_cast<int>(labels.find(label))]);
    return index;
  };
  Shape shape;
  for (const char label : row.output) shape.push_back(extents.at(label));
  Values sums(shape);
  ForEachIndex(all, [&](const Index& at) {
    double product = 1;
    for (size_t i = 0; i < operands.size(); ++i)
      product *= operands[i].At(place(row.inputs[i], at));
    sums.At(place(row.output, at)) += product;
  });
  return sums;
}

TEST(EinsumTest, EquationsOnRandomExtents) {
  const std::vector<Row> rows = {
      {"ij,jk->ik", {"ij", "jk"}, "ik"},
      {"ij,jk", {"ij", "jk"}, "ik"},
      {"bhid, bhjd -> bhij", {"bhid", "bhjd"}, "bhij"},
      {"bij,bjk->bik", {"bij", "bjk"}, "bik"},
      {"nchw,nc->nhw", {"nchw", "nc"}, "nhw"},
      {"nctkv,kvw->nctw", {"nctkv", "kvw"}, "nctw"},
      {"...ij,...jk->...ik", {"xyij", "xyjk"}, "xyik"},
      {"...i,ij->...j", {"xyi", "ij"}, "xyj"},
      {"...", {"xy"}, "xy"},
      {"ba", {"ba"}, "ab"},
      {"ii->i", {"ii"}, "i"},
      {"ii", {"ii"}, ""},
      {"ij->", {"ij"}, ""},
      {"i,j->ij", {"i", "j"}, "ij"},
      {"a,ab,b->", {"a", "ab", "b"}, ""},
      {"bi,ci->bi", {"bi", "ci"}, "bi"},
  };
  Random random(kSeed);
  for (const Row& row : rows) {
    for (int round = 0; round < 4; ++round) {
      SCOPED_TRACE(fmt::format("seed {}, {}, round {}", kSeed, row.equation, round));
      std::map<char, int64_t> extents;
      Operands operands;
      std::vector<Values> values;
      for (const std::string& labels : row.inputs) {
        Shape shape;
        for (const char label : labels) {
          shape.push_back(extents.emplace(label, random.Integer(1, 5)).first->second);
        }
        operands.push_back(test_support::RandomIntegers(shape, -3, 3, random));
        values.push_back(ValuesOf(*operands.back()));
      }
      const Values want = Naive(row, extents, values);
      const Values got = ValuesOf(RunOne(graph::Einsum{row.equation}, operands));
      ASSERT_EQ(got.shape, want.shape);
      EXPECT_EQ(got.elements, want.elements);
    }
  }
}

TEST(EinsumTest, AxesUnderAnEllipsisAreBroadcast) {
  const Tensor a = Floats({1, 2}, {1, 2});
  const Tensor b = Floats({3, 1, 2}, {1, 1, 2, 2, 3, 3});
  const Tensor y = RunOne(graph::Einsum{"...i,...i->..."}, {a, b});
  EXPECT_EQ(y.shape(), (Shape{3, 1}));
  EXPECT_THAT(ElementsOf<float>(y), ElementsAre(3, 6, 9));
}

TEST(EinsumTest, Integers) {
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Einsum{"i,i->"}, {Longs({1, 2}), Longs({3, 4})})),
              ElementsAre(11));
}

TEST(EinsumTest, WhatDoesNotFitIsRefused) {
  const Tensor matrix = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor vector = Floats({2}, {1, 2});
  const Tensor large = Floats({1 << 13}, std::vector<float>(1 << 13));
  struct Refusal {
    const char* equation;
    Operands operands;
    const char* expected;
  };
  const std::vector<Refusal> refusals = {
      {"ij,jk->ik", {matrix}, "not for 1 operands"},
      {"ij->ij", {matrix, vector}, "not for 2 operands"},
      {"ij,j->i", {matrix, vector}, "inputs[1] has shape [2]"},
      {"i->i", {matrix}, "the equation labels 1 axes"},
      {"ijk->i", {matrix}, "the equation labels 3 axes"},
      {"i1->i", {matrix}, "\"1\" where a letter"},
      {"ij->k", {matrix}, "one that no operand has"},
      {"ij->ii", {matrix}, "a label twice"},
      {"...j->j", {matrix}, "on one side only"},
      {"i..->i", {matrix}, "\"..\" where a letter"},
      {"i,j,k->", {large, large, large}, "multiplications for each element"},
  };
  for (const auto& [equation, operands, expected] : refusals) {
    const auto result = RunMany(graph::Einsum{equation}, operands);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << equation;
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(expected)) << equation;
  }
}

}  // namespace
}  // namespace reluserve::engine
