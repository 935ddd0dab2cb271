// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_CUT_FILE_H_
#define RELUSERVE_SERVER_ONNX_CUT_FILE_H_

#include <cstdint>
#include <string>
#include <unordered_map>

#include <absl/status/statusor.h>

#include "server/base/byte_source.h"

namespace reluserve::onnx_import {

// A model file without what makes it large.
struct CutFile {
  // A serialised ModelProto: the file's bytes but for those named below.
  std::string structure;
  // A stretch of the file that is the raw_data of an initializer.
  struct Stretch {
    int64_t offset = 0;
    int64_t size = 0;
  };
  // By the initializer's index in the graph, as parsing `structure` gives it.
  std::unordered_map<int, Stretch> raw_data;
  int64_t raw_bytes = 0;  // of all of these
};

// Finds the large tensors of a file by walking over its field tags, so that they need not be in
// memory twice, and not in protobuf's hands at all. Parsing `structure` gives the very message that
// parsing the file would, but for raw_data fields that it lacks. Initializers with several such
// fields, of which the last counts, keep them. At most 2 GiB.
//
// INVALID_ARGUMENT for malformed bytes, those that parsing would refuse; the source's errors.
absl::StatusOr<CutFile> CutLargeTensors(const ByteSource& file);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_CUT_FILE_H_
