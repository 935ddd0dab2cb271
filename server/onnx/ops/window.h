// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_OPS_WINDOW_H_
#define RELUSERVE_SERVER_ONNX_OPS_WINDOW_H_

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "server/onnx/node_context.h"

namespace reluserve::onnx_import {

// The sliding window that attributes auto_pad, dilations, kernel_shape, pads and strides describe.
// They have to agree on the number of spatial axes. With an auto_pad other than NOTSET the pads are
// not looked at, as in ONNX's reference implementation.
graph::Window ReadWindow(NodeContext& node);

// Fails when one of the named attributes has entries, but not as many as the window has spatial
// axes.
void CheckSpatialRank(NodeContext& node, const graph::Window& window,
                      std::initializer_list<std::pair<std::string_view, size_t>> attributes);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_OPS_WINDOW_H_
