// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/quantization.h"

#include <algorithm>

namespace reluserve::engine::kernels {

absl::StatusOr<std::vector<int16_t>> Centered(const graph::Node& node, const TensorView& x,
                                              const TensorView& zero_point, int64_t inner) {
  std::vector<int16_t> centered(static_cast<size_t>(x.shape.ElementCount()));
  const int64_t entries = zero_point.present() ? zero_point.shape.ElementCount() : 1;
  RELUSERVE_RETURN_IF_ERROR(
      Dispatch(ByteTypes{}, node, x.type, [&]<typename Q>(std::type_identity<Q>) {
        const Q* zeros = Elements<Q>(zero_point);
        const Q* from = Elements<Q>(x);
        const size_t run = entries == 1 ? centered.size() : static_cast<size_t>(inner);
        for (size_t begin = 0, entry = 0; begin < centered.size(); ++entry) {
          const int zero = zeros != nullptr ? zeros[entry % entries] : 0;
          const size_t end = std::min(centered.size(), begin + run);
          for (; begin < end; ++begin) centered[begin] = static_cast<int16_t>(from[begin] - zero);
        }
      }));
  return centered;
}

int32_t ZeroPoint(const TensorView& zero_point) {
  if (!zero_point.present()) return 0;
  return zero_point.type == DataType::kInt8 ? *Elements<int8_t>(zero_point)
                                            : *Elements<uint8_t>(zero_point);
}

ResultScale::ResultScale(Inputs inputs) {
  if (Present(inputs, 6)) scale_ = ScaleAt(inputs[6], 0);
  if (Present(inputs, 7)) zero_point_ = ZeroPoint(inputs[7]);
  if (!Present(inputs, 8)) return;
  if (inputs[8].type == DataType::kInt32) {
    sum_bias_ = Elements<int32_t>(inputs[8]);
  } else {
    real_bias_ = Elements<float>(inputs[8]);
  }
}

}  // namespace reluserve::engine::kernels
