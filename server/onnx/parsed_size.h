// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_PARSED_SIZE_H_
#define RELUSERVE_SERVER_ONNX_PARSED_SIZE_H_

#include <cstdint>
#include <string_view>

namespace reluserve::onnx_import {

// How many bytes of memory parsing `bytes` as a ModelProto takes, at most, found by walking over
// the field tags without keeping anything. An empty node takes two bytes in a file and more than a
// hundred in memory, so a file made to exhaust memory is recognised before it is parsed.
//
// Takes time in proportion to the number of fields, not to their size. Where the bytes are
// malformed the walk ends, as parsing will.
int64_t BoundParsedSize(std::string_view bytes);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_PARSED_SIZE_H_
