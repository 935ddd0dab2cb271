// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/random_elements.h"

#include <cstring>

namespace reluserve::engine {

void FillRandom(Tensor& tensor, std::mt19937_64& random) {
  const size_t bytes = tensor.byte_size();
  auto* target = static_cast<uint8_t*>(tensor.mutable_data());
  switch (tensor.type()) {
    case DataType::kFloat32: {
      std::uniform_real_distribution<float> values(-2.0f, 2.0f);
      for (float& value : tensor.mutable_values<float>()) value = values(random);
      return;
    }
    case DataType::kUint8:
    case DataType::kInt8:
      for (size_t i = 0; i < bytes; ++i) target[i] = static_cast<uint8_t>(random());
      return;
    default:
      // The lowest byte of each little-endian element; of other float types, a denormal.
      std::memset(target, 0, bytes);
      for (size_t i = 0; i < bytes; i += ByteSize(tensor.type())) target[i] = random() & 1;
  }
}

}  // namespace reluserve::engine
