// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Convolutions, and with them the window attributes that pools share.

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

ModelBuilder Conv(const std::vector<Attribute>& attributes) {
  return OneNode(11, "Conv", {"x", "w"}, attributes);
}

TEST(ConvolutionImportTest, Forms) {
  ExpectImports({
      {"nothing given", Conv({}), "%y = Conv(%x, %w)\n"},
      {"everything given",
       OneNode(1, "Conv", {"x", "w", "vector"},
               {{"dilations", Ints{1, 2}},
                {"group", 3},
                {"kernel_shape", Ints{3, 5}},
                {"pads", Ints{0, 1, 2, 3}},
                {"strides", Ints{2, 1}}}),
       "%y = Conv(%x, %w, %vector[3]) strides=[2,1] dilations=[1,2] pads=[0,1,2,3] group=3\n"},
      {"pads alone tell the rank", Conv({{"pads", Ints{1, 1}}}), "%y = Conv(%x, %w) pads=[1,1]\n"},
      {"auto_pad", Conv({{"auto_pad", "SAME_LOWER"}}), "%y = Conv(%x, %w) auto_pad=SAME_LOWER\n"},
      {"auto_pad wins over pads", Conv({{"auto_pad", "VALID"}, {"pads", Ints{1, 1, 1, 1}}}),
       "%y = Conv(%x, %w) auto_pad=VALID\n"},
      {"transposed",
       OneNode(11, "ConvTranspose", {"x", "w"},
               {{"output_padding", Ints{1, 0}}, {"output_shape", Ints{9, 8}}, {"group", 2}}),
       "%y = ConvTranspose(%x, %w) group=2 output_padding=[1,0] output_shape=[9,8]\n"},
      {"integer", OneNode(10, "ConvInteger", {"x", "w", "", "wz"}, {{"strides", Ints{2, 2}}}),
       "%y = ConvInteger(%x, %w, _, %wz) strides=[2,2]\n"},
      {"quantised", OneNode(10, "QLinearConv", {"x", "a", "b", "w", "c", "d", "e", "f"}),
       "%y = QLinearConv(%x, %a, %b, %w, %c, %d, %e, %f)\n"},
  });
}

TEST(ConvolutionImportTest, RefusesBadWindows) {
  ExpectRefusals({
      // The text given as an example of what a message has to say.
      {"too few pads", Conv({{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1}}}),
       "node \"node\" (Conv, opset 11): attribute \"pads\" has 3 entries, expected 4 (2 per "
       "spatial "
       "axis)"},
      {"odd pads", Conv({{"pads", Ints{1, 1, 1}}}), "attribute \"pads\" has 3 entries, expected 2"},
      {"stride 0", Conv({{"strides", Ints{1, 0}}}),
       "attribute \"strides\" has the value 0, expected 1 to 2147483647"},
      {"huge dilation", Conv({{"dilations", Ints{int64_t{1} << 40}}}),
       "attribute \"dilations\" has the value 1099511627776, expected 1 to 2147483647"},
      {"negative kernel", Conv({{"kernel_shape", Ints{-3}}}),
       "attribute \"kernel_shape\" has the value -3"},
      {"negative pad", Conv({{"pads", Ints{0, -1}}}), "attribute \"pads\" has the value -1"},
      {"group 0", Conv({{"group", 0}}), "attribute \"group\" has the value 0"},
      {"ranks differ", Conv({{"kernel_shape", Ints{3, 3}}, {"strides", Ints{1, 1, 1}}}),
       "attribute \"strides\" has 3 entries, expected 2 (1 per spatial axis)"},
      {"ranks differ without a kernel", Conv({{"strides", Ints{1, 1}}, {"dilations", Ints{1}}}),
       "attribute \"dilations\" has 1 entries, expected 2"},
      {"word", Conv({{"auto_pad", "SAME"}}),
       "attribute \"auto_pad\" is \"SAME\", expected one of \"NOTSET\", \"SAME_UPPER\""},
      {"output padding",
       OneNode(11, "ConvTranspose", {"x", "w"},
               {{"kernel_shape", Ints{3, 3}}, {"output_padding", Ints{1}}}),
       "attribute \"output_padding\" has 1 entries, expected 2"},
      {"output shape 0", OneNode(11, "ConvTranspose", {"x", "w"}, {{"output_shape", Ints{0, 1}}}),
       "attribute \"output_shape\" has the value 0"},
      {"double", OneNode(11, "Conv", {"double", "w"}), "operand \"double\" is DOUBLE"},
  });
}

TEST(ConvolutionImportTest, Gemm) {
  ExpectImports({
      {"opset 6",
       OneNode(6, "Gemm", {"a", "b", "c"}, {{"broadcast", 1}, {"alpha", 0.5}, {"transB", 1}}),
       "%y = Gemm(%a, %b, %c) alpha=0.5 transpose_b\n"},
      {"opset 7", OneNode(7, "Gemm", {"a", "b", "c"}, {{"beta", 2.0}, {"transA", 1}}),
       "%y = Gemm(%a, %b, %c) beta=2 transpose_a\n"},
      {"C may be absent since 11", OneNode(11, "Gemm", {"a", "b"}), "%y = Gemm(%a, %b)\n"},
  });
  ExpectRefusals({
      {"C may not be absent before", OneNode(9, "Gemm", {"a", "b"}), "it has 2 inputs, expected 3"},
      {"attribute of an earlier opset", OneNode(7, "Gemm", {"a", "b", "c"}, {{"broadcast", 1}}),
       "attribute \"broadcast\" is not defined for this operator in this opset"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
