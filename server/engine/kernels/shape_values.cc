// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators whose result follows from shapes and single values.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"

namespace reluserve::engine::kernels {

absl::Status ShapeOf(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const int64_t rank = inputs[0].shape.rank();
  const int64_t start = std::get<graph::ShapeOf>(node.op).start;
  // As many extents as the output has room for, which follows from `end`.
  const int64_t first = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
  std::ranges::copy(inputs[0].shape.dims().subspan(static_cast<size_t>(first),
                                                   outputs[0].values<int64_t>().size()),
                    outputs[0].values<int64_t>().begin());
  return absl::OkStatus();
}

absl::Status Size(const graph::Node&, Inputs inputs, Outputs outputs) {
  *Elements<int64_t>(outputs[0]) = inputs[0].shape.ElementCount();
  return absl::OkStatus();
}

absl::Status ConstantOfShape(const graph::Node& node, Inputs, Outputs outputs) {
  const Tensor& value = std::get<graph::ConstantOfShape>(node.op).value;
  DispatchByteSize(ByteSize(value.type()), [&](auto bytes) {
    std::array<std::byte, bytes> element;
    std::memcpy(element.data(), value.data(), bytes);
    std::byte* target = Elements<std::byte>(outputs[0]);
    const std::byte* end = target + outputs[0].byte_size();
    for (; target != end; target += bytes) std::memcpy(target, element.data(), bytes);
  });
  return absl::OkStatus();
}

absl::Status Range(const graph::Node& node, Inputs inputs, Outputs outputs) {
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    const T start = *Elements<T>(inputs[0]);
    const T delta = *Elements<T>(inputs[2]);
    int64_t index = 0;
    // A product and not a running sum, whose rounding errors would add up.
    for (T& y : outputs[0].values<T>()) y = Add(start, Multiply(static_cast<T>(index++), delta));
  });
}

}  // namespace reluserve::engine::kernels
