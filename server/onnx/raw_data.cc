// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/raw_data.h"

#include <algorithm>
#include <cstring>

#include "server/base/status.h"

namespace reluserve::onnx_import {

absl::Status RawData::Read(int64_t offset, std::span<char> target) const {
  if (source_ == nullptr) {
    std::memcpy(target.data(), bytes_.data() + offset, target.size());
    return absl::OkStatus();
  }
  // Hashed while they are in the cache.
  constexpr size_t kPiece = size_t{256} << 10;
  for (size_t done = 0; done < target.size(); done += kPiece) {
    const std::span<char> piece = target.subspan(done, std::min(kPiece, target.size() - done));
    RELUSERVE_RETURN_IF_ERROR(source_->Read(offset_ + offset + static_cast<int64_t>(done), piece));
    if (hash_ != nullptr) hash_->Add({piece.data(), piece.size()});
  }
  return absl::OkStatus();
}

}  // namespace reluserve::onnx_import
