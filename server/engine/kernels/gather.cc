// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <cstring>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/indices.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Slice i of `output` is slice indices[i] of `input`, for each outer position. A slice has `inner`
// elements.
template <typename Index>
void GatherSlices(const TensorView& input, const TensorView& indices,
                  const MutableTensorView& output, const AxisSplit& split) {
  const int64_t count = indices.shape.ElementCount();
  const Index* index = Elements<Index>(indices);
  const auto copy = [&](auto bytes, int64_t elements) {
    const int64_t slice = static_cast<int64_t>(bytes) * elements;
    const auto* source = Elements<std::byte>(input);
    auto* target = Elements<std::byte>(output);
    ParallelRanges(split.outer * count, elements, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t from = i / count * split.length + Resolve(index[i % count], split.length);
        std::memcpy(target + i * slice, source + from * slice, static_cast<size_t>(slice));
      }
    });
  };
  const size_t bytes = ByteSize(input.type);
  if (split.inner == 1) {
    // The size of a single element is known when compiling, which turns memcpy into a move.
    DispatchByteSize(bytes, [&](auto size) { copy(size, 1); });
  } else {
    copy(bytes, split.inner);
  }
}

// Along a row of indices, the last axis, the other coordinates of the input are those of the row.
template <size_t kBytes, typename Index>
void GatherElementRows(const TensorView& input, const TensorView& indices,
                       const MutableTensorView& output, int gathered_axis) {
  const Shape& shape = indices.shape;
  const int last = shape.rank() - 1;
  const Shape strides = RowMajorStrides(input.shape);
  const int64_t length = shape[last];
  const int64_t extent = input.shape[gathered_axis];
  const int64_t step = gathered_axis == last ? 0 : 1;
  const auto* source = Elements<std::byte>(input);
  ParallelRanges(shape.ElementCount(0, last), length, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t base = 0;
      int64_t rest = row;
      for (int axis = last; axis-- > 0;) {
        if (axis != gathered_axis) base += rest % shape[axis] * strides[axis];
        rest /= shape[axis];
      }
      const Index* index = Elements<Index>(indices) + row * length;
      auto* target = Elements<std::byte>(output) + row * length * static_cast<int64_t>(kBytes);
      for (int64_t i = 0; i < length; ++i) {
        const int64_t from = base + i * step + Resolve(index[i], extent) * strides[gathered_axis];
        std::memcpy(target + i * static_cast<int64_t>(kBytes),
                    source + from * static_cast<int64_t>(kBytes), kBytes);
      }
    }
  });
}

}  // namespace

absl::Status Gather(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const AxisSplit split = SplitAtAxis(inputs[0].shape, std::get<graph::Gather>(node.op).axis);
  return Dispatch(IndexTypes{}, node, inputs[1].type,
                  [&]<typename Index>(std::type_identity<Index>) -> absl::Status {
                    RELUSERVE_RETURN_IF_ERROR(CheckIndices<Index>(node, inputs[1], split.length));
                    GatherSlices<Index>(inputs[0], inputs[1], outputs[0], split);
                    return absl::OkStatus();
                  });
}

absl::Status GatherElements(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const int64_t axis = std::get<graph::GatherElements>(node.op).axis;
  const int rank = inputs[0].shape.rank();
  const int gathered_axis = static_cast<int>(axis < 0 ? axis + rank : axis);
  return Dispatch(IndexTypes{}, node, inputs[1].type,
                  [&]<typename Index>(std::type_identity<Index>) -> absl::Status {
                    RELUSERVE_RETURN_IF_ERROR(
                        CheckIndices<Index>(node, inputs[1], inputs[0].shape[gathered_axis]));
                    DispatchByteSize(ByteSize(inputs[0].type), [&](auto bytes) {
                      GatherElementRows<bytes, Index>(inputs[0], inputs[1], outputs[0],
                                                      gathered_axis);
                    });
                    return absl::OkStatus();
                  });
}

}  // namespace reluserve::engine::kernels
