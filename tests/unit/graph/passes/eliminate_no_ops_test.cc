// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "eliminate-no-ops";

using EliminateNoOpsTest = PassTest;

struct NoOpRow {
  const char* name;
  // Adds the node to the graph, reading a value of shape [batch, 4, 6, 6] (floats unless it says
  // so).
  ValueId (*add)(test_support::GraphBuilder& net, ValueId x);
  bool goes;
};

ValueId FloatConstant(test_support::GraphBuilder& net, const Shape& shape, float value) {
  const std::vector<float> values(shape.ElementCount(), value);
  return net.Constant(Tensor::Of<float>(shape, values));
}

ValueId AddBinary(test_support::GraphBuilder& net, BinaryKind kind, ValueId a, ValueId b) {
  return net.Add(Binary{kind}, {a, b}, "node");
}

ValueId AddPool(test_support::GraphBuilder& net, PoolKind kind, const Window& window, ValueId x) {
  return net.Add(Pool{.kind = kind, .window = window}, {x}, "node");
}

ValueId AddPad(test_support::GraphBuilder& net, ValueId x, const std::vector<int64_t>& pads) {
  return net.Add(Pad{}, {x, net.Constant(pads)}, "node");
}

const std::vector<NoOpRow> kRows = {
    {"identity", [](auto& net, ValueId x) { return net.Add(Identity{}, {x}, "node"); }, true},
    {"cast_to_same_type",
     [](auto& net, ValueId x) { return net.Add(Cast{DataType::kFloat32}, {x}, "node"); }, true},
    {"cast_to_other_type",
     [](auto& net, ValueId x) { return net.Add(Cast{DataType::kInt32}, {x}, "node"); }, false},
    {"concat_of_one", [](auto& net, ValueId x) { return net.Add(Concat{1}, {x}, "node"); }, true},
    {"concat_of_two",
     [](auto& net, ValueId x) {
       return net.Add(Concat{1}, {x, x}, "node");
     },
     false},
    {"sum_of_one",
     [](auto& net, ValueId x) { return net.Add(Variadic{VariadicKind::kSum}, {x}, "node"); }, true},
    {"mean_of_two",
     [](auto& net, ValueId x) {
       return net.Add(Variadic{VariadicKind::kMean}, {x, FloatConstant(net, {1}, 0.0f)}, "node");
     },
     false},
    {"pad_of_zero",
     [](auto& net, ValueId x) {
       return AddPad(net, x, {0, 0, 0, 0, 0, 0, 0, 0});
     },
     true},
    {"pad_of_one",
     [](auto& net, ValueId x) {
       return AddPad(net, x, {0, 0, 0, 0, 0, 0, 0, 1});
     },
     false},
    {"max_pool_of_one",
     [](auto& net, ValueId x) {
       return AddPool(net, PoolKind::kMax, {.kernel = {1, 1}}, x);
     },
     true},
    {"average_pool_of_one",
     [](auto& net, ValueId x) {
       return AddPool(net, PoolKind::kAverage,
                      {.kernel = {1, 1}, .strides = {1, 1}, .pads_begin = {0, 0}}, x);
     },
     true},
    // The norm of one element is its magnitude.
    {"lp_pool_of_one",
     [](auto& net, ValueId x) {
       return AddPool(net, PoolKind::kLp, {.kernel = {1, 1}}, x);
     },
     false},
    {"max_pool_of_two",
     [](auto& net, ValueId x) {
       return AddPool(net, PoolKind::kMax, {.kernel = {1, 2}}, x);
     },
     false},
    {"max_pool_with_stride",
     [](auto& net, ValueId x) {
       return AddPool(net, PoolKind::kMax, {.kernel = {1, 1}, .strides = {2, 1}}, x);
     },
     false},
    {"global_pool",
     [](auto& net, ValueId x) {
       return net.Add(Pool{.window = {.kernel = {1, 1}}, .global = true}, {x}, "node");
     },
     false},
    {"max_pool_with_indices",
     [](auto& net, ValueId x) {
       const auto both = net.AddMany(Pool{.window = {.kernel = {1, 1}}}, {x}, 2, "node");
       const ValueId indices = net.Add(Cast{DataType::kFloat32}, {both[1]}, "indices");
       return net.Add(Concat{1}, {both[0], indices}, "both");
     },
     false},
    {"flatten_of_four_axes", [](auto& net, ValueId x) { return net.Add(Flatten{}, {x}, "node"); },
     false},
    {"plus_zero",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kAdd, FloatConstant(net, {1}, 0.0f), x);
     },
     true},
    {"plus_one",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kAdd, FloatConstant(net, {1}, 1.0f), x);
     },
     false},
    {"minus_zeros",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kSub, x, FloatConstant(net, {4, 1, 1}, 0.0f));
     },
     true},
    {"zero_minus",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kSub, FloatConstant(net, {1}, 0.0f), x);
     },
     false},
    {"times_one",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kMul, x, FloatConstant(net, {}, 1.0f));
     },
     true},
    {"over_one",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kDiv, x, FloatConstant(net, {}, 1.0f));
     },
     true},
    {"one_over",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kDiv, FloatConstant(net, {}, 1.0f), x);
     },
     false},
    // Adding zeros of another shape broadcasts.
    {"plus_zeros_of_more_axes",
     [](auto& net, ValueId x) {
       return AddBinary(net, BinaryKind::kAdd, x, FloatConstant(net, {2, 1, 1, 1, 1}, 0.0f));
     },
     false},
};

