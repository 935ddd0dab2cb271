// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the pass finds and what it leaves alone. That results stay is for
// tests/equivalence/quantized_test.cc to show, on the engine.

#include <string>
#include <vector>

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

class FuseQuantizationTest : public PassTest {
 protected:
  ValueId Scalar(float value) {
    return net_.Constant(Tensor::Of<float>(Shape{}, std::vector<float>{value}));
  }
  ValueId Byte(uint8_t value) {
    return net_.Constant(Tensor::Of<uint8_t>(Shape{}, std::vector<uint8_t>{value}));
  }
  ValueId Quantize(ValueId x, float scale, uint8_t zero_point, const std::string& name = "") {
    return net_.Add(QuantizeLinear{}, {x, Scalar(scale), Byte(zero_point)}, name);
  }
  ValueId Dequantize(ValueId x, float scale, uint8_t zero_point) {
    return net_.Add(DequantizeLinear{}, {x, Scalar(scale), Byte(zero_point)});
  }
  // An input that has gone through codes.
  ValueId Source() {
    return Dequantize(Quantize(net_.Input("x", {-1, 4, 6, 6}), 0.5f, 3), 0.5f, 3);
  }
  ValueId Weights(const Shape& shape, int64_t axis = 0) {
    std::vector<int8_t> codes(static_cast<size_t>(shape.ElementCount()));
    for (int8_t& code : codes) code = static_cast<int8_t>(random_.Integer(-127, 127));
    const int64_t entries = shape[static_cast<int>(axis)];
    return net_.Add(
        DequantizeLinear{.axis = axis},
        {net_.Constant(Tensor::Of<int8_t>(shape, codes)), Floats({entries}, 0.01f, 0.02f)});
  }
  ValueId QuantizedConv(ValueId x, const std::string& name = "conv") {
    return net_.Add(Conv{}, {x, Weights({8, 4, 3, 3}), Floats({8})}, name);
  }

  // The operators that are left, with the names of their activation layers: "QLinearConv+relu".
  std::vector<std::string> Rewritten(const std::vector<ValueId>& outputs,
                                     const std::vector<std::string_view>& passes = {
                                         "name-rectifiers", "fuse-quantization"}) {
    Graph graph = net_.Build(outputs);
    const SymbolicShapes shapes = InferSymbolicShapes(graph, engine::EvaluateNode).value();
    PassOptions options;
    for (const Pass& pass : AllPasses()) options.disabled.emplace(pass.name);
    for (std::string_view name : passes) options.disabled.erase(std::string(name));
    const auto reports =
        RunPasses(graph, {engine::EvaluateNode, shapes.probe, shapes.extents}, options);
    EXPECT_TRUE(reports.ok()) << reports.status();
    std::vector<std::string> operators;
    for (const Node& node : graph.nodes) {
      operators.emplace_back(Name(node.op));
      if (node.activation) operators.back() += "+" + node.activation->layer_name;
    }
    return operators;
  }
};

using Operators = std::vector<std::string>;

TEST_F(FuseQuantizationTest, MakesAConvolutionAndItsReluOneNode) {
  const ValueId y = Quantize(Relu(QuantizedConv(Source()), "relu"), 0.1f, 0);
  EXPECT_EQ(Rewritten({y}), (Operators{"QuantizeLinear", "QLinearConv+relu"}));
}

TEST_F(FuseQuantizationTest, NamesAReluThatIsOnlyAClampOfCodes) {
  const ValueId y = Quantize(QuantizedConv(Source()), 0.1f, 0, "codes");
  EXPECT_EQ(Rewritten({y}), (Operators{"QuantizeLinear", "QLinearConv+codes"}));
}

TEST_F(FuseQuantizationTest, ALayerWithNegativeCodesHasNoActivation) {
  const ValueId y = Quantize(QuantizedConv(Source()), 0.1f, 128, "codes");
  EXPECT_EQ(Rewritten({y}), (Operators{"QuantizeLinear", "QLinearConv"}));
}

TEST_F(FuseQuantizationTest, AResultThatStaysFloatIsOne) {
  const ValueId y = Relu(QuantizedConv(Source()), "relu");
  EXPECT_EQ(Rewritten({y}), (Operators{"QuantizeLinear", "QLinearConv", "Relu"}));
}

TEST_F(FuseQuantizationTest, OtherActivationsStayFloatAndAreFusedLater) {
  const ValueId conv = QuantizedConv(Source());
  const ValueId y =
      Quantize(net_.Add(Activation{ActivationKind::kHardSwish}, {conv}, "swish"), 0.1f, 4);
  EXPECT_EQ(Rewritten({y}, {"name-rectifiers", "fuse-quantization", "fuse-activation"}),
            (Operators{"QuantizeLinear", "QLinearConv+swish", "QuantizeLinear"}));
}

