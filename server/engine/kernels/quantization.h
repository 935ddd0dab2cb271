// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the operators on quantised tensors share.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_QUANTIZATION_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_QUANTIZATION_H_

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <absl/status/statusor.h>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/operands.h"

namespace reluserve::engine::kernels {

using ByteTypes = TypeList<int8_t, uint8_t>;

// saturate(round(value) + zero_point), halves rounded to even. `value` is real divided by scale;
// NaN counts as zero.
template <typename Q>
Q Quantize(float value, int32_t zero_point) {
  if (std::isnan(value)) return static_cast<Q>(zero_point);
  // In double, where neither the sum nor a bound of Q is rounded.
  const double shifted = static_cast<double>(std::nearbyint(value)) + zero_point;
  if (shifted <= std::numeric_limits<Q>::min()) return std::numeric_limits<Q>::min();
  if (shifted >= std::numeric_limits<Q>::max()) return std::numeric_limits<Q>::max();
  return static_cast<Q>(shifted);
}

// The elements of an int8 or uint8 operand without their zero point, which is absent (0), one for
// all, or has an entry for each `inner` elements in turn. UNIMPLEMENTED for other types.
absl::StatusOr<std::vector<int16_t>> Centered(const graph::Node& node, const TensorView& x,
                                              const TensorView& zero_point, int64_t inner);

// The one element of an int8 or uint8 zero point, 0 where it is absent.
int32_t ZeroPoint(const TensorView& zero_point);

// Entry `index` of a scale that may be one for all.
inline float ScaleAt(const TensorView& scale, int64_t index) {
  return Elements<float>(scale)[scale.shape.ElementCount() == 1 ? 0 : index];
}

// The results of QLinearConv and QLinearMatMul.
using ResultTypes = TypeList<int8_t, uint8_t, float>;

// How those make a result of a 32-bit sum: operands 6 to 8, each of which may be absent.
class ResultScale {
 public:
  explicit ResultScale(Inputs inputs);

  // What is added to the sum of a channel: an integer bias.
  uint32_t SumBias(int64_t channel) const {
    return sum_bias_ != nullptr ? static_cast<uint32_t>(sum_bias_[channel]) : 0;
  }
  // `scale` is the unit of the sum.
  template <typename Q>
  Q Finish(uint32_t sum, float scale, int64_t channel) const {
    const auto exact = static_cast<float>(static_cast<int32_t>(sum));
    const float bias = real_bias_ != nullptr ? real_bias_[channel] : 0.0f;
    if constexpr (std::is_same_v<Q, float>) {
      return exact * scale + bias;
    } else {
      return Quantize<Q>(exact * (scale / scale_) + bias / scale_, zero_point_);
    }
  }

 private:
  const int32_t* sum_bias_ = nullptr;
  const float* real_bias_ = nullptr;
  float scale_ = 1.0f;
  int32_t zero_point_ = 0;
};

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_QUANTIZATION_H_
