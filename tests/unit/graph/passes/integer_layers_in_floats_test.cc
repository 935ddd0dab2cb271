// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "integer-layers-in-floats";

const Tensor kNoZero = Tensor::Of<int8_t>({1}, std::vector<int8_t>{0}).Reshaped(Shape());

class IntegerLayersInFloatsTest : public PassTest {
 protected:
  // A layer on a quantised input.
  ValueId Layer(const Op& op, const Tensor& weights, const Tensor& zero_point) {
    const auto quantized = net_.AddMany(DynamicQuantizeLinear{}, {x_}, 3, "quantized");
    return net_.Add(op,
                    {quantized[0], net_.Constant(weights), quantized[2], net_.Constant(zero_point)},
                    "layer");
  }
  ValueId ToFloat(ValueId sums) { return net_.Add(Cast{DataType::kFloat32}, {sums}, "cast"); }

  ValueId x_ = net_.Input("x", {-1, 2, 3, 3});
};

TEST_F(IntegerLayersInFloatsTest, Convolution) {
  const Tensor weights =
      Tensor::Of<int8_t>({3, 2, 1, 1}, std::vector<int8_t>{3, -4, 127, -128, 0, 9});
  ExpectRewrite(kPass, {ToFloat(Layer(ConvInteger{}, weights, kNoZero))},
                R"(input %x FP32 [batch,2,3,3]
%quantized, %quantized.2, %quantized.3 = DynamicQuantizeLinear(%x)
%layer.source = DequantizeLinear(%quantized, %layer.step[], %quantized.3) axis=0  # cast
%cast = Conv(%layer.source, %layer.weights[3,2,1,1])  # layer
output %cast
)");
}

TEST_F(IntegerLayersInFloatsTest, MatrixProductWithUnsignedWeights) {
  const Tensor weights = Tensor::Of<uint8_t>({3, 2}, std::vector<uint8_t>{0, 255, 128, 7, 99, 131});
  const Tensor zero = Tensor::Of<uint8_t>({1}, std::vector<uint8_t>{128});
  ExpectRewrite(kPass, {ToFloat(Layer(MatMulInteger{}, weights, zero))},
                R"(input %x FP32 [batch,2,3,3]
%quantized, %quantized.2, %quantized.3 = DynamicQuantizeLinear(%x)
%layer.source = DequantizeLinear(%quantized, %layer.step[], %quantized.3) axis=0  # cast
%cast = MatMul(%layer.source, %layer.weights[3,2])  # layer
output %cast
)");
}

// The sums are wanted as the integers they are.
TEST_F(IntegerLayersInFloatsTest, NotWhereSumsAreReadAsIntegers) {
  const Tensor weights = Tensor::Of<int8_t>({1, 2, 1, 1}, std::vector<int8_t>{3, -4});
  const ValueId sums = Layer(ConvInteger{}, weights, kNoZero);
  ExpectUnchanged(kPass, {sums, ToFloat(sums)});
}

// A zero point that is known is for the 8-bit layers.
TEST_F(IntegerLayersInFloatsTest, NotWhereTheZeroPointIsKnown) {
  const ValueId codes = net_.AddMany(DynamicQuantizeLinear{}, {x_}, 3, "quantized")[0];
  const ValueId zero = net_.Constant(Tensor::Of<uint8_t>({1}, std::vector<uint8_t>{7}));
  const ValueId weights =
      net_.Constant(Tensor::Of<int8_t>({1, 2, 1, 1}, std::vector<int8_t>{3, -4}));
  ExpectUnchanged(kPass, {ToFloat(net_.Add(ConvInteger{}, {codes, weights, zero}, "layer"))});
}

// One zero point for each column does not fit.
TEST_F(IntegerLayersInFloatsTest, NotWithSeveralZeroPointsOfTheWeights) {
  const Tensor weights = Tensor::Of<int8_t>({3, 2}, std::vector<int8_t>{0, 1, 2, 3, 4, 5});
  const Tensor zero = Tensor::Of<int8_t>({2}, std::vector<int8_t>{1, 2});
  ExpectUnchanged(kPass, {ToFloat(Layer(MatMulInteger{}, weights, zero))});
}

}  // namespace
}  // namespace reluserve::graph