TEST_F(FuseQuantizationTest, NormalizationGoesIntoScalesAndBias) {
  const ValueId conv = QuantizedConv(Source());
  const ValueId norm = BatchNorm(conv, 8, "norm");
  const ValueId y = Quantize(Relu(norm, "relu"), 0.1f, 0);
  EXPECT_EQ(Rewritten({y}), (Operators{"QuantizeLinear", "QLinearConv+relu"}));
}

TEST_F(FuseQuantizationTest, DenseLayersInBothForms) {
  const ValueId x = Dequantize(Quantize(net_.Input("x", {-1, 12}), 0.5f, 0), 0.5f, 0);
  const ValueId gemm = net_.Add(Gemm{.transpose_b = true}, {x, Weights({8, 12}), Floats({8})});
  const ValueId a = Dequantize(Quantize(Relu(gemm, "relu"), 0.1f, 0), 0.1f, 0);
  const ValueId matmul = net_.Add(MatMul{}, {a, Weights({8, 5}, 1)});
  const ValueId y = Quantize(Add(matmul, Floats({5}), "bias"), 0.2f, 100);
  EXPECT_EQ(Rewritten({y}), (Operators{"QuantizeLinear", "QLinearMatMul+relu", "QLinearMatMul"}));
}

TEST_F(FuseQuantizationTest, SumsOfTwo) {
  const ValueId x = Source();
  const ValueId a = Dequantize(Quantize(QuantizedConv(x, "a"), 0.1f, 90), 0.1f, 90);
  const ValueId b = Dequantize(Quantize(QuantizedConv(x, "b"), 0.1f, 91), 0.1f, 91);
  const ValueId y = Quantize(Relu(Add(a, b, "add"), "relu"), 0.2f, 0);
  EXPECT_EQ(Rewritten({y}),
            (Operators{"QuantizeLinear", "QLinearConv", "QLinearConv", "QLinearAdd+relu"}));
}

TEST_F(FuseQuantizationTest, WhatSelectsElementsSelectsCodes) {
  Pool pool;
  pool.window.kernel = {2, 2};
  const ValueId pooled = net_.Add(pool, {Source()}, "pool");
  const ValueId same = Dequantize(Quantize(pooled, 0.5f, 3), 0.5f, 3);
  const ValueId flat = net_.Add(Flatten{}, {same}, "flat");
  EXPECT_EQ(Rewritten({Quantize(flat, 0.5f, 3)}),
            (Operators{"QuantizeLinear", "MaxPool", "Flatten"}));
}

TEST_F(FuseQuantizationTest, LeavesWhatIsQuantisedAnewByAnotherScale) {
  Pool pool;
  pool.window.kernel = {2, 2};
  const ValueId pooled = net_.Add(pool, {Source()}, "pool");
  EXPECT_EQ(Rewritten({Quantize(pooled, 0.25f, 3)}),
            (Operators{"QuantizeLinear", "DequantizeLinear", "MaxPool", "QuantizeLinear"}));
}

TEST_F(FuseQuantizationTest, LeavesFloatWeightsAndAsymmetricOnes) {
  const ValueId x = Source();
  const ValueId conv = net_.Add(Conv{}, {x, Floats({8, 4, 3, 3})}, "conv");
  const ValueId codes =
      net_.Constant(Tensor::Of<uint8_t>({1, 8, 1, 1}, std::vector<uint8_t>(8, 9)));
  const ValueId weights =
      net_.Add(DequantizeLinear{}, {codes, Scalar(0.1f), Byte(7)}, "asymmetric");
  const ValueId y = net_.Add(Conv{}, {Dequantize(Quantize(conv, 1.0f, 2), 1.0f, 2), weights});
  EXPECT_EQ(Rewritten({y}),
            (Operators{"QuantizeLinear", "DequantizeLinear", "Conv", "DequantizeLinear",
                       "QuantizeLinear", "DequantizeLinear", "Conv"}));
}

TEST_F(FuseQuantizationTest, AValueThatOthersReadStaysFloatForThem) {
  const ValueId conv = QuantizedConv(Source());
  const ValueId relu = Relu(conv, "relu");
  EXPECT_EQ(Rewritten({Quantize(relu, 0.1f, 0), relu}),
            (Operators{"QuantizeLinear", "QLinearConv", "Relu", "QuantizeLinear"}));
}

}  // namespace
}  // namespace reluserve::graph
