// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

// One of onnxruntime's operators. Operands that start with "q" are codes of UINT8.
ModelBuilder Microsoft(const std::string& op_type, const Names& inputs,
                       const std::vector<Attribute>& attributes = {}) {
  ModelBuilder model = OneNode(13, op_type, inputs, attributes);
  for (onnx::ValueInfoProto& input : *model.proto().mutable_graph()->mutable_input()) {
    if (!input.name().starts_with('q')) continue;
    input.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
  }
  return model.InDomain("com.microsoft").Opset("com.microsoft", 1);
}

TEST(MicrosoftImportTest, QuantisedOperatorsAreTheirRealOnesBetweenQuantisation) {
  const Names operands = {"q", "s", "z", "half", "int8"};
  const std::string before = "%node/real = DequantizeLinear(%q, %s, %z) axis=0\n";
  const std::string after =
      "%y = QuantizeLinear(%node/result, %half[], %int8[]) to=INT8  # node/quantize\n";
  ExpectImports({
      {"pool",
       Microsoft("QLinearAveragePool", operands, {{"kernel_shape", Ints{2, 2}}, {"ceil_mode", 1}}),
       before + "%node/result = AveragePool(%node/real) kernel=[2,2] ceil_mode\n" + after},
      {"global pool", Microsoft("QLinearGlobalAveragePool", operands),
       before + "%node/result = GlobalAveragePool(%node/real)\n" + after},
      {"rectifier", Microsoft("QLinearLeakyRelu", operands, {{"alpha", 0.25}}),
       before + "%node/result = LeakyRelu(%node/real) alpha=0.25\n" + after},
      {"sigmoid", Microsoft("QLinearSigmoid", operands),
       before + "%node/result = Sigmoid(%node/real)\n" + after},
      {"softmax", Microsoft("QLinearSoftmax", operands, {{"axis", 1}, {"opset", 13}}),
       before + "%node/result = Softmax(%node/real) axis=1\n" + after},
      {"softmax of old", Microsoft("QLinearSoftmax", operands, {{"axis", 1}, {"opset", 11}}),
       before + "%node/result = Softmax(%node/real) axis=1 flatten\n" + after},
      {"mean", Microsoft("QLinearReduceMean", operands, {{"axes", Ints{2, 3}}, {"keepdims", 0}}),
       before + "%node/result = ReduceMean(%node/real, %node/axes{2,3}) drop_dims\n" + after},
      {"type of the codes where there is no zero point",
       Microsoft("QLinearSigmoid", {"q", "s", "z", "half"}),
       before + "%node/result = Sigmoid(%node/real)\n"
                "%y = QuantizeLinear(%node/result, %half[]) to=UINT8  # node/quantize\n"},
  });
}

TEST(MicrosoftImportTest, OperatorsOfSeveralQuantisedOperands) {
  ExpectImports({
      {"concatenation",
       Microsoft("QLinearConcat", {"half", "int8", "q1", "s1", "z1", "q2", "s2"}, {{"axis", 1}}),
       "%node/real = DequantizeLinear(%q1, %s1, %z1) axis=0\n"
       "%node/real.1 = DequantizeLinear(%q2, %s2) axis=0  # node/real.2\n"
       "%node/result = Concat(%node/real, %node/real.1) axis=1\n"
       "%y = QuantizeLinear(%node/result, %half[], %int8[]) to=INT8  # node/quantize\n"},
      {"dense layer",
       Microsoft("QGemm", {"qa", "as", "az", "qb", "bs", "bz", "c", "half", "int8"},
                 {{"transB", 1}}),
       "%node/real = DequantizeLinear(%qa, %as, %az) axis=0\n"
       "%node/real.1 = DequantizeLinear(%qb, %bs, %bz) axis=0  # node/real.2\n"
       "%node/scale = Mul(%as, %bs)\n"
       "%node/bias = Cast(%c) to=FP32\n"
       "%node/bias.3 = Mul(%node/bias, %node/scale)  # node/bias.4\n"
       "%node/result = Gemm(%node/real, %node/real.1, %node/bias.3) transpose_b\n"
       "%y = QuantizeLinear(%node/result, %half[], %int8[]) to=INT8  # node/quantize\n"},
      {"dense layer with a real result",
       Microsoft("QGemm", {"qa", "as", "az", "qb", "bs", "bz"}, {{"alpha", 0.5}}),
       "%node/real = DequantizeLinear(%qa, %as, %az) axis=0\n"
       "%node/real.1 = DequantizeLinear(%qb, %bs, %bz)  # node/real.2\n"
       "%y = Gemm(%node/real, %node/real.1) alpha=0.5 beta=0.5\n"},
  });
}

TEST(MicrosoftImportTest, FusedDenseLayersAndActivations) {
  ExpectImports({
      {"with an activation",
       Microsoft("FusedGemm", {"x", "w", "b"},
                 {{"activation", "LeakyRelu"}, {"activation_alpha", 0.25}, {"transB", 1}}),
       "%node/gemm = Gemm(%x, %w, %b) transpose_b\n%y = LeakyRelu(%node/gemm) alpha=0.25\n"},
      {"plain", Microsoft("FusedGemm", {"x", "w"}, {{"alpha", 2.0}}),
       "%y = Gemm(%x, %w) alpha=2\n"},
      {"by the error function", Microsoft("Gelu", {"x"}), "%y = Gelu(%x)\n"},
      {"by a sigmoid", Microsoft("QuickGelu", {"x"}), "%y = Swish(%x) alpha=1.702\n"},
  });
}

TEST(MicrosoftImportTest, FusedConvolutions) {
  ExpectImports({
      {"plain", Microsoft("FusedConv", {"x", "w"}), "%y = Conv(%x, %w)\n"},
      {"with an activation", Microsoft("FusedConv", {"x", "w", "b"}, {{"activation", "Relu"}}),
       "%node/conv = Conv(%x, %w, %b)\n%y = Relu(%node/conv)\n"},
      {"with a sum and an activation that has parameters",
       Microsoft("FusedConv", {"x", "w", "", "z"},
                 {{"activation", "Clip"}, {"activation_params", Floats{0, 6}}}),
       "%node/conv = Conv(%x, %w)\n"
       "%node/sum = Add(%node/conv, %z)\n"
       "%y = Clip(%node/sum) beta=6\n"},
  });
}

TEST(MicrosoftImportTest, Refusals) {
  ExpectRefusals({
      {"channels last",
       Microsoft("QLinearGlobalAveragePool", {"q", "s", "z", "half", "int8"},
                 {{"channels_last", 1}}),
       "attribute \"channels_last\" is 1"},
      {"no scale",
       Microsoft("QLinearConcat", {"half", "int8", "q1", "s1", "z1", "q2", "", "z2"},
                 {{"axis", 1}}),
       "operand 6 is absent, expected the scale of operand 5"},
      {"no scale of the result", Microsoft("QLinearSigmoid", {"q", "s", "z", "", "int8"}),
       "its input 3 is absent"},
      {"another activation", Microsoft("FusedConv", {"x", "w"}, {{"activation", "Erf"}}),
       "attribute \"activation\" is \"Erf\", expected one of \"Relu\""},
      {"parameters of no activation", Microsoft("FusedConv", {"x", "w"}, {{"activation", "Clip"}}),
       "the activation has 0 parameters, expected 2"},
      {"another of onnxruntime's operators", Microsoft("BiasGelu", {"x", "b"}),
       "node \"node\" (com.microsoft:BiasGelu, opset 1): operator com.microsoft:BiasGelu is not "
       "supported"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
