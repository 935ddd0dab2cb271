// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <cstring>
#include <vector>

#include "server/engine/kernels/convert.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"
#include "server/graph/ops/masks.h"

namespace reluserve::engine::kernels {
namespace {

// Cut towards zero.
template <typename T>
int64_t AsIndex(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return SaturatingCast<int64_t>(value);
  } else {
    return static_cast<int64_t>(value);
  }
}

// Calls body(matrix, row) for all rows of all matrices, the last two axes of the shape.
template <typename Body>
void ForEachRow(const Shape& shape, const Body& body) {
  const int rank = shape.rank();
  const int64_t rows = shape[rank - 2];
  ParallelRanges(shape.ElementCount(0, rank - 1), shape[rank - 1], [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) body(row, row % rows);
  });
}

}  // namespace

absl::Status OneHot(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const AxisSplit split = SplitAtAxis(outputs[0].shape, std::get<graph::OneHot>(node.op).axis);
  const size_t bytes = ByteSize(outputs[0].type);
  const auto* off = Elements<std::byte>(inputs[2]);
  const auto* on = off + bytes;
  auto* y = Elements<std::byte>(outputs[0]);
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    const T* indices = Elements<T>(inputs[0]);
    ParallelRanges(split.outer * split.length, split.inner, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t here = i % split.length;
        for (int64_t j = 0; j < split.inner; ++j) {
          const int64_t index = AsIndex(indices[i / split.length * split.inner + j]);
          const bool hot = index == here || index == here - split.length;
          std::memcpy(y + static_cast<size_t>(i * split.inner + j) * bytes, hot ? on : off, bytes);
        }
      }
    });
  });
}

absl::Status Trilu(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Trilu>(node.op);
  const Shape& shape = outputs[0].shape;
  const int64_t width = shape[shape.rank() - 1];
  const size_t bytes = ByteSize(outputs[0].type);
  const auto* x = Elements<std::byte>(inputs[0]);
  auto* y = Elements<std::byte>(outputs[0]);
  ForEachRow(shape, [&](int64_t row, int64_t in_matrix) {
    for (int64_t column = 0; column < width; ++column) {
      const size_t at = static_cast<size_t>(row * width + column) * bytes;
      const int64_t diagonal = column - in_matrix;
      if (op.upper ? diagonal >= op.k : diagonal <= op.k) {
        std::memcpy(y + at, x + at, bytes);
      } else {
        std::memset(y + at, 0, bytes);
      }
    }
  });
  return absl::OkStatus();
}

absl::Status EyeLike(const graph::Node& node, Inputs, Outputs outputs) {
  const int64_t k = std::get<graph::EyeLike>(node.op).k;
  const int64_t rows = outputs[0].shape[0];
  const int64_t width = outputs[0].shape[1];
  std::memset(outputs[0].data, 0, outputs[0].byte_size());
  const auto fill = [&]<typename T>(std::type_identity<T>) {
    for (int64_t row = 0; row < rows; ++row) {
      // Compared so that no k overflows.
      if (k >= -row && k < width - row) Elements<T>(outputs[0])[row * width + row + k] = T{1};
    }
  };
  return Dispatch(TypeList<float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                           uint32_t, uint64_t, bool>{},
                  node, outputs[0].type, fill);
}

absl::Status NonZero(const graph::Node&, Inputs inputs, Outputs outputs) {
  const std::vector<int64_t> places = graph::NonZeroPlaces(inputs[0]);
  const Shape& shape = inputs[0].shape;
  const size_t count = places.size();
  auto* y = Elements<int64_t>(outputs[0]);
  for (size_t i = 0; i < count; ++i) {
    int64_t rest = places[i];
    for (int axis = shape.rank(); axis-- > 0;) {
      y[static_cast<size_t>(axis) * count + i] = rest % shape[axis];
      rest /= shape[axis];
    }
  }
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
