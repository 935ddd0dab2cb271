// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/op.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace reluserve::graph {
namespace {

TEST(OpTest, NamesAreThoseOfOnnxByKind) {
  const std::vector<std::pair<Op, std::string_view>> rows = {
      {Conv{}, "Conv"},
      {Lrn{}, "LRN"},
      {ShapeOf{}, "Shape"},
      {Activation{ActivationKind::kRelu}, "Relu"},
      {Activation{ActivationKind::kHardSwish}, "HardSwish"},
      {Activation{ActivationKind::kShrink}, "Shrink"},
      {Softmax{}, "Softmax"},
      {Softmax{.log = true}, "LogSoftmax"},
      {Pool{.kind = PoolKind::kMax}, "MaxPool"},
      {Pool{.kind = PoolKind::kLp}, "LpPool"},
      {Pool{.kind = PoolKind::kMax, .global = true}, "GlobalMaxPool"},
      {Pool{.kind = PoolKind::kAverage, .global = true}, "GlobalAveragePool"},
      {Unary{UnaryKind::kNeg}, "Neg"},
      {Unary{UnaryKind::kSin}, "Sin"},
      {Unary{UnaryKind::kAtanh}, "Atanh"},
      {Unary{UnaryKind::kIsInf}, "IsInf"},
      {Unary{UnaryKind::kBitwiseNot}, "BitwiseNot"},
      {Binary{BinaryKind::kAdd}, "Add"},
      {Binary{BinaryKind::kEqual}, "Equal"},
      {Binary{BinaryKind::kXor}, "Xor"},
      {Binary{BinaryKind::kShiftRight}, "ShiftRight"},
      {Variadic{VariadicKind::kMax}, "Max"},
      {Variadic{VariadicKind::kMean}, "Mean"},
      {Reduce{ReduceKind::kSum}, "ReduceSum"},
      {Reduce{ReduceKind::kLogSumExp}, "ReduceLogSumExp"},
      {ArgExtreme{.largest = true}, "ArgMax"},
      {ArgExtreme{.largest = false}, "ArgMin"},
      {QLinearBinary{BinaryKind::kAdd}, "QLinearAdd"},
      {QLinearBinary{BinaryKind::kMul}, "QLinearMul"},
      {MatMulInteger{}, "MatMulInteger"},
  };
  for (const auto& [op, name] : rows) EXPECT_EQ(Name(op), name);
}

// Adds the name of every operator, by default attributes.
template <size_t... I>
void AddNames(std::set<std::string_view>& names, std::index_sequence<I...>) {
  (names.insert(Name(Op(std::in_place_index<I>))), ...);
}

TEST(OpTest, NamesDiffer) {
  std::set<std::string_view> names;
  AddNames(names, std::make_index_sequence<std::variant_size_v<Op>>());
  EXPECT_EQ(names.size(), std::variant_size_v<Op>);
  EXPECT_FALSE(names.contains(""));
}

TEST(OpTest, IndexIsThatOfTheVariant) {
  EXPECT_EQ(OpIndex<Conv>(), Op(Conv{}).index());
  EXPECT_EQ(OpIndex<Reshape>(), Op(Reshape{}).index());
  EXPECT_EQ(OpIndex<MatMulInteger>(), Op(MatMulInteger{}).index());
  EXPECT_NE(OpIndex<Conv>(), OpIndex<ConvTranspose>());
}

}  // namespace
}  // namespace reluserve::graph
