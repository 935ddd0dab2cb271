// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <cstring>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/graph/ops/window.h"

namespace reluserve::engine::kernels {
namespace {

// The place in `output` of the element with flat index `index` in `indexed`, or -1 where that is
// outside either. An output_shape may make the output larger than `indexed`: elements keep their
// coordinates.
int64_t PlaceOf(int64_t index, const Shape& indexed, const Shape& output) {
  if (index < 0) return -1;
  int64_t place = 0;
  int64_t stride = 1;
  for (int axis = output.rank(); axis-- > 0;) {
    const int64_t coordinate = index % indexed[axis];
    index /= indexed[axis];
    if (coordinate >= output[axis]) return -1;
    place += coordinate * stride;
    stride *= output[axis];
  }
  return index == 0 ? place : -1;
}

}  // namespace

absl::Status MaxUnpool(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::MaxUnpool>(node.op);
  const Shape& output = outputs[0].shape;
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedWindow window,
                             graph::ResolveUnpool(op.window, inputs[0].shape));
  // The shape that the indices count in: that of the input of the pooling which is undone, as far
  // as it can be told from what came out.
  Shape indexed = inputs[0].shape;
  for (size_t i = 0; i < window.output.size(); ++i)
    indexed[static_cast<int>(i) + 2] = window.output[i];
  std::memset(outputs[0].data, 0, outputs[0].byte_size());
  const int64_t count = inputs[0].shape.ElementCount();
  const int64_t* index = Elements<int64_t>(inputs[1]);
  for (int64_t i = 0; i < count; ++i) {
    if (PlaceOf(index[i], indexed, output) < 0) {
      return InvalidArgument("{}: index {} is outside the shape {} within the output {}",
                             node.op_type, index[i], indexed.ToString(), output.ToString());
    }
  }
  DispatchByteSize(ByteSize(inputs[0].type), [&](auto bytes) {
    constexpr int64_t kBytes = bytes;
    const auto* x = Elements<std::byte>(inputs[0]);
    auto* y = Elements<std::byte>(outputs[0]);
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(y + PlaceOf(index[i], indexed, output) * kBytes, x + i * kBytes, kBytes);
    }
  });
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
