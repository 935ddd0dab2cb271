// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that move data or tell its shape. What newer opsets take as an input was an attribute
// in older ones, and becomes a constant.

#include <limits>
#include <set>

#include "server/onnx/ops/constants.h"
#include "server/onnx/ops/importers.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {

using graph::ValueId;

void ImportReshape(NodeContext& node) {
  node.Emit(graph::Reshape{node.Flag("allowzero", false)},
            {node.Input(0), node.InputOrAttribute(1, "shape")});
}

void ImportFlatten(NodeContext& node) { node.Emit(graph::Flatten{node.Axis("axis", 1)}); }

void ImportTranspose(NodeContext& node) {
  const std::vector<int64_t> perm = node.Ints("perm");
  const auto rank = static_cast<int64_t>(perm.size());
  const std::set<int64_t> distinct(perm.begin(), perm.end());
  if (rank > 0 && (static_cast<int64_t>(distinct.size()) != rank || *distinct.begin() != 0 ||
                   *distinct.rbegin() != rank - 1)) {
    node.Fail("attribute \"perm\" is no permutation of 0 to {}", rank - 1);
  }
  node.Emit(graph::Transpose{perm});
}

void ImportSqueeze(NodeContext& node) {
  node.Emit(graph::Squeeze{}, {node.Input(0), node.InputOrAttribute(1, "axes")});
}

void ImportUnsqueeze(NodeContext& node) {
  node.Emit(graph::Unsqueeze{}, {node.Input(0), node.InputOrAttribute(1, "axes")});
}

// The axis has a default, 1, in opset 1 to 3 only; later rows of the table demand it.
void ImportConcat(NodeContext& node) { node.Emit(graph::Concat{node.Axis("axis", 1)}); }

void ImportSplit(NodeContext& node) {
  const ValueId sizes = node.InputOrAttribute(1, "split");
  const int64_t parts = node.Int("num_outputs", node.output_count());
  if (parts != node.output_count()) {
    node.Fail("attribute \"num_outputs\" is {}, but the node has {} outputs", parts,
              node.output_count());
  }
  if (node.Has("num_outputs") && sizes != graph::kNoValue) {
    node.Fail("it has both input \"split\" and attribute \"num_outputs\", expected one of them");
  }
  node.Emit(graph::Split{node.Axis("axis", 0)}, {node.Input(0), sizes});
}

void ImportSlice(NodeContext& node) {
  const ValueId starts = node.InputOrAttribute(1, "starts");
  const ValueId ends = node.InputOrAttribute(2, "ends");
  const ValueId axes = node.InputOrAttribute(3, "axes");
  node.Emit(graph::Slice{}, {node.Input(0), starts, ends, axes, node.Input(4)});
}

// Pads are attribute "paddings" in opset 1, "pads" until 10; the value is an attribute as long.
void ImportPad(NodeContext& node) {
  const graph::Pad op{node.Choice<graph::PadMode>("mode", {{"constant", graph::PadMode::kConstant},
                                                           {"reflect", graph::PadMode::kReflect},
                                                           {"edge", graph::PadMode::kEdge},
                                                           {"wrap", graph::PadMode::kWrap}})};
  const ValueId pads = node.InputOrAttribute(1, node.Has("paddings") ? "paddings" : "pads");
  ValueId value = node.Input(2);
  if (node.Has("value")) {
    value = node.AddConstant("value", ScalarTensor(node.Float("value", 0.0f)));
  }
  node.Emit(op, {node.Input(0), pads, value, node.Input(3)});
}

void ImportDepthToSpace(NodeContext& node) {
  node.Emit(graph::DepthToSpace{
      .block_size = node.IntBetween("blocksize", 1, 1, kMaxExtent),
      .column_row_depth = node.Choice<bool>("mode", {{"DCR", false}, {"CRD", true}})});
}

void ImportSpaceToDepth(NodeContext& node) {
  if (node.String("mode", "DCR") != "DCR") {
    node.Refuse("attribute \"mode\" is \"{}\", expected \"DCR\"", node.String("mode", ""));
  }
  node.Emit(graph::SpaceToDepth{node.IntBetween("blocksize", 1, 1, kMaxExtent)});
}

void ImportShape(NodeContext& node) {
  node.Emit(graph::ShapeOf{.start = node.Int("start", 0),
                           .end = node.Int("end", std::numeric_limits<int64_t>::max())});
}

}  // namespace reluserve::onnx_import
