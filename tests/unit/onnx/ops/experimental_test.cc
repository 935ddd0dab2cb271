// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(ExperimentalImportTest, Forms) {
  ExpectImports({
      {"affine", OneNode(9, "Affine", {"x"}, {{"alpha", 2.0}, {"beta", 1.0}}),
       "%node/scaled = Mul(%x, %node/alpha[])\n%y = Add(%node/scaled, %node/beta[])\n"},
      {"image scaler",
       OneNode(1, "ImageScaler", {"x"}, {{"scale", 0.5}, {"bias", Floats{1, 2, 3}}}),
       "%node/scaled = Mul(%x, %node/scale[])\n%y = Add(%node/scaled, %node/bias[3,1,1])\n"},
      {"crop to a border", OneNode(1, "Crop", {"x"}, {{"border", Ints{1, 2, 3, 4}}}),
       "%y = Crop(%x) border=[1,2,3,4]\n"},
      {"crop to a size",
       OneNode(7, "Crop", {"x"}, {{"border", Ints{1, 2, 0, 0}}, {"scale", Ints{5, 6}}}),
       "%y = Crop(%x) border=[1,2,0,0] scale=[5,6]\n"},
  });
  ExpectRefusals({
      {"border", OneNode(1, "Crop", {"x"}, {{"border", Ints{1, 2}}}),
       "attribute \"border\" has 2 entries, expected 4 (left, top, right, bottom)"},
      {"negative border", OneNode(1, "Crop", {"x"}, {{"border", Ints{1, 2, -1, 0}}}),
       "attribute \"border\" has the value -1"},
      {"size", OneNode(1, "Crop", {"x"}, {{"border", Ints{0, 0, 0, 0}}, {"scale", Ints{5}}}),
       "attribute \"scale\" has 1 entries, expected 2"},
      {"no bias", OneNode(1, "ImageScaler", {"x"}), "attribute \"bias\" is missing"},
  });
}

TEST(ExperimentalImportTest, ConstantsHoldTheAttributes) {
  const ModelBuilder model = OneNode(9, "Affine", {"x"}, {{"alpha", 2.0}, {"beta", 3.0}});
  const absl::StatusOr<ImportedModel> imported = ImportModel(model.Bytes());
  ASSERT_TRUE(imported.ok()) << imported.status();
  const graph::Graph& graph = imported->graph;
  EXPECT_EQ(graph.ConstantOf(graph.nodes[0].inputs[1])->values<float>()[0], 2.0f);
  EXPECT_EQ(graph.ConstantOf(graph.nodes[1].inputs[1])->values<float>()[0], 3.0f);
}

}  // namespace
}  // namespace reluserve::onnx_import
