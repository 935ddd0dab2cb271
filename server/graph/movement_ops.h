// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that move data or tell its shape; see op.h for what all of them have in common.

#ifndef RELUSERVE_SERVER_GRAPH_MOVEMENT_OPS_H_
#define RELUSERVE_SERVER_GRAPH_MOVEMENT_OPS_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "server/tensor/tensor.h"

namespace reluserve::graph {

struct Identity {};  // X -> Y. Also Dropout at inference.
struct Concat {
  int64_t axis = 0;
};  // inputs... -> Y
struct Split {
  int64_t axis = 0;
};  // X, [sizes int64] -> outputs...; without sizes in equal parts, the last may be smaller
struct Slice {};  // X, starts, ends, [axes], [steps], all int64 or int32 -> Y
enum class PadMode : uint8_t { kConstant, kReflect, kEdge, kWrap };
struct Pad {
  PadMode mode = PadMode::kConstant;
};  // X, pads int64, [value], [axes] -> Y; pads may be negative
struct Reshape {
  bool allow_zero = false;
};  // X, shape int64 -> Y
struct Flatten {
  int64_t axis = 1;
};  // X -> Y [product before axis, product from axis]
struct Transpose {
  std::vector<int64_t> perm;
};                    // X -> Y; empty = reversed
struct Squeeze {};    // X, [axes int64] -> Y
struct Unsqueeze {};  // X, axes int64 -> Y
struct Expand {};     // X, shape int64 -> Y
struct Tile {};       // X, repeats int64 -> Y
struct Gather {
  int64_t axis = 0;
};  // X, indices int32/int64 -> Y
struct GatherElements {
  int64_t axis = 0;
};  // X, indices int32/int64 -> Y
// X, indices int32/int64 [..., depth] -> Y: what lies at the place that each row of indices names
// in the axes after the first `batch_dims`, which both operands share.
struct GatherNd {
  int64_t batch_dims = 0;
};
// What a scattered element does to the one that is there; kNone replaces it.
enum class ScatterReduction : uint8_t { kNone, kAdd, kMul, kMax, kMin };
// X, indices int32/int64, updates of their shape -> Y: X with updates at the places that
// GatherElements would read. Later updates come after earlier ones.
struct ScatterElements {
  int64_t axis = 0;
  ScatterReduction reduction = ScatterReduction::kNone;
};
// X, indices int32/int64 [..., depth], updates -> Y: X with updates at the places that GatherNd
// would read.
struct ScatterNd {
  ScatterReduction reduction = ScatterReduction::kNone;
};
// indices, depth [1], values [off, on] -> Y with an axis of `depth` more, `on` where it is the
// index and `off` elsewhere, also for indices outside [-depth, depth).
struct OneHot {
  int64_t axis = -1;
};
// X -> Y: the part of each matrix on and above diagonal k (or on and below it), 0 elsewhere. k is
// an input in ONNX; a constant here.
struct Trilu {
  bool upper = true;
  int64_t k = 0;
};
struct DepthToSpace {  // X [N,C,H,W] -> Y
  int64_t block_size = 1;
  bool column_row_depth = false;  // ONNX mode CRD, otherwise DCR
};
struct SpaceToDepth {
  int64_t block_size = 1;
};  // X [N,C,H,W] -> Y
struct ShapeOf {
  int64_t start = 0;
  int64_t end = std::numeric_limits<int64_t>::max();
};               // X -> int64 [rank]
struct Size {};  // X -> int64 scalar
struct ConstantOfShape {
  Tensor value;
};                // shape int64 -> Y filled with the one element of value
struct Range {};  // start, limit, delta -> Y
// X [N,M] -> Y of the same shape with ones on diagonal k; of X only the shape is read.
struct EyeLike {
  DataType type = DataType::kFloat32;
  int64_t k = 0;
};
struct NonZero {
};  // X, known -> int64 [rank, count], the coordinates of elements that are not zero
// X, shape int64 -> Y: the given axes centred, cropped or padded with zeros to these extents.
struct CenterCropPad {
  std::vector<int64_t> axes;  // empty = all
};
// X [N,C,H,W] -> Y; the experimental operator of opset 1, still met in style-transfer models.
struct Crop {
  std::vector<int64_t> border;  // left, top, right, bottom
  std::vector<int64_t> scale;   // height, width; empty = to the far border
};

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_MOVEMENT_OPS_H_
