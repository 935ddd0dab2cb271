// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_OPS_ALIGNMENT_H_
#define RELUSERVE_SERVER_ONNX_OPS_ALIGNMENT_H_

#include "server/onnx/node_context.h"

namespace reluserve::onnx_import {

// The `operand` that the node broadcasts over `target` so that its first axis falls on `axis` of
// the target, as operators before opset 7 have it: extents of 1 are appended until numpy's
// alignment from the right does the same. A constant gets the new shape at once, anything else an
// Unsqueeze.
//
// An error of the node when the ranks cannot be told from the file or the operand does not fit.
graph::ValueId AlignAt(NodeContext& node, int64_t axis, graph::ValueId target,
                       graph::ValueId operand);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_OPS_ALIGNMENT_H_
