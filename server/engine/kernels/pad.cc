// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "server/base/status.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"
#include "server/graph/ops/slice.h"

namespace reluserve::engine::kernels {
namespace {

using graph::PadMode;

// Stands for an element that no input element is copied to.
constexpr int64_t kFill = -1;

int64_t FlooredModulo(int64_t value, int64_t modulus) {
  const int64_t remainder = value % modulus;
  return remainder < 0 ? remainder + modulus : remainder;
}

// The element of [0, extent) that stands at `position`, which may lie outside.
int64_t Reflected(PadMode mode, int64_t position, int64_t extent) {
  if (position >= 0 && position < extent) return position;
  if (extent == 0) return kFill;
  switch (mode) {
    case PadMode::kConstant:
      return kFill;
    case PadMode::kEdge:
      return std::clamp<int64_t>(position, 0, extent - 1);
    case PadMode::kWrap:
      return FlooredModulo(position, extent);
    case PadMode::kReflect: {
      if (extent == 1) return 0;
      // There and back without repeating the ends.
      const int64_t period = 2 * (extent - 1);
      const int64_t phase = FlooredModulo(position, period);
      return std::min(phase, period - phase);
    }
  }
  return kFill;
}

// Where along one axis each output element comes from. Output elements [begin, end) are neighbours
// in the input too. What negative pads remove is gone before the rest is padded.
struct AxisMap {
  std::vector<int64_t> source;
  int64_t begin = 0;
  int64_t end = 0;
};

AxisMap MapAxis(PadMode mode, int64_t input, int64_t pad_begin, int64_t pad_end) {
  const int64_t removed = std::max<int64_t>(-pad_begin, 0);
  const int64_t kept = std::max<int64_t>(input - removed - std::max<int64_t>(-pad_end, 0), 0);
  const int64_t added = std::max<int64_t>(pad_begin, 0);
  AxisMap map;
  map.source.resize(static_cast<size_t>(input + pad_begin + pad_end));
  for (size_t i = 0; i < map.source.size(); ++i) {
    const int64_t element = Reflected(mode, static_cast<int64_t>(i) - added, kept);
    map.source[i] = element == kFill ? kFill : element + removed;
  }
  map.begin = added;
  map.end = added + kept;
  return map;
}

// The pad value's bytes; zeros where the operand is absent.
std::array<std::byte, 8> FillBytes(Inputs inputs) {
  std::array<std::byte, 8> fill{};
  if (Present(inputs, 2)) std::memcpy(fill.data(), inputs[2].data, ByteSize(inputs[2].type));
  return fill;
}

template <int64_t kBytes>
void PadRow(const AxisMap& map, const std::byte* source, const std::byte* fill, std::byte* target) {
  const auto copy = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const std::byte* from = map.source[i] == kFill ? fill : source + map.source[i] * kBytes;
      std::memcpy(target + i * kBytes, from, kBytes);
    }
  };
  copy(0, map.begin);
  if (map.begin < map.end) {
    std::memcpy(target + map.begin * kBytes, source + map.source[map.begin] * kBytes,
                static_cast<size_t>((map.end - map.begin) * kBytes));
  }
  copy(map.end, static_cast<int64_t>(map.source.size()));
}

template <int64_t kBytes>
void PadAll(const absl::InlinedVector<AxisMap, 6>& maps, const std::array<std::byte, 8>& fill,
            const TensorView& input, const MutableTensorView& output) {
  const int last = output.shape.rank() - 1;
  const int64_t width = output.shape[last];
  const Shape strides = RowMajorStrides(input.shape);
  ParallelRanges(output.shape.ElementCount(0, last), width, [&](int64_t begin, int64_t end) {
    const AxisMap all_fill{std::vector<int64_t>(static_cast<size_t>(width), kFill), 0, 0};
    for (int64_t row = begin; row < end; ++row) {
      int64_t offset = 0;
      int64_t rest = row;
      bool outside = false;
      for (int axis = last; axis-- > 0;) {
        const int64_t source = maps[axis].source[rest % output.shape[axis]];
        rest /= output.shape[axis];
        outside = outside || source == kFill;
        offset += source * strides[axis];
      }
      const std::byte* from = Elements<std::byte>(input) + (outside ? 0 : offset * kBytes);
      PadRow<kBytes>(outside ? all_fill : maps[last], from, fill.data(),
                     Elements<std::byte>(output) + row * width * kBytes);
    }
  });
}

void PadBy(const graph::ResolvedPad& pad, PadMode mode, const std::array<std::byte, 8>& fill,
           const TensorView& input, const MutableTensorView& output) {
  const int rank = input.shape.rank();
  if (rank == 0) {  // nothing to pad along
    std::memcpy(output.data, input.data, output.byte_size());
    return;
  }
  absl::InlinedVector<AxisMap, 6> maps;
  for (int axis = 0; axis < rank; ++axis) {
    maps.push_back(MapAxis(mode, input.shape[axis], pad.begin[axis], pad.end[axis]));
  }
  DispatchByteSize(ByteSize(input.type), [&](auto bytes) {
    PadAll<static_cast<int64_t>(decltype(bytes)::value)>(maps, fill, input, output);
  });
}

}  // namespace

absl::Status Pad(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedPad pad,
                             graph::ResolvePad(std::get<graph::Pad>(node.op), inputs));
  PadBy(pad, std::get<graph::Pad>(node.op).mode, FillBytes(inputs), inputs[0], outputs[0]);
  return absl::OkStatus();
}

absl::Status CenterCropPad(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(
      const graph::ResolvedPad pad,
      graph::ResolveCenterCropPad(std::get<graph::CenterCropPad>(node.op), inputs));
  PadBy(pad, PadMode::kConstant, {}, inputs[0], outputs[0]);
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
