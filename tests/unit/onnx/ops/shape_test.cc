// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(ShapeImportTest, ReshapeAndItsKin) {
  // As in files of IR version 1, which leave the types of attributes out.
  ModelBuilder untyped = OneNode(1, "Reshape", {"x"}, {{"shape", Ints{1, -1}}});
  untyped.proto().mutable_graph()->mutable_node(0)->mutable_attribute(0)->clear_type();
  ExpectImports({
      {"shape as attribute", OneNode(4, "Reshape", {"x"}, {{"shape", Ints{0, -1}}}),
       "%y = Reshape(%x, %node/shape{0,-1})\n"},
      {"untyped attribute", untyped, "%y = Reshape(%x, %node/shape{1,-1})\n"},
      {"shape as input", OneNode(5, "Reshape", {"x", "axes"}), "%y = Reshape(%x, %axes{1,2})\n"},
      {"zero means zero", OneNode(14, "Reshape", {"x", "axes"}, {{"allowzero", 1}}),
       "%y = Reshape(%x, %axes{1,2}) allow_zero\n"},
      {"flatten", OneNode(1, "Flatten", {"x"}), "%y = Flatten(%x)\n"},
      {"flatten elsewhere", OneNode(11, "Flatten", {"x"}, {{"axis", -2}}),
       "%y = Flatten(%x) axis=-2\n"},
      {"transpose", OneNode(1, "Transpose", {"x"}, {{"perm", Ints{0, 2, 3, 1}}}),
       "%y = Transpose(%x) perm=[0,2,3,1]\n"},
      {"reverse", OneNode(13, "Transpose", {"x"}), "%y = Transpose(%x)\n"},
      {"squeeze by attribute", OneNode(11, "Squeeze", {"x"}, {{"axes", Ints{0}}}),
       "%y = Squeeze(%x, %node/axes{0})\n"},
      {"squeeze by input", OneNode(13, "Squeeze", {"x", "axes"}), "%y = Squeeze(%x, %axes{1,2})\n"},
      {"squeeze all", OneNode(1, "Squeeze", {"x"}), "%y = Squeeze(%x)\n"},
      {"unsqueeze by attribute", OneNode(12, "Unsqueeze", {"x"}, {{"axes", Ints{0, 4}}}),
       "%y = Unsqueeze(%x, %node/axes{0,4})\n"},
      {"unsqueeze by input", OneNode(13, "Unsqueeze", {"x", "axes"}),
       "%y = Unsqueeze(%x, %axes{1,2})\n"},
      {"expand", OneNode(8, "Expand", {"x", "axes"}), "%y = Expand(%x, %axes{1,2})\n"},
      {"tile", OneNode(6, "Tile", {"x", "axes"}), "%y = Tile(%x, %axes{1,2})\n"},
      {"depth to space", OneNode(1, "DepthToSpace", {"x"}, {{"blocksize", 2}}),
       "%y = DepthToSpace(%x) block_size=2\n"},
      {"column first", OneNode(11, "DepthToSpace", {"x"}, {{"blocksize", 3}, {"mode", "CRD"}}),
       "%y = DepthToSpace(%x) block_size=3 column_row_depth\n"},
      {"space to depth", OneNode(1, "SpaceToDepth", {"x"}, {{"blocksize", 2}}),
       "%y = SpaceToDepth(%x) block_size=2\n"},
      {"space to depth, newest",
       OneNode(28, "SpaceToDepth", {"x"}, {{"blocksize", 2}, {"mode", "DCR"}}),
       "%y = SpaceToDepth(%x) block_size=2\n"},
  });
  ExpectRefusals({
      {"no shape", OneNode(4, "Reshape", {"x"}), "attribute \"shape\" is missing"},
      {"perm repeats", OneNode(1, "Transpose", {"x"}, {{"perm", Ints{0, 1, 1}}}),
       "attribute \"perm\" is no permutation of 0 to 2"},
      {"perm skips", OneNode(1, "Transpose", {"x"}, {{"perm", Ints{1, 2, 3}}}),
       "attribute \"perm\" is no permutation of 0 to 2"},
      {"no axes", OneNode(11, "Unsqueeze", {"x"}), "attribute \"axes\" is missing"},
      {"column first", OneNode(28, "SpaceToDepth", {"x"}, {{"blocksize", 2}, {"mode", "CRD"}}),
       "attribute \"mode\" is \"CRD\", expected \"DCR\""},
      {"block of 0", OneNode(1, "DepthToSpace", {"x"}, {{"blocksize", 0}}),
       "attribute \"blocksize\" has the value 0"},
  });
}

