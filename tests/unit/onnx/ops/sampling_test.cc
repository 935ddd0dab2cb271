// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(SamplingImportTest, Grids) {
  ExpectImports({
      {"default", OneNode(16, "GridSample", {"x", "z"}),
       "%y = GridSample(%x, %z) mode=linear padding=zeros\n"},
      {"old names",
       OneNode(16, "GridSample", {"x", "z"},
               {{"mode", "bicubic"}, {"padding_mode", "border"}, {"align_corners", 1}}),
       "%y = GridSample(%x, %z) mode=cubic padding=border align_corners\n"},
      {"new names",
       OneNode(20, "GridSample", {"x", "z"}, {{"mode", "nearest"}, {"padding_mode", "reflection"}}),
       "%y = GridSample(%x, %z) mode=nearest padding=reflection\n"},
      {"onnxruntime's own",
       OneNode(11, "GridSample", {"x", "z"}, {{"mode", "nearest"}})
           .Opset("com.microsoft", 1)
           .InDomain("com.microsoft"),
       "%y = GridSample(%x, %z) mode=nearest padding=zeros\n"},
      {"affine", OneNode(20, "AffineGrid", {"x", "axes"}, {{"align_corners", 1}}),
       "%y = AffineGrid(%x, %axes{1,2}) align_corners\n"},
  });
  ExpectRefusals({
      {"name of an older opset", OneNode(20, "GridSample", {"x", "z"}, {{"mode", "bilinear"}}),
       "expected one of \"linear\""},
      {"no such padding", OneNode(16, "GridSample", {"x", "z"}, {{"padding_mode", "wrap"}}),
       "attribute \"padding_mode\" is \"wrap\""},
  });
}

TEST(SamplingImportTest, RegionsAndBlocks) {
  ExpectImports({
      {"regions counted from corners", OneNode(10, "RoiAlign", {"x", "z", "axes"}),
       "%y = RoiAlign(%x, %z, %axes{1,2}) whole_pixel output=[1,1]\n"},
      {"regions",
       OneNode(16, "RoiAlign", {"x", "z", "axes"},
               {{"mode", "max"},
                {"output_height", 7},
                {"output_width", 5},
                {"sampling_ratio", 2},
                {"spatial_scale", 0.5}}),
       "%y = RoiAlign(%x, %z, %axes{1,2}) max output=[7,5] sampling_ratio=2 spatial_scale=0.5\n"},
      {"regions as before",
       OneNode(16, "RoiAlign", {"x", "z", "axes"},
               {{"coordinate_transformation_mode", "output_half_pixel"}}),
       "%y = RoiAlign(%x, %z, %axes{1,2}) whole_pixel output=[1,1]\n"},
      {"blocks",
       OneNode(18, "Col2Im", {"x", "axes", "axes"},
               {{"strides", Ints{2, 1}}, {"pads", Ints{0, 1, 2, 3}}}),
       "%y = Col2Im(%x, %axes{1,2}, %axes{1,2}) strides=[2,1] pads_begin=[0,1] pads_end=[2,3]\n"},
  });
  ExpectRefusals({
      {"cells", OneNode(10, "RoiAlign", {"x", "z", "axes"}, {{"output_height", 1 << 20}}),
       "attribute \"output_height\" has the value 1048576"},
      {"samples", OneNode(10, "RoiAlign", {"x", "z", "axes"}, {{"sampling_ratio", 1 << 20}}),
       "attribute \"sampling_ratio\" has the value 1048576"},
      {"odd pads", OneNode(18, "Col2Im", {"x", "axes", "axes"}, {{"pads", Ints{1}}}),
       "attribute \"pads\" has 1 entries"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
