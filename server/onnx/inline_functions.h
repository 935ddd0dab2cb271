// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Functions that a model defines for itself: exporters write layers of the source program, and
// operators that ONNX lacks, as such.

#ifndef RELUSERVE_SERVER_ONNX_INLINE_FUNCTIONS_H_
#define RELUSERVE_SERVER_ONNX_INLINE_FUNCTIONS_H_

#include <absl/status/status.h>
#include <onnx/onnx_pb.h>

namespace reluserve::onnx_import {

// Puts the nodes of each function in the places of the graph's nodes that call it, calls within
// functions too, and takes the functions away. Values and nodes get the name of the caller and a
// "/" in front; opsets that only functions import are imported by the model.
//
// INVALID_ARGUMENT when two functions have one name, when they call each other without end, or when
// the nodes become too many or too large; UNIMPLEMENTED for a called function of another opset than
// the model's.
absl::Status InlineFunctions(onnx::ModelProto& model);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_INLINE_FUNCTIONS_H_
