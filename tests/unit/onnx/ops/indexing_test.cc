// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(IndexingImportTest, GatherAndScatter) {
  ExpectImports({
      {"gather nd", OneNode(11, "GatherND", {"x", "axes"}), "%y = GatherND(%x, %axes{1,2})\n"},
      {"batches", OneNode(12, "GatherND", {"x", "axes"}, {{"batch_dims", 1}}),
       "%y = GatherND(%x, %axes{1,2}) batch_dims=1\n"},
      {"the old name", OneNode(9, "Scatter", {"x", "axes", "z"}, {{"axis", 1}}),
       "%y = ScatterElements(%x, %axes{1,2}, %z) axis=1\n"},
      {"scatter elements", OneNode(11, "ScatterElements", {"x", "axes", "z"}),
       "%y = ScatterElements(%x, %axes{1,2}, %z)\n"},
      {"reduction", OneNode(18, "ScatterElements", {"x", "axes", "z"}, {{"reduction", "max"}}),
       "%y = ScatterElements(%x, %axes{1,2}, %z) reduction=max\n"},
      {"scatter nd", OneNode(16, "ScatterND", {"x", "axes", "z"}, {{"reduction", "add"}}),
       "%y = ScatterND(%x, %axes{1,2}, %z) reduction=add\n"},
  });
  ExpectRefusals({
      {"attribute of a newer opset", OneNode(11, "GatherND", {"x", "axes"}, {{"batch_dims", 1}}),
       "attribute \"batch_dims\" is not defined"},
      {"reduction", OneNode(16, "ScatterND", {"x", "axes", "z"}, {{"reduction", "mean"}}),
       "attribute \"reduction\" is \"mean\", expected one of \"none\""},
      {"renamed", OneNode(11, "Scatter", {"x", "axes", "z"}), "in opsets 9 to 10 only"},
  });
}

TEST(IndexingImportTest, Masks) {
  ExpectImports({
      {"one hot", OneNode(9, "OneHot", {"x", "six", "z"}, {{"axis", 1}}),
       "%y = OneHot(%x, %six[1], %z) axis=1\n"},
      {"upper", OneNode(14, "Trilu", {"x"}), "%y = Trilu(%x)\n"},
      {"lower", OneNode(14, "Trilu", {"x", "two"}, {{"upper", 0}}), "%y = Trilu(%x) lower k=2\n"},
      {"eye", OneNode(9, "EyeLike", {"x"}, {{"k", 1}}), "%y = EyeLike(%x) type=FP32 k=1\n"},
      {"eye of another type", OneNode(9, "EyeLike", {"x"}, {{"dtype", 7}}),
       "%y = EyeLike(%x) type=INT64\n"},
      {"non-zero", OneNode(9, "NonZero", {"x"}), "%y = NonZero(%x)\n"},
      {"centre", OneNode(18, "CenterCropPad", {"x", "axes"}, {{"axes", Ints{2, 3}}}),
       "%y = CenterCropPad(%x, %axes{1,2}) axes=[2,3]\n"},
  });
  ExpectRefusals({
      {"computed diagonal", OneNode(14, "Trilu", {"x", "k"}), "input \"k\" is computed"},
      {"eye of strings", OneNode(9, "EyeLike", {"x"}, {{"dtype", 8}}), "STRING"},
  });
}

// Opset 1 wrote numbers as it liked.
TEST(IndexingImportTest, TileOfOneAxis) {
  ExpectImports({
      {"one axis", OneNode(1, "Tile", {"x", "six", "two"}),
       "%y = Tile(%x, %node/repeats{1,1,6,1})\n"},
  });
  ExpectRefusals({
      {"axis too large", OneNode(1, "Tile", {"x", "two", "six"}),
       "input \"axis\" is 6, expected 0 to 3"},
      {"fraction", OneNode(1, "Tile", {"x", "half", "two"}), "input \"tiles\" is FP32 []"},
      {"computed", OneNode(1, "Tile", {"x", "tiles", "two"}), "input \"tiles\" is computed"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