class EliminateNoOpsTableTest : public PassTest, public ::testing::WithParamInterface<NoOpRow> {};

TEST_P(EliminateNoOpsTableTest, BetweenActivations) {
  const ValueId x = Relu(net_.Input("x", {-1, 4, 6, 6}), "before");
  const ValueId node = GetParam().add(net_, x);
  const std::vector<ValueId> outputs = {net_.Add(Unary{UnaryKind::kNeg}, {node}, "after")};
  if (!GetParam().goes) return ExpectUnchanged(kPass, outputs);
  ExpectRewrite(kPass, outputs,
                R"(input %x FP32 [batch,4,6,6]
%before = Relu(%x)
%after = Neg(%before)
output %after
)");
}

INSTANTIATE_TEST_SUITE_P(Rows, EliminateNoOpsTableTest, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST_F(EliminateNoOpsTest, FlattenOfAMatrix) {
  const ValueId x = net_.Input("x", {-1, 6});
  ExpectRewrite(kPass, {Relu(net_.Add(Flatten{}, {x}, "flatten"), "relu")},
                R"(input %x FP32 [batch,6]
%relu = Relu(%x)
output %relu
)");
}

// The matrix becomes a vector: axis 0 flattens all of it.
TEST_F(EliminateNoOpsTest, NotFlattenAtAxisZero) {
  const ValueId x = net_.Input("x", {2, 6});
  ExpectUnchanged(kPass, {net_.Add(Flatten{.axis = 0}, {x}, "flatten")});
}

TEST_F(EliminateNoOpsTest, ZerosAddedToIntegers) {
  const ValueId shape = net_.Add(ShapeOf{}, {net_.Input("x", {-1, 6})}, "shape");
  const ValueId sum = Add(shape, net_.Constant(std::vector<int64_t>{0, 0}), "sum");
  ExpectRewrite(kPass, {net_.Add(Unary{UnaryKind::kNeg}, {sum}, "minus")},
                R"(input %x FP32 [batch,6]
%shape = Shape(%x)
%minus = Neg(%shape)
output %minus
)");
}

// A number plus a vector of zeros is a vector.
TEST_F(EliminateNoOpsTest, NotZerosThatBroadcastANumber) {
  const ValueId x = net_.Input("x", {1});
  ExpectUnchanged(kPass, {Add(x, Floats({3}, {0.0f, 0.0f, 0.0f}), "sum")});
}

TEST_F(EliminateNoOpsTest, OutputKeepsItsName) {
  const ValueId x = net_.Input("x", {-1, 4});
  const ValueId relu = Relu(x, "relu");
  const ValueId y = net_.Add(Identity{}, {relu}, "y");
  ExpectRewrite(kPass, {y, Add(relu, x, "sum")},
                R"(input %x FP32 [batch,4]
%y = Relu(%x)  # relu
%sum = Add(%y, %x)
output %y
output %sum
)");
}

TEST_F(EliminateNoOpsTest, SeveralInARow) {
  const ValueId x = net_.Input("x", {-1, 4});
  ValueId y = net_.Add(Identity{}, {Relu(x, "relu")}, "one");
  y = net_.Add(Identity{}, {y}, "two");
  ExpectRewrite(kPass, {net_.Add(Identity{}, {y}, "three"), x},
                R"(input %x FP32 [batch,4]
%three = Relu(%x)  # relu
output %three
output %x
)");
}

// Two outputs with names of their own need two values.
TEST_F(EliminateNoOpsTest, NotBetweenTwoOutputs) {
  const ValueId relu = Relu(net_.Input("x", {-1, 4}), "relu");
  ExpectUnchanged(kPass, {relu, net_.Add(Identity{}, {relu}, "again")});
}

TEST_F(EliminateNoOpsTest, NotBetweenAnInputAndAnOutput) {
  ExpectUnchanged(kPass, {net_.Add(Identity{}, {net_.Input("x", {-1, 4})}, "y")});
}

// Both want to rename the one value behind them.
TEST_F(EliminateNoOpsTest, OneOfTwoOutputsOfTheSameValue) {
  const ValueId relu = Relu(net_.Input("x", {-1, 4}), "relu");
  const ValueId first = net_.Add(Identity{}, {relu}, "first");
  ExpectRewrite(kPass, {first, net_.Add(Identity{}, {relu}, "second")},
                R"(input %x FP32 [batch,4]
%first = Relu(%x)  # relu
%second = Identity(%first)
output %first
output %second
)");
}

}  // namespace
}  // namespace reluserve::graph
