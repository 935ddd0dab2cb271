// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(ElementWiseImportTest, BroadcastUntilOpset6) {
  const std::vector<Attribute> at_1 = {{"axis", 1}, {"broadcast", 1}};
  ExpectImports({
      {"bias of a convolution", OneNode(6, "Add", {"x", "vector"}, at_1),
       "%y = Add(%x, %node/aligned[3,1,1])\n"},
      {"two axes", OneNode(1, "Mul", {"x", "matrix"}, at_1),
       "%y = Mul(%x, %node/aligned[3,4,1])\n"},
      {"already at the right", OneNode(6, "Sub", {"x", "vector"}, {{"axis", 3}, {"broadcast", 1}}),
       "%y = Sub(%x, %vector[3])\n"},
      {"from the right without an axis", OneNode(6, "Div", {"x", "vector"}, {{"broadcast", 1}}),
       "%y = Div(%x, %vector[3])\n"},
      {"axis without broadcast means nothing", OneNode(6, "Add", {"x", "z"}, {{"axis", 1}}),
       "%y = Add(%x, %z)\n"},
      {"scalar", OneNode(6, "Pow", {"x", "half"}, {{"axis", 0}, {"broadcast", 1}}),
       "%y = Pow(%x, %node/aligned[1,1,1,1])\n"},
      {"rank of the first operand through other nodes",
       ModelBuilder(6)
           .Input("x", {2, 3, 4})
           .Initializer("w", FloatTensor({5, 3, 1}, Floats(15, 1.0f)))
           .Initializer("bias", FloatTensor({5}, Floats(5, 1.0f)))
           .Node("Conv", {"x", "w"}, {"c"})
           .Node("Relu", {"c"}, {"r"})
           .Node("Add", {"r", "bias"}, {"y"}, at_1)
           .Output("y"),
       "%c = Conv(%x, %w[5,3,1])\n%r = Relu(%c)\n%y = Add(%r, %y/aligned[5,1])\n"},
  });
  ExpectRefusals({
      {"axis out of range", OneNode(6, "Add", {"x", "vector"}, {{"axis", 4}, {"broadcast", 1}}),
       "an operand of rank 1 cannot be aligned with axis 4 of one of rank 4"},
      {"negative axis", OneNode(6, "Add", {"x", "vector"}, {{"axis", -1}, {"broadcast", 1}}),
       "cannot be aligned with axis -1"},
      {"unknown rank",
       ModelBuilder(6)
           .Input("x", {2, 3, 4})
           .Input("shape", {2}, onnx::TensorProto::INT64)
           .Initializer("bias", FloatTensor({5}, Floats(5, 1.0f)))
           .Node("Reshape", {"x", "shape"}, {"r"})
           .Node("Add", {"r", "bias"}, {"y"}, at_1)
           .Output("y"),
       "whose rank the file does not tell"},
      {"newer opset", OneNode(7, "Add", {"x", "vector"}, at_1),
       "attribute \"axis\" is not defined for this operator in this opset"},
  });
}

TEST(ElementWiseImportTest, Kinds) {
  ExpectImports({
      {"comparison", OneNode(12, "LessOrEqual", {"x", "z"}), "%y = LessOrEqual(%x, %z)\n"},
      {"logic", OneNode(7, "Xor", {"x", "z"}), "%y = Xor(%x, %z)\n"},
      {"bits", OneNode(18, "BitwiseAnd", {"x", "z"}), "%y = BitwiseAnd(%x, %z)\n"},
      {"left", OneNode(11, "BitShift", {"x", "z"}, {{"direction", "LEFT"}}),
       "%y = ShiftLeft(%x, %z)\n"},
      {"right", OneNode(11, "BitShift", {"x", "z"}, {{"direction", "RIGHT"}}),
       "%y = ShiftRight(%x, %z)\n"},
      {"integer remainder", OneNode(10, "Mod", {"x", "z"}), "%y = Mod(%x, %z)\n"},
      {"C remainder", OneNode(10, "Mod", {"x", "z"}, {{"fmod", 1}}), "%y = Fmod(%x, %z)\n"},
      {"any infinity", OneNode(10, "IsInf", {"x"}), "%y = IsInf(%x)\n"},
      {"one infinity", OneNode(10, "IsInf", {"x"}, {{"detect_negative", 0}}),
       "%y = IsInf(%x) ignore_negative\n"},
      {"one operand", OneNode(6, "Sum", {"x"}), "%y = Sum(%x)\n"},
      {"several operands", OneNode(8, "Mean", {"x", "half", "z"}), "%y = Mean(%x, %half[], %z)\n"},
      {"double is computed", OneNode(8, "Max", {"double", "double"}),
       "%y = Max(%double, %double)\n"},
      {"three operands", OneNode(9, "Where", {"c", "x", "half"}), "%y = Where(%c, %x, %half[])\n"},
  });
  ExpectRefusals(
      {{"direction", OneNode(11, "BitShift", {"x", "z"}), "attribute \"direction\" is missing"}});
}

TEST(ElementWiseImportTest, Casts) {
  ExpectImports({
      {"by name", OneNode(1, "Cast", {"x"}, {{"to", "INT32"}}), "%y = Cast(%x) to=INT32\n"},
      {"by number", OneNode(6, "Cast", {"x"}, {{"to", onnx::TensorProto::BOOL}}),
       "%y = Cast(%x) to=BOOL\n"},
      {"double", OneNode(13, "Cast", {"x"}, {{"to", onnx::TensorProto::DOUBLE}}),
       "%y = Cast(%x) to=FP64\n"},
      {"half precision is computed in FP32",
       OneNode(24, "Cast", {"x"},
               {{"to", onnx::TensorProto::FLOAT16}, {"saturate", 1}, {"round_mode", "up"}}),
       "%y = Cast(%x) to=FP32\n"},
      {"like a constant", OneNode(15, "CastLike", {"x", "two"}), "%y = Cast(%x) to=INT64\n"},
      {"like an input", OneNode(15, "CastLike", {"two", "double"}), "%y = Cast(%two{2}) to=FP64\n"},
      {"like a computed value",
       ModelBuilder(15)
           .Input("x", {2})
           .Node("Shape", {"x"}, {"s"})
           .Node("CastLike", {"x", "s"}, {"y"})
           .Output("y"),
       "%s = Shape(%x)\n%y = Cast(%x) to=INT64\n"},
  });
  ExpectRefusals({
      {"string", OneNode(13, "Cast", {"x"}, {{"to", onnx::TensorProto::STRING}}),
       "attribute \"to\" has element type STRING, which is not supported"},
      {"8 bits", OneNode(25, "Cast", {"x"}, {{"to", 17}}), "has element type FLOAT8E4M3FN"},
      {"no type", OneNode(13, "Cast", {"x"}, {{"to", 99}}), "has element type 99, which ONNX"},
      {"no name", OneNode(1, "Cast", {"x"}, {{"to", "REAL"}}), "is \"REAL\", which is no type"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
