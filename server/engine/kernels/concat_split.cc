// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <cstring>

#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Bytes that one elementary step of a copy moves.
constexpr int64_t kBytesPerStep = 8;

// The bytes between neighbours along the axes outside `axis`.
int64_t RowBytes(const Shape& shape, DataType type, int64_t axis) {
  const AxisSplit split = SplitAtAxis(shape, axis);
  return split.length * split.inner * static_cast<int64_t>(ByteSize(type));
}

// Copies `rows` rows of `bytes` bytes from rows that lie `source_pitch` bytes apart to such that
// lie `target_pitch` apart.
void CopyRows(const std::byte* source, int64_t source_pitch, std::byte* target,
              int64_t target_pitch, int64_t bytes, int64_t rows) {
  ParallelRanges(rows, bytes / kBytesPerStep, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      std::memcpy(target + row * target_pitch, source + row * source_pitch,
                  static_cast<size_t>(bytes));
    }
  });
}

}  // namespace

absl::Status Concat(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const int64_t axis = std::get<graph::Concat>(node.op).axis;
  const MutableTensorView& output = outputs[0];
  const int64_t rows = SplitAtAxis(output.shape, axis).outer;
  const int64_t pitch = RowBytes(output.shape, output.type, axis);
  auto* target = Elements<std::byte>(output);
  for (const TensorView& input : inputs) {
    const int64_t bytes = RowBytes(input.shape, input.type, axis);
    CopyRows(Elements<std::byte>(input), bytes, target, pitch, bytes, rows);
    target += bytes;
  }
  return absl::OkStatus();
}

absl::Status Split(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const int64_t axis = std::get<graph::Split>(node.op).axis;
  const TensorView& input = inputs[0];
  const int64_t rows = SplitAtAxis(input.shape, axis).outer;
  const int64_t pitch = RowBytes(input.shape, input.type, axis);
  const auto* source = Elements<std::byte>(input);
  for (const MutableTensorView& output : outputs) {
    const int64_t bytes = RowBytes(output.shape, output.type, axis);
    if (output.data != nullptr) {
      CopyRows(source, pitch, Elements<std::byte>(output), bytes, bytes, rows);
    }
    source += bytes;
  }
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
