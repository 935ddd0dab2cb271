// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "fuse-activation";

using FuseActivationTest = PassTest;

TEST_F(FuseActivationTest, ReluIntoConv) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const Graph graph = ExpectRewrite(kPass, {Relu(Conv3x3(x, 3, 4, "conv"), "relu")},
                                    R"(input %x FP32 [batch,3,5,5]
%relu = Conv(%x, %constant[4,3,3,3]) pads=[1,1,1,1] + Relu "relu"  # conv <- Relu relu
output %relu
)");
  ASSERT_TRUE(graph.nodes[0].activation.has_value());
  EXPECT_EQ(graph.nodes[0].activation->layer_name, "relu");
  EXPECT_EQ(graph.nodes[0].activation->op_type, "Relu");
}

TEST_F(FuseActivationTest, ClipIntoConvTranspose) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId y =
      net_.Add(ConvTranspose{.window = {.strides = {2, 2}}}, {x, Floats({3, 4, 2, 2})}, "deconv");
  ExpectRewrite(kPass, {net_.Add(Activation{ActivationKind::kClip, 0.0f, 1.5f}, {y}, "relu6")},
                R"(input %x FP32 [batch,3,5,5]
%relu6 = ConvTranspose(%x, %constant[3,4,2,2]) strides=[2,2] + Clip beta=1.5 "relu6"  # deconv <- Clip relu6
output %relu6
)");
}

TEST_F(FuseActivationTest, IntoDenseLayersSumsAndNormalisation) {
  const ValueId x = net_.Input("x", {-1, 6});
  const ValueId gemm = Relu(net_.Add(Gemm{}, {x, Floats({6, 5})}, "gemm"), "relu1");
  const ValueId product = net_.Add(Activation{ActivationKind::kTanh},
                                   {net_.Add(MatMul{}, {gemm, Floats({5, 6})}, "matmul")}, "tanh");
  const ValueId normal = Relu(BatchNorm(product, 6, "bn"), "relu2");
  ExpectRewrite(kPass, {Relu(Add(normal, x, "add"), "relu3")},
                R"(input %x FP32 [batch,6]
%relu1 = Gemm(%x, %constant[6,5]) + Relu "relu1"  # gemm <- Relu relu1
%tanh = MatMul(%relu1, %constant.4[5,6]) + Tanh "tanh"  # matmul <- Tanh tanh
%relu2 = BatchNormalization(%tanh, %constant.7[6], %constant.8[6], %constant.9[6], %constant.10[6]) + Relu "relu2"  # bn <- Relu relu2
%relu3 = Add(%relu2, %x) + Relu "relu3"  # add <- Relu relu3
output %relu3
)");
}

// An activation of an activation stays: a node takes one.
TEST_F(FuseActivationTest, OnlyTheFirstOfTwo) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId y = Relu(Conv1x1(x, 3, 4, "conv"), "relu");
  ExpectRewrite(kPass, {net_.Add(Activation{ActivationKind::kSigmoid}, {y}, "sigmoid")},
                R"(input %x FP32 [batch,3,5,5]
%relu = Conv(%x, %constant[4,3,1,1]) + Relu "relu"  # conv <- Relu relu
%sigmoid = Sigmoid(%relu)
output %sigmoid
)");
}

TEST_F(FuseActivationTest, NotWherePreActivationIsReadTwice) {
  const ValueId y = Conv1x1(net_.Input("x", {-1, 3, 5, 5}), 3, 4, "conv");
  ExpectUnchanged(kPass, {Add(Relu(y, "relu"), y, "add")});
}

TEST_F(FuseActivationTest, NotWherePreActivationIsAnOutput) {
  const ValueId y = Conv1x1(net_.Input("x", {-1, 3, 5, 5}), 3, 4, "conv");
  ExpectUnchanged(kPass, {Relu(y, "relu"), y});
}

TEST_F(FuseActivationTest, NotIntoOperatorsThatTakeNone) {
  const ValueId x = net_.Input("x", {-1, 4, 6, 6});
  const ValueId pooled = net_.Add(Pool{.window = {.kernel = {2, 2}}}, {x}, "pool");
  const ValueId divided = net_.Add(Binary{BinaryKind::kDiv}, {x, Floats({1}, {2.0f})}, "div");
  const ValueId normal = BatchNorm(x, 4, "bn");
  ExpectUnchanged(kPass, {Relu(x, "relu1"), Relu(pooled, "relu2"), Relu(divided, "relu3"),
                          net_.Add(Activation{ActivationKind::kTanh}, {normal}, "tanh")});
}

TEST_F(FuseActivationTest, NotOnIntegers) {
  const ValueId x = net_.Input("x", {-1, 4, 6, 6});
  const ValueId shape = net_.Add(ShapeOf{}, {x}, "shape");
  const ValueId more = Add(shape, net_.Constant(std::vector<int64_t>{1, 0, -1, -20}), "add");
  ExpectUnchanged(kPass, {Relu(more, "relu"), x});
}

struct KindRow {
  Activation activation;
  bool fuses;
};

class FuseActivationKindTest : public PassTest, public ::testing::WithParamInterface<KindRow> {};

TEST_P(FuseActivationKindTest, IntoConv) {
  const KindRow& row = GetParam();
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  Graph graph = net_.Build({net_.Add(row.activation, {Conv3x3(x, 3, 4, "conv")}, "activation")});
  ASSERT_TRUE(Rewrite(graph, {kPass}).ok());
  EXPECT_EQ(graph.nodes.size(), row.fuses ? 1 : 2);
}

// A slope or factor below zero makes inactive elements positive: which they were cannot be told
// from the output.
INSTANTIATE_TEST_SUITE_P(Kinds, FuseActivationKindTest,
                         ::testing::ValuesIn(std::vector<KindRow>{
                             {{ActivationKind::kRelu}, true},
                             {{ActivationKind::kLeakyRelu, 0.1f}, true},
                             {{ActivationKind::kLeakyRelu, 0.0f}, true},
                             {{ActivationKind::kLeakyRelu, -0.1f}, false},
                             {{ActivationKind::kThresholdedRelu, 0.5f}, false},
                             {{ActivationKind::kClip, -1.0f, 1.0f}, true},
                             {{ActivationKind::kElu, 1.0f}, true},
                             {{ActivationKind::kElu, -1.0f}, false},
                             {{ActivationKind::kSelu, 1.67f, 1.05f}, true},
                             {{ActivationKind::kSelu, -1.67f, 1.05f}, false},
                             {{ActivationKind::kSelu, 1.67f, -1.05f}, false},
                             {{ActivationKind::kCelu, 1.0f}, false},
                             {{ActivationKind::kSigmoid}, true},
                             {{ActivationKind::kTanh}, true},
                             {{ActivationKind::kHardSigmoid, 0.2f, 0.5f}, true},
                             {{ActivationKind::kHardSwish}, true},
                             {{ActivationKind::kSoftplus}, false},
                             {{ActivationKind::kSoftsign}, false},
                             {{ActivationKind::kMish}, true},
                             {{ActivationKind::kGelu}, true},
                             {{ActivationKind::kGeluTanh}, true},
                             {{ActivationKind::kSwish, 1.0f}, true},
                             {{ActivationKind::kShrink, 0.5f, 0.0f}, false},
                         }),
                         [](const ::testing::TestParamInfo<KindRow>& row) {
                           return fmt::format("{}_{}", Name(row.param.activation.kind), row.index);
                         });

}  // namespace
}  // namespace reluserve::graph
