// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(QuantizationImportTest, QuantizeLinear) {
  ExpectImports({
      {"uint8 without a zero point", OneNode(10, "QuantizeLinear", {"x", "half"}),
       "%y = QuantizeLinear(%x, %half[]) to=UINT8\n"},
      {"the zero point's type", OneNode(10, "QuantizeLinear", {"x", "half", "int8"}),
       "%y = QuantizeLinear(%x, %half[], %int8[]) to=INT8\n"},
      {"a computed zero point",
       ModelBuilder(11)
           .Input("x", {4})
           .Node("DynamicQuantizeLinear", {"x"}, {"q", "scale", "zero"})
           .Node("QuantizeLinear", {"x", "scale", "zero"}, {"y"})
           .Output("y"),
       "%q, %scale, %zero = DynamicQuantizeLinear(%x)\n"
       "%y = QuantizeLinear(%x, %scale, %zero) to=UINT8\n"},
      {"axis", OneNode(13, "QuantizeLinear", {"x", "half"}, {{"axis", -1}}),
       "%y = QuantizeLinear(%x, %half[]) axis=-1 to=UINT8\n"},
      {"blocks and type",
       OneNode(21, "QuantizeLinear", {"x", "half"},
               {{"block_size", 4}, {"output_dtype", onnx::TensorProto::INT16}, {"saturate", 1}}),
       "%y = QuantizeLinear(%x, %half[]) block_size=4 to=INT16\n"},
      {"precision", OneNode(23, "QuantizeLinear", {"x", "half"}, {{"precision", 1}}),
       "%y = QuantizeLinear(%x, %half[]) to=UINT8\n"},
  });
  ExpectRefusals({
      {"types differ",
       OneNode(21, "QuantizeLinear", {"x", "half", "int8"},
               {{"output_dtype", onnx::TensorProto::UINT8}}),
       "attribute \"output_dtype\" is UINT8, but the zero point is INT8"},
      {"4 bits", OneNode(21, "QuantizeLinear", {"x", "half"}, {{"output_dtype", 22}}),
       "attribute \"output_dtype\" has element type INT4, which is not supported"},
      {"axis before 13", OneNode(10, "QuantizeLinear", {"x", "half"}, {{"axis", 0}}),
       "attribute \"axis\" is not defined"},
      {"block", OneNode(21, "QuantizeLinear", {"x", "half"}, {{"block_size", -1}}),
       "attribute \"block_size\" has the value -1"},
  });
}

TEST(QuantizationImportTest, DequantizeLinear) {
  ExpectImports({
      {"per tensor", OneNode(10, "DequantizeLinear", {"x", "half", "int8"}),
       "%y = DequantizeLinear(%x, %half[], %int8[])\n"},
      {"blocks", OneNode(21, "DequantizeLinear", {"x", "half"}, {{"axis", 0}, {"block_size", 2}}),
       "%y = DequantizeLinear(%x, %half[]) axis=0 block_size=2\n"},
      {"half precision is computed in FP32",
       OneNode(23, "DequantizeLinear", {"x", "half"},
               {{"output_dtype", onnx::TensorProto::FLOAT16}}),
       "%y = DequantizeLinear(%x, %half[])\n"},
  });
  ExpectRefusals({{"integer result",
                   OneNode(23, "DequantizeLinear", {"x", "half"},
                           {{"output_dtype", onnx::TensorProto::INT32}}),
                   "attribute \"output_dtype\" is INT32, expected a floating-point type"}});
}

TEST(QuantizationImportTest, QuantisedArithmetic) {
  const Names operands = {"a", "as", "az", "b", "bs", "bz", "ys", "yz"};
  ExpectImports({
      {"matrix product", OneNode(10, "QLinearMatMul", operands),
       "%y = QLinearMatMul(%a, %as, %az, %b, %bs, %bz, %ys, %yz)\n"},
      {"integer matrix product", OneNode(10, "MatMulInteger", {"a", "b", "", "bz"}),
       "%y = MatMulInteger(%a, %b, _, %bz)\n"},
      {"onnxruntime's sum",
       OneNode(13, "QLinearAdd", operands).InDomain("com.microsoft").Opset("com.microsoft", 1),
       "%y = QLinearAdd(%a, %as, %az, %b, %bs, %bz, %ys, %yz)\n"},
      {"onnxruntime's product",
       OneNode(13, "QLinearMul", {"a", "as", "az", "b", "bs", "bz", "ys"})
           .InDomain("com.microsoft")
           .Opset("com.microsoft", 1),
       "%y = QLinearMul(%a, %as, %az, %b, %bs, %bz, %ys)\n"},
  });
  ExpectRefusals({
      {"domain without an opset", OneNode(13, "QLinearAdd", operands).InDomain("com.microsoft"),
       "the model imports no opset of domain \"com.microsoft\""},
      {"onnxruntime's operator in ONNX's domain", OneNode(13, "QLinearAdd", operands),
       "operator QLinearAdd is not supported"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
