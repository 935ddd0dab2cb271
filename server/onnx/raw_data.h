// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_RAW_DATA_H_
#define RELUSERVE_SERVER_ONNX_RAW_DATA_H_

#include <cstdint>
#include <span>
#include <string_view>

#include <absl/status/status.h>

#include "server/base/byte_source.h"
#include "server/base/content_hash.h"

namespace reluserve::onnx_import {

// Where a tensor's elements lie, little-endian and dense: in memory, or in a stretch of a source.
// Cheap to copy. What it refers to has to outlive it.
class RawData {
 public:
  explicit RawData(std::string_view bytes)
      : bytes_(bytes), size_(static_cast<int64_t>(bytes.size())) {}
  // The stretch has to lie within the source. Reading it adds it to `hash`, which may be null.
  RawData(const ByteSource& source, int64_t offset, int64_t size, ContentHash* hash)
      : source_(&source), offset_(offset), size_(size), hash_(hash) {}

  int64_t size() const { return size_; }
  // The bytes from `offset` on, as many as `target` has, which have to be there. Each is to be read
  // once, in order, for the sake of the hash. Errors are the source's.
  absl::Status Read(int64_t offset, std::span<char> target) const;

 private:
  const ByteSource* source_ = nullptr;  // null: bytes_
  std::string_view bytes_;
  int64_t offset_ = 0;
  int64_t size_ = 0;
  ContentHash* hash_ = nullptr;
};

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_RAW_DATA_H_
