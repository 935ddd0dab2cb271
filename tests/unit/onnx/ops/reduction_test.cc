// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(ReductionImportTest, AxesMoveFromAttributeToInput) {
  const std::vector<Attribute> axes = {{"axes", Ints{2, 3}}, {"keepdims", 0}};
  ExpectImports({
      {"attribute until 17", OneNode(17, "ReduceMean", {"x"}, axes),
       "%y = ReduceMean(%x, %node/axes{2,3}) drop_dims\n"},
      {"input since 18", OneNode(18, "ReduceMean", {"x", "axes"}, {{"keepdims", 0}}),
       "%y = ReduceMean(%x, %axes{1,2}) drop_dims\n"},
      {"sum: attribute until 12", OneNode(12, "ReduceSum", {"x"}, axes),
       "%y = ReduceSum(%x, %node/axes{2,3}) drop_dims\n"},
      {"sum: input since 13", OneNode(13, "ReduceSum", {"x", "axes"}),
       "%y = ReduceSum(%x, %axes{1,2})\n"},
      {"over all axes", OneNode(1, "ReduceL2", {"x"}), "%y = ReduceL2(%x)\n"},
      {"over none", OneNode(18, "ReduceLogSumExp", {"x"}, {{"noop_with_empty_axes", 1}}),
       "%y = ReduceLogSumExp(%x) noop_with_empty_axes\n"},
      {"double", OneNode(13, "ReduceProd", {"double"}), "%y = ReduceProd(%double)\n"},
  });
  ExpectRefusals({
      {"attribute too late", OneNode(18, "ReduceMax", {"x"}, axes),
       "attribute \"axes\" is not defined"},
      {"input too early", OneNode(17, "ReduceMax", {"x", "axes"}), "it has 2 inputs, expected 1"},
      {"type", OneNode(11, "ReduceMin", {"x"}, {{"axes", 2}}),
       "attribute \"axes\" is of type INT, expected INTS"},
  });
}

TEST(ReductionImportTest, ArgMaxAndTopK) {
  ExpectImports({
      {"default", OneNode(1, "ArgMax", {"x"}), "%y = ArgMax(%x) axis=0\n"},
      {"last of equals",
       OneNode(12, "ArgMin", {"x"}, {{"axis", -1}, {"keepdims", 0}, {"select_last_index", 1}}),
       "%y = ArgMin(%x) axis=-1 drop_dims select_last_index\n"},
      {"number as attribute", OneNode(9, "TopK", {"x"}, {{"k", 5}, {"axis", 1}}, 2),
       "%y, %y1 = TopK(%x, %node/k{5}) axis=1\n"},
      {"number as input", OneNode(10, "TopK", {"x", "two"}, {}, 2),
       "%y, %y1 = TopK(%x, %two{2})\n"},
      {"smallest", OneNode(11, "TopK", {"x", "two"}, {{"largest", 0}, {"sorted", 0}}, 2),
       "%y, %y1 = TopK(%x, %two{2}) smallest\n"},
  });
  ExpectRefusals({
      {"number", OneNode(9, "TopK", {"x"}, {{"k", 0}}, 2), "attribute \"k\" has the value 0"},
      {"outputs", OneNode(9, "TopK", {"x"}, {{"k", 1}}), "it has 1 outputs, expected 2"},
  });
}

TEST(ReductionImportTest, CumSum) {
  ExpectImports({{"axis becomes an attribute",
                  OneNode(11, "CumSum", {"x", "two"}, {{"exclusive", 1}, {"reverse", 1}}),
                  "%y = CumSum(%x) axis=2 exclusive reverse\n"}});
  ExpectRefusals({
      {"computed", OneNode(11, "CumSum", {"x", "axis"}), "input \"axis\" is computed"},
      {"two axes", OneNode(11, "CumSum", {"x", "axes"}),
       "input \"axis\" is INT64 [2], expected one INT32 or INT64"},
      {"float", OneNode(11, "CumSum", {"x", "half"}), "input \"axis\" is FP32 []"},
  });
}

TEST(ReductionImportTest, ProductsAndContractions) {
  ExpectImports({
      {"running product", OneNode(26, "CumProd", {"x", "two"}, {{"reverse", 1}}),
       "%y = CumProd(%x) axis=2 reverse\n"},
      {"einsum", OneNode(12, "Einsum", {"x", "z"}, {{"equation", "nchw,nchv->nwv"}}),
       "%y = Einsum(%x, %z) equation=nchw,nchv->nwv\n"},
  });
  ExpectRefusals({{"no equation", OneNode(12, "Einsum", {"x"}), "\"equation\" is missing"}});
}

TEST(ReductionImportTest, HardmaxIsOneHotOfArgMax) {
  ExpectImports({
      {"one axis", OneNode(13, "Hardmax", {"x"}),
       "%node/places = ArgMax(%x) axis=-1 drop_dims\n"
       "%node/depth = Shape(%x) start=-1\n"
       "%y = OneHot(%node/places, %node/depth, %node/values[2])\n"},
      {"another axis", OneNode(13, "Hardmax", {"x"}, {{"axis", 1}}),
       "%node/places = ArgMax(%x) axis=1 drop_dims\n"
       "%node/depth = Shape(%x) start=1 end=2\n"
       "%y = OneHot(%node/places, %node/depth, %node/values[2]) axis=1\n"},
      {"all axes from one on", OneNode(11, "Hardmax", {"x"}, {{"axis", 2}}),
       "%node/flat = Flatten(%x) axis=2\n"
       "%node/places = ArgMax(%node/flat) axis=1 drop_dims\n"
       "%node/depth = Shape(%node/flat) start=1 end=2\n"
       "%node/hot = OneHot(%node/places, %node/depth, %node/values[2]) axis=1\n"
       "%node/shape = Shape(%x)\n"
       "%y = Reshape(%node/hot, %node/shape)\n"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
