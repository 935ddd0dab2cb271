// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"
#include "server/engine/kernels/quantization.h"
#include "server/graph/ops/quantization.h"

namespace reluserve::engine::kernels {
namespace {

using QuantizedTypes = TypeList<int8_t, uint8_t, int16_t, uint16_t>;
using DequantizedTypes = TypeList<int8_t, uint8_t, int16_t, uint16_t, int32_t>;

// Calls body(begin, length, entry, step) for runs of elements that cover the tensor, in parallel:
// element begin + i has entry entry + i·step of the scale.
template <typename Body>
void ForEachRun(const graph::QuantizationLayout& layout, const Body& body) {
  const int64_t step = layout.block == 0 ? 0 : 1;
  const int64_t count = layout.outer * layout.extent * layout.inner;
  ParallelRanges(count, 4, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end;) {
      const int64_t i = at % layout.inner;
      const int64_t e = at / layout.inner % layout.extent;
      const int64_t length = std::min(layout.inner - i, end - at);
      body(at, length, layout.ScaleIndex(at / layout.inner / layout.extent, e, i), step);
      at += length;
    }
  });
}

// Quantize<Q> for neighbours that share a scale, in a form that compilers vectorise: adding and
// taking off 1.5·2²³ rounds halves to even, as long as the number is below 2²².
template <typename Q>
void QuantizeRun(const float* x, int64_t length, float scale, int32_t zero_point, Q* y) {
  constexpr float kBeyond = 0x1p20f;  // what is larger saturates whatever the zero point
  constexpr float kRounder = 0x1.8p23f;
  constexpr int32_t kLow = std::numeric_limits<Q>::min();
  constexpr int32_t kHigh = std::numeric_limits<Q>::max();
  for (int64_t i = 0; i < length; ++i) {
    const float quotient = x[i] / scale;
    float value = quotient == quotient ? quotient : 0.0f;
    value = value > -kBeyond ? value : -kBeyond;
    value = value < kBeyond ? value : kBeyond;
    const int32_t code = static_cast<int32_t>((value + kRounder) - kRounder) + zero_point;
    y[i] = static_cast<Q>(std::min(std::max(code, kLow), kHigh));
  }
}

}  // namespace

absl::Status QuantizeLinear(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::QuantizeLinear>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(
      const graph::QuantizationLayout layout,
      graph::ResolveQuantization(inputs[0].shape, inputs[1].shape, op.axis, op.block_size));
  if (inputs[0].type != DataType::kFloat32) return UnsupportedType(node, inputs[0].type);
  return Dispatch(QuantizedTypes{}, node, outputs[0].type, [&]<typename Q>(std::type_identity<Q>) {
    const float* x = Elements<float>(inputs[0]);
    const float* scale = Elements<float>(inputs[1]);
    const Q* zero_point = Present(inputs, 2) ? Elements<Q>(inputs[2]) : nullptr;
    Q* y = Elements<Q>(outputs[0]);
    ForEachRun(layout, [&](int64_t begin, int64_t length, int64_t entry, int64_t step) {
      if (step == 0) {
        const int32_t zero = zero_point != nullptr ? zero_point[entry] : 0;
        QuantizeRun<Q>(x + begin, length, scale[entry], zero, y + begin);
        return;
      }
      for (int64_t i = 0; i < length; ++i) {
        const int64_t at = entry + i;
        y[begin + i] =
            Quantize<Q>(x[begin + i] / scale[at], zero_point != nullptr ? zero_point[at] : 0);
      }
    });
  });
}

absl::Status DequantizeLinear(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::DequantizeLinear>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(
      const graph::QuantizationLayout layout,
      graph::ResolveQuantization(inputs[0].shape, inputs[1].shape, op.axis, op.block_size));
  if (outputs[0].type != DataType::kFloat32) return UnsupportedType(node, outputs[0].type);
  return Dispatch(DequantizedTypes{}, node, inputs[0].type, [&]<typename Q>(std::type_identity<Q>) {
    const Q* x = Elements<Q>(inputs[0]);
    const float* scale = Elements<float>(inputs[1]);
    const Q* zero_point = Present(inputs, 2) ? Elements<Q>(inputs[2]) : nullptr;
    float* y = Elements<float>(outputs[0]);
    ForEachRun(layout, [&](int64_t begin, int64_t length, int64_t entry, int64_t step) {
      if (step == 0 && sizeof(Q) == 1) {
        // In 32 bits, so that it can be vectorised.
        const int32_t zero = zero_point != nullptr ? static_cast<int32_t>(zero_point[entry]) : 0;
        const float factor = scale[entry];
        for (int64_t i = 0; i < length; ++i) {
          y[begin + i] = static_cast<float>(static_cast<int32_t>(x[begin + i]) - zero) * factor;
        }
        return;
      }
      for (int64_t i = 0; i < length; ++i) {
        const int64_t at = entry + i * step;
        const int64_t zero = zero_point != nullptr ? zero_point[at] : 0;
        y[begin + i] = static_cast<float>(x[begin + i] - zero) * scale[at];
      }
    });
  });
}

// The range of the data, widened to include zero, becomes 0..255.
absl::Status DynamicQuantizeLinear(const graph::Node& node, Inputs inputs, Outputs outputs) {
  if (inputs[0].type != DataType::kFloat32) return UnsupportedType(node, inputs[0].type);
  float low = 0.0f;
  float high = 0.0f;
  for (const float x : inputs[0].values<float>()) {
    low = std::min(low, x);
    high = std::max(high, x);
  }
  // Without a range any scale is right but zero, which would divide zero by zero.
  const float scale = high > low ? (high - low) / 255.0f : 1.0f;
  const auto zero_point = Quantize<uint8_t>(-low / scale, 0);
  if (Present(outputs, 0)) {
    const float* x = Elements<float>(inputs[0]);
    auto* y = Elements<uint8_t>(outputs[0]);
    ParallelRanges(outputs[0].shape.ElementCount(), 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) y[i] = Quantize<uint8_t>(x[i] / scale, zero_point);
    });
  }
  if (Present(outputs, 1)) *Elements<float>(outputs[1]) = scale;
  if (Present(outputs, 2)) *Elements<uint8_t>(outputs[2]) = zero_point;
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
