// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "server/base/status.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"
#include "server/engine/kernels/reduce_rules.h"
#include "server/engine/kernels/resize_table.h"
#include "server/graph/ops/resize.h"

namespace reluserve::engine::kernels {
namespace {

std::vector<ResizeAxis> AxesOf(const graph::ResolvedResize& resolved, const Shape& input) {
  std::vector<ResizeAxis> axes;
  for (int axis = 0; axis < input.rank(); ++axis) {
    axes.push_back({input[axis], resolved.output[axis], resolved.scales[axis],
                    resolved.roi_begin[axis], resolved.roi_end[axis]});
  }
  return axes;
}

// Copies the nearest element. The innermost axes that stay as they are move as one piece.
void ResizeNearest(const graph::Resize& op, const std::vector<ResizeAxis>& axes,
                   const TensorView& input, const MutableTensorView& output) {
  auto last = static_cast<int>(axes.size()) - 1;
  while (last > 0 && IsIdentity(op, axes[last])) --last;
  const int64_t piece = output.shape.ElementCount(last + 1, output.shape.rank());
  const Shape strides = RowMajorStrides(input.shape);
  std::vector<std::vector<int64_t>> offsets;  // by axis, in elements of the input
  for (int axis = 0; axis <= last; ++axis) {
    offsets.push_back(NearestTable(op, axes[axis]));
    for (int64_t& offset : offsets.back()) offset *= strides[axis];
  }
  const auto resize = [&](auto element_bytes, int64_t elements) {
    const int64_t bytes = static_cast<int64_t>(element_bytes) * elements;
    const auto element = static_cast<int64_t>(ByteSize(input.type));
    const int64_t width = output.shape[last];
    ParallelRanges(output.shape.ElementCount(0, last), width * elements,
                   [&](int64_t begin, int64_t end) {
                     for (int64_t row = begin; row < end; ++row) {
                       int64_t from = 0;
                       int64_t rest = row;
                       for (int axis = last; axis-- > 0;) {
                         from += offsets[axis][rest % output.shape[axis]];
                         rest /= output.shape[axis];
                       }
                       const auto* source = Elements<std::byte>(input) + from * element;
                       auto* target = Elements<std::byte>(output) + row * width * bytes;
                       for (int64_t i = 0; i < width; ++i) {
                         std::memcpy(target + i * bytes, source + offsets[last][i] * element,
                                     static_cast<size_t>(bytes));
                       }
                     }
                   });
  };
  if (piece == 1) {
    // The size of a single element is known when compiling, which turns memcpy into a move.
    DispatchByteSize(ByteSize(input.type), [&](auto bytes) { resize(bytes, 1); });
  } else {
    resize(ByteSize(input.type), piece);
  }
}

// One output row along the innermost axis.
template <typename T>
void InterpolateRow(const WeightTable& table, const T* x, T* y) {
  const size_t taps = static_cast<size_t>(table.taps);
  for (size_t entry = 0; entry < table.weights.size(); entry += taps) {
    T sum = 0;
    for (size_t i = entry; i < entry + taps; ++i) {
      // What is not used must not turn the result into NaN.
      if (table.weights[i] != 0) sum += table.weights[i] * x[table.positions[i]];
    }
    *y++ = sum;
  }
}

// Resizes one axis of [outer, input, inner] to [outer, output, inner].
template <typename T>
void InterpolateAxis(const WeightTable& table, const ResizeAxis& axis, int64_t outer, int64_t inner,
                     const T* x, T* y) {
  if (inner == 1) {
    ParallelRanges(outer, table.taps * axis.output, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        InterpolateRow(table, x + row * axis.input, y + row * axis.output);
      }
    });
    return;
  }
  ParallelRanges(outer * axis.output, table.taps * inner, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t entry = item % axis.output * table.taps;
      const T* slice = x + item / axis.output * axis.input * inner;
      T* target = y + item * inner;
      std::fill_n(target, inner, T{0});
      for (int64_t tap = entry; tap < entry + table.taps; ++tap) {
        const T weight = table.weights[tap];
        if (weight == 0) continue;
        const T* source = slice + table.positions[tap] * inner;
        for (int64_t i = 0; i < inner; ++i) target[i] += weight * source[i];
      }
    }
  });
}

// Resizes axis after axis, from the innermost outwards, through buffers in between.
template <typename T>
void ResizeWeighted(const graph::Resize& op, const std::vector<ResizeAxis>& axes,
                    const TensorView& input, const MutableTensorView& output) {
  std::vector<int> resized;
  for (int axis = output.shape.rank(); axis-- > 0;) {
    if (!IsIdentity(op, axes[axis])) resized.push_back(axis);
  }
  if (resized.empty()) {
    std::memcpy(output.data, input.data, output.byte_size());
    return;
  }
  Shape shape = input.shape;
  std::vector<T> source;
  for (const int axis : resized) {
    const int64_t outer = shape.ElementCount(0, axis);
    const int64_t inner = shape.ElementCount(axis + 1, shape.rank());
    shape[axis] = output.shape[axis];
    const bool first = axis == resized.front();
    const bool last = axis == resized.back();
    std::vector<T> target(last ? 0 : static_cast<size_t>(shape.ElementCount()));
    InterpolateAxis(MakeWeightTable(op, axes[axis]), axes[axis], outer, inner,
                    first ? Elements<T>(input) : source.data(),
                    last ? Elements<T>(output) : target.data());
    source = std::move(target);
  }
}

// Writes the extrapolation value wherever some axis lies outside the input.
absl::Status FillOutside(const graph::Node& node, const std::vector<ResizeAxis>& axes,
                         const MutableTensorView& output) {
  const auto& op = std::get<graph::Resize>(node.op);
  return Dispatch(NumericTypes{}, node, output.type, [&]<typename T>(std::type_identity<T>) {
    const T value = FromReal<T>(op.extrapolation_value);
    for (int axis = 0; axis < output.shape.rank(); ++axis) {
      const std::vector<bool> outside = OutsideTable(op, axes[axis]);
      const AxisSplit split = SplitAtAxis(output.shape, axis);
      for (int64_t row = 0; row < split.outer * split.length; ++row) {
        if (!outside[row % split.length]) continue;
        std::fill_n(Elements<T>(output) + row * split.inner, split.inner, value);
      }
    }
  });
}

}  // namespace

absl::Status Resize(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Resize>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedResize resolved,
                             graph::ResolveResize(op, inputs));
  const TensorView& input = inputs[0];
  const MutableTensorView& output = outputs[0];
  if (output.shape.ElementCount() == 0) return absl::OkStatus();
  if (input.shape.ElementCount() == 0) {
    return InvalidArgument("{} cannot make {} out of an input without elements", node.op_type,
                           output.shape.ToString());
  }
  const std::vector<ResizeAxis> axes = AxesOf(resolved, input.shape);
  if (op.mode == graph::ResizeMode::kNearest && input.shape.rank() > 0) {
    ResizeNearest(op, axes, input, output);
  } else {
    RELUSERVE_RETURN_IF_ERROR(Dispatch(
        FloatTypes{}, node, input.type,
        [&]<typename T>(std::type_identity<T>) { ResizeWeighted<T>(op, axes, input, output); }));
  }
  if (op.coordinate_mode != graph::CoordinateMode::kTfCropAndResize) return absl::OkStatus();
  return FillOutside(node, axes, output);
}

}  // namespace reluserve::engine::kernels
