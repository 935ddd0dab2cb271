// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

constexpr char kEarly[] = " mode=nearest coordinates=asymmetric nearest_mode=";

// A Resize-10 with these constant scales.
ModelBuilder Resize10(const Floats& scales, const char* mode) {
  return ModelBuilder(10)
      .Input("x", {1, 1, 4, 4})
      .Initializer("scales", FloatTensor({static_cast<int64_t>(scales.size())}, scales))
      .Node("Resize", {"x", "scales"}, {"y"}, {{"mode", mode}})
      .Output("y");
}

TEST(ResizeImportTest, UpsampleIsAResize) {
  const std::string asymmetric = std::string(kEarly) + "floor\n";
  ExpectImports({
      {"opset 1",
       OneNode(1, "Upsample", {"x"},
               {{"height_scale", 2.0}, {"width_scale", 3.0}, {"mode", "bilinear"}}),
       "%y = Resize(%x, _, %node/scales[4]) mode=linear coordinates=asymmetric\n"},
      {"attribute", OneNode(7, "Upsample", {"x"}, {{"scales", Floats{1, 1, 2, 2}}}),
       "%y = Resize(%x, _, %node/scales[4])" + asymmetric},
      {"input", OneNode(9, "Upsample", {"x", "scales"}),
       "%y = Resize(%x, _, %scales)" + asymmetric},
  });
  ExpectRefusals({{"gone since 10", OneNode(10, "Upsample", {"x", "scales"}),
                   "operator Upsample is supported in opsets 1 to 9 only"}});
}

// The published test of Resize-10 that halves an image takes the neighbour above, [1,3] of
// [1,2,3,4] for a scale of 0.6, where Upsample takes the one below.
TEST(ResizeImportTest, Opset10TakesTheNeighbourByTheScale) {
  ExpectImports({
      {"enlarging", Resize10({1, 1, 2, 2}, "nearest"),
       "%y = Resize(%x, _, %scales[4])" + std::string(kEarly) + "floor\n"},
      {"reducing", Resize10({1, 1, 0.6f, 0.6f}, "nearest"),
       "%y = Resize(%x, _, %scales[4])" + std::string(kEarly) + "ceil\n"},
      {"both", Resize10({1, 1, 2, 0.5f}, "nearest"),
       "%y/enlarged = Resize(%x, _, %y/enlarging[4])" + std::string(kEarly) +
           "floor\n%y = Resize(%y/enlarged, _, %y/reducing[4])" + kEarly + "ceil\n"},
      {"unknown", OneNode(10, "Resize", {"x", "scales"}),
       "%node/enlarging = Max(%scales, %node/enlarging_bound[])\n"
       "%node/reducing = Min(%scales, %node/reducing_bound[])\n"
       "%node/enlarged = Resize(%x, _, %node/enlarging)" +
           std::string(kEarly) + "floor\n%y = Resize(%node/enlarged, _, %node/reducing)" + kEarly +
           "ceil\n"},
      {"linear needs no neighbour", Resize10({1, 1, 2, 0.5f}, "linear"),
       "%y = Resize(%x, _, %scales[4]) mode=linear coordinates=asymmetric\n"},
  });
}

TEST(ResizeImportTest, MixedScalesAreSplitByAxis) {
  const absl::StatusOr<ImportedModel> imported =
      ImportModel(Resize10({1, 1, 2, 0.5f}, "nearest").Bytes());
  ASSERT_TRUE(imported.ok()) << imported.status();
  const graph::Graph& graph = imported->graph;
  const auto scales = [&](int node) {
    const std::span<const float> values =
        graph.ConstantOf(graph.nodes[node].inputs[2])->values<float>();
    return Floats(values.begin(), values.end());
  };
  EXPECT_EQ(scales(0), Floats({1, 1, 2, 1}));
  EXPECT_EQ(scales(1), Floats({1, 1, 1, 0.5f}));
}

TEST(ResizeImportTest, SinceOpset11) {
  ExpectImports({
      {"scales", OneNode(11, "Resize", {"x", "none", "scales"}),
       "%y = Resize(%x, _, %scales) mode=nearest coordinates=half_pixel "
       "nearest_mode=round_prefer_floor\n"},
      {"sizes, scales empty", OneNode(11, "Resize", {"x", "none", "none", "sizes"}),
       "%y = Resize(%x, _, _, %sizes) mode=nearest coordinates=half_pixel "
       "nearest_mode=round_prefer_floor\n"},
      {"sizes, scales empty when run", OneNode(11, "Resize", {"x", "roi", "scales", "sizes"}),
       "%y = Resize(%x, _, _, %sizes) mode=nearest coordinates=half_pixel "
       "nearest_mode=round_prefer_floor\n"},
      {"cubic",
       OneNode(13, "Resize", {"x", "", "scales"},
               {{"mode", "cubic"},
                {"cubic_coeff_a", -0.5},
                {"exclude_outside", 1},
                {"coordinate_transformation_mode", "align_corners"}}),
       "%y = Resize(%x, _, %scales) mode=cubic coordinates=align_corners exclude_outside "
       "cubic_coefficient=-0.5\n"},
      {"crop",
       OneNode(13, "Resize", {"x", "roi", "", "sizes"},
               {{"mode", "linear"},
                {"coordinate_transformation_mode", "tf_crop_and_resize"},
                {"extrapolation_value", 10.0}}),
       "%y = Resize(%x, %roi, _, %sizes) mode=linear coordinates=tf_crop_and_resize "
       "extrapolation_value=10\n"},
      {"opset 19",
       OneNode(19, "Resize", {"x", "", "", "sizes"},
               {{"mode", "linear"},
                {"antialias", 1},
                {"axes", Ints{2, 3}},
                {"keep_aspect_ratio_policy", "not_larger"},
                {"coordinate_transformation_mode", "half_pixel_symmetric"}}),
       "%y = Resize(%x, _, _, %sizes) mode=linear coordinates=half_pixel_symmetric "
       "aspect_ratio_policy=not_larger antialias axes=[2,3]\n"},
  });
  ExpectRefusals({
      {"neither", OneNode(13, "Resize", {"x"}),
       "it has none of its inputs \"scales\" and \"sizes\""},
      {"both", OneNode(13, "Resize", {"x", "", "vector", "sizes"}), "it has both of its inputs"},
      {"no region",
       OneNode(13, "Resize", {"x", "", "scales"},
               {{"coordinate_transformation_mode", "tf_crop_and_resize"}}),
       "input \"roi\" is absent"},
      {"mode", OneNode(13, "Resize", {"x", "", "scales"}, {{"mode", "area"}}),
       "attribute \"mode\" is \"area\", expected one of \"nearest\", \"linear\", \"cubic\""},
      {"before 18", OneNode(13, "Resize", {"x", "", "scales"}, {{"antialias", 1}}),
       "attribute \"antialias\" is not defined"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