TEST(ShapeImportTest, PartsAndWholes) {
  ExpectImports({
      {"axis was optional", OneNode(1, "Concat", {"x", "z"}), "%y = Concat(%x, %z) axis=1\n"},
      {"concat", OneNode(13, "Concat", {"x", "z", "x"}, {{"axis", -1}}),
       "%y = Concat(%x, %z, %x) axis=-1\n"},
      {"split by attribute", OneNode(2, "Split", {"x"}, {{"axis", 1}, {"split", Ints{1, 2}}}, 2),
       "%y, %y1 = Split(%x, %node/split{1,2}) axis=1\n"},
      {"split by input", OneNode(13, "Split", {"x", "axes"}, {}, 2),
       "%y, %y1 = Split(%x, %axes{1,2}) axis=0\n"},
      {"equal parts", OneNode(11, "Split", {"x"}, {}, 2), "%y, %y1 = Split(%x) axis=0\n"},
      {"number of parts", OneNode(18, "Split", {"x"}, {{"num_outputs", 3}}, 3),
       "%y, %y1, %y2 = Split(%x) axis=0\n"},
      // The number of outputs is the number of parts, so that none may be dropped.
      {"parts nobody reads",
       ModelBuilder(13).Input("x", {6}).Node("Split", {"x"}, {"", "y", "rest"}).Output("y"),
       "%y/unnamed, %y, %rest = Split(%x) axis=0  # y\n"},
      {"slice by attributes",
       OneNode(9, "Slice", {"x"}, {{"axes", Ints{1}}, {"starts", Ints{0}}, {"ends", Ints{-1}}}),
       "%y = Slice(%x, %node/starts{0}, %node/ends{-1}, %node/axes{1})\n"},
      {"slice without axes", OneNode(1, "Slice", {"x"}, {{"starts", Ints{0}}, {"ends", Ints{9}}}),
       "%y = Slice(%x, %node/starts{0}, %node/ends{9})\n"},
      {"slice by inputs", OneNode(10, "Slice", {"x", "axes", "axes", "", "two"}),
       "%y = Slice(%x, %axes{1,2}, %axes{1,2}, _, %two{2})\n"},
      {"gather", OneNode(1, "Gather", {"x", "two"}, {{"axis", -3}}),
       "%y = Gather(%x, %two{2}) axis=-3\n"},
      {"gather elements", OneNode(11, "GatherElements", {"x", "axes"}, {{"axis", 1}}),
       "%y = GatherElements(%x, %axes{1,2}) axis=1\n"},
  });
  ExpectRefusals({
      {"axis is needed since 4", OneNode(4, "Concat", {"x"}), "attribute \"axis\" is missing"},
      {"nothing to join", OneNode(4, "Concat", {}, {{"axis", 0}}),
       "it has 0 inputs, expected 1 or more"},
      {"an operand left out", OneNode(4, "Concat", {"", "x"}, {{"axis", 0}}),
       "its input 0 is absent"},
      {"parts and outputs", OneNode(18, "Split", {"x"}, {{"num_outputs", 3}}, 2),
       "attribute \"num_outputs\" is 3, but the node has 2 outputs"},
      {"parts twice", OneNode(18, "Split", {"x", "axes"}, {{"num_outputs", 2}}, 2),
       "it has both input \"split\" and attribute \"num_outputs\""},
      {"no end", OneNode(9, "Slice", {"x"}, {{"starts", Ints{0}}}), "\"ends\" is missing"},
  });
}

TEST(ShapeImportTest, Pad) {
  ExpectImports({
      {"opset 1", OneNode(1, "Pad", {"x"}, {{"paddings", Ints{0, 1}}, {"value", 2.0}}),
       "%y = Pad(%x, %node/paddings{0,1}, %node/value[])\n"},
      {"opset 2", OneNode(2, "Pad", {"x"}, {{"pads", Ints{0, -1}}, {"mode", "reflect"}}),
       "%y = Pad(%x, %node/pads{0,-1}) mode=reflect\n"},
      {"opset 11", OneNode(11, "Pad", {"x", "axes", "half"}, {{"mode", "edge"}}),
       "%y = Pad(%x, %axes{1,2}, %half[]) mode=edge\n"},
      {"opset 18", OneNode(18, "Pad", {"x", "axes", "", "two"}),
       "%y = Pad(%x, %axes{1,2}, _, %two{2})\n"},
      {"opset 19", OneNode(19, "Pad", {"x", "axes"}, {{"mode", "wrap"}}),
       "%y = Pad(%x, %axes{1,2}) mode=wrap\n"},
  });
  ExpectRefusals({
      {"axes before 18", OneNode(13, "Pad", {"x", "axes", "half", "two"}),
       "it has 4 inputs, expected 2 to 3"},
      {"mode", OneNode(11, "Pad", {"x", "axes"}, {{"mode", "symmetric"}}), "is \"symmetric\""},
  });
}

TEST(ShapeImportTest, ShapeArithmetic) {
  ExpectImports({
      {"shape", OneNode(1, "Shape", {"x"}), "%y = Shape(%x)\n"},
      {"part of a shape", OneNode(15, "Shape", {"x"}, {{"start", 1}, {"end", -1}}),
       "%y = Shape(%x) start=1 end=-1\n"},
      {"size", OneNode(1, "Size", {"x"}), "%y = Size(%x)\n"},
      {"range", OneNode(11, "Range", {"two", "limit", "two"}),
       "%y = Range(%two{2}, %limit, %two{2})\n"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
