// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

const Attribute kKernel = {"kernel_shape", Ints{2, 3}};

TEST(PoolingImportTest, Forms) {
  ExpectImports({
      {"max, opset 1", OneNode(1, "MaxPool", {"x"}, {kKernel, {"pads", Ints{0, 0, 1, 1}}}),
       "%y = MaxPool(%x) kernel=[2,3] pads=[0,0,1,1]\n"},
      {"max with indices", OneNode(8, "MaxPool", {"x"}, {kKernel, {"storage_order", 1}}, 2),
       "%y, %y1 = MaxPool(%x) kernel=[2,3] column_major_indices\n"},
      {"max, opset 12",
       OneNode(12, "MaxPool", {"x"},
               {kKernel, {"ceil_mode", 1}, {"dilations", Ints{2, 2}}, {"strides", Ints{2, 1}}}),
       "%y = MaxPool(%x) kernel=[2,3] strides=[2,1] dilations=[2,2] ceil_mode\n"},
      {"indices nobody reads",
       ModelBuilder(12)
           .Input("x", {1, 1, 4, 4})
           .Node("MaxPool", {"x"}, {"y", "indices"}, {kKernel})
           .Output("y"),
       "%y = MaxPool(%x) kernel=[2,3]\n"},
      {"average", OneNode(7, "AveragePool", {"x"}, {kKernel, {"count_include_pad", 1}}),
       "%y = AveragePool(%x) kernel=[2,3] count_include_pad\n"},
      {"average, opset 19",
       OneNode(19, "AveragePool", {"x"}, {kKernel, {"ceil_mode", 1}, {"dilations", Ints{2, 1}}}),
       "%y = AveragePool(%x) kernel=[2,3] dilations=[2,1] ceil_mode\n"},
      {"p-norm", OneNode(2, "LpPool", {"x"}, {kKernel, {"p", 3}, {"auto_pad", "SAME_UPPER"}}),
       "%y = LpPool(%x) kernel=[2,3] auto_pad=SAME_UPPER p=3\n"},
      {"global max", OneNode(1, "GlobalMaxPool", {"x"}), "%y = GlobalMaxPool(%x)\n"},
      {"global average", OneNode(22, "GlobalAveragePool", {"x"}), "%y = GlobalAveragePool(%x)\n"},
      {"a number as opset 1 wrote it", OneNode(1, "LpPool", {"x"}, {kKernel, {"p", 3.0}}),
       "%y = LpPool(%x) kernel=[2,3] p=3\n"},
      {"the same over all", OneNode(1, "GlobalLpPool", {"x"}, {{"p", 1.0}}),
       "%y = GlobalLpPool(%x) p=1\n"},
      {"global p-norm", OneNode(2, "GlobalLpPool", {"x"}, {{"p", 1}}),
       "%y = GlobalLpPool(%x) p=1\n"},
      {"unpool", OneNode(9, "MaxUnpool", {"x", "i"}, {kKernel, {"strides", Ints{2, 2}}}),
       "%y = MaxUnpool(%x, %i) kernel=[2,3] strides=[2,2]\n"},
      {"unpool to a shape", OneNode(11, "MaxUnpool", {"x", "i", "s"}, {kKernel}),
       "%y = MaxUnpool(%x, %i, %s) kernel=[2,3]\n"},
  });
}

TEST(PoolingImportTest, AttributesBelongToTheirOpsets) {
  ExpectRefusals({
      {"ceil_mode before 10", OneNode(9, "MaxPool", {"x"}, {kKernel, {"ceil_mode", 1}}),
       "attribute \"ceil_mode\" is not defined for this operator in this opset"},
      {"dilations before 19",
       OneNode(18, "AveragePool", {"x"}, {kKernel, {"dilations", Ints{1, 1}}}),
       "attribute \"dilations\" is not defined"},
      {"indices before 8", OneNode(7, "MaxPool", {"x"}, {kKernel}, 2),
       "it has 2 outputs, expected 1"},
      {"no kernel", OneNode(12, "MaxPool", {"x"}), "attribute \"kernel_shape\" is missing"},
      {"p", OneNode(2, "GlobalLpPool", {"x"}, {{"p", 0}}), "attribute \"p\" has the value 0"},
      {"a fraction", OneNode(1, "LpPool", {"x"}, {kKernel, {"p", 2.5}}),
       "attribute \"p\" is 2.5, expected a whole number"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
