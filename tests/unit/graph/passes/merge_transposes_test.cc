// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "merge-transposes";

const Transpose kToLast = {.perm = {0, 2, 3, 1}};
const Transpose kToFirst = {.perm = {0, 3, 1, 2}};

using MergeTransposesTest = PassTest;

TEST_F(MergeTransposesTest, OneUndoesTheOther) {
  const ValueId x = net_.Input("x", {-1, 3, 4, 5});
  const ValueId y = net_.Add(kToFirst, {net_.Add(kToLast, {Relu(x, "relu1")}, "last")}, "first");
  ExpectRewrite(kPass, {Relu(y, "relu2")},
                R"(input %x FP32 [batch,3,4,5]
%relu1 = Relu(%x)
%relu2 = Relu(%relu1)
output %relu2
)");
}

TEST_F(MergeTransposesTest, TwoMakeAThird) {
  const ValueId x = net_.Input("x", {-1, 3, 4, 5});
  const ValueId y = net_.Add(Transpose{.perm = {1, 0, 3, 2}}, {x}, "first");
  ExpectRewrite(kPass, {net_.Add(Transpose{.perm = {0, 2, 1, 3}}, {y}, "second")},
                R"(input %x FP32 [batch,3,4,5]
%second = Transpose(%x) perm=[1,3,0,2]
output %second
)");
}

TEST_F(MergeTransposesTest, ThreeMakeOne) {
  const ValueId x = net_.Input("x", {-1, 3, 4, 5});
  ValueId y = net_.Add(kToLast, {x}, "one");
  y = net_.Add(kToLast, {y}, "two");
  ExpectRewrite(kPass, {Relu(net_.Add(kToLast, {y}, "three"), "relu")},
                R"(input %x FP32 [batch,3,4,5]
%relu = Relu(%x)
output %relu
)");
}

// The first one stays for its other reader.
TEST_F(MergeTransposesTest, FirstIsReadByOthersToo) {
  const ValueId x = net_.Input("x", {-1, 3, 4, 5});
  const ValueId last = net_.Add(kToLast, {x}, "last");
  const ValueId first = net_.Add(kToFirst, {last}, "first");
  ExpectRewrite(kPass, {Relu(first, "relu1"), Relu(last, "relu2")},
                R"(input %x FP32 [batch,3,4,5]
%last = Transpose(%x) perm=[0,2,3,1]
%relu1 = Relu(%x)
%relu2 = Relu(%last)
output %relu1
output %relu2
)");
}

TEST_F(MergeTransposesTest, OneThatMovesNothing) {
  const ValueId x = net_.Input("x", {-1, 3, 4});
  ExpectRewrite(kPass, {Relu(net_.Add(Transpose{.perm = {0, 1, 2}}, {x}, "transpose"), "relu")},
                R"(input %x FP32 [batch,3,4]
%relu = Relu(%x)
output %relu
)");
}

// An output has a name of its own, which an input cannot take.
TEST_F(MergeTransposesTest, BetweenInputAndOutputOneStays) {
  const ValueId x = net_.Input("x", {-1, 3, 4, 5});
  const ValueId y = net_.Add(kToFirst, {net_.Add(kToLast, {x}, "last")}, "first");
  ExpectRewrite(kPass, {y},
                R"(input %x FP32 [batch,3,4,5]
%first = Transpose(%x) perm=[0,1,2,3]
output %first
)");
}

// Without a permutation the axes are reversed, of which the pass would have to know the number.
TEST_F(MergeTransposesTest, NotReversals) {
  const ValueId x = net_.Input("x", {-1, 3, 4, 5});
  ExpectUnchanged(kPass, {net_.Add(Transpose{}, {net_.Add(kToLast, {x}, "last")}, "reversed"),
                          net_.Add(kToLast, {net_.Add(Transpose{}, {x}, "reverse")}, "last2")});
}

}  // namespace
}  // namespace reluserve::graph
