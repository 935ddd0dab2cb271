// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(ClipImportTest, BoundsAsAttributes) {
  ExpectImports({
      {"both", OneNode(6, "Clip", {"x"}, {{"min", 0.0}, {"max", 6.0}}), "%y = Clip(%x) beta=6\n"},
      {"finite by default since opset 6", OneNode(10, "Clip", {"x"}, {{"min", -1.0}}),
       "%y = Clip(%x) alpha=-1 beta=3.4028235e+38\n"},
      {"no bound before", OneNode(1, "Clip", {"x"}, {{"max", 1.0}}),
       "%y = Clip(%x) alpha=-inf beta=1\n"},
  });
}

TEST(ClipImportTest, ConstantBoundsAsOperands) {
  ExpectImports({
      {"both", OneNode(11, "Clip", {"x", "half", "six"}), "%y = Clip(%x) alpha=0.5 beta=6\n"},
      {"min alone", OneNode(13, "Clip", {"x", "half"}), "%y = Clip(%x) alpha=0.5 beta=inf\n"},
      {"max alone", OneNode(13, "Clip", {"x", "", "six"}), "%y = Clip(%x) alpha=-inf beta=6\n"},
      {"neither", OneNode(13, "Clip", {"x"}), "%y = Identity(%x)\n"},
      {"neither, by empty names", OneNode(13, "Clip", {"x", "", ""}), "%y = Identity(%x)\n"},
      {"min above max", OneNode(13, "Clip", {"x", "six", "half"}),
       "%y = Clip(%x) alpha=6 beta=0.5\n"},
      {"through Constant and Identity",
       ModelBuilder(13)
           .Input("x", {1})
           .Initializer("low", FloatTensor({}, {0}))
           .Node("Identity", {"low"}, {"min"})
           .Node("Constant", {}, {"six"}, {{"value_float", 6.0}})
           .Node("Identity", {"six"}, {"max"})
           .Node("Clip", {"x", "min", "max"}, {"y"})
           .Output("y"),
       "%y = Clip(%x) beta=6\n"},
      {"constants after their reader in the file",
       ModelBuilder(13)
           .Input("x", {1})
           .Node("Clip", {"x", "", "six"}, {"y"})
           .Node("Constant", {}, {"six"}, {{"value_float", 6.0}})
           .Output("y"),
       "%y = Min(%x, %six[])\n"},
  });
}

TEST(ClipImportTest, OtherBoundsTakeMaxAndMin) {
  ExpectImports({
      {"computed", OneNode(13, "Clip", {"x", "low", "high"}),
       "%node/min = Max(%x, %low)\n%y = Min(%node/min, %high)\n"},
      {"one constant", OneNode(13, "Clip", {"x", "low", "six"}),
       "%node/min = Max(%x, %low)\n%y = Min(%node/min, %six[1])\n"},
      {"min alone", OneNode(13, "Clip", {"x", "low"}), "%y = Max(%x, %low)\n"},
      {"max alone", OneNode(13, "Clip", {"x", "", "high"}), "%y = Min(%x, %high)\n"},
      {"integers", OneNode(13, "Clip", {"x", "int8", "int8"}),
       "%node/min = Max(%x, %int8[])\n%y = Min(%node/min, %int8[])\n"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
