// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "server/engine/kernels/broadcast_loop.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"

namespace reluserve::engine::kernels {

absl::Status Where(const graph::Node&, Inputs inputs, Outputs outputs) {
  const BroadcastLoop<3> loop(outputs[0].shape,
                              {&inputs[0].shape, &inputs[1].shape, &inputs[2].shape});
  DispatchByteSize(ByteSize(outputs[0].type), [&](auto bytes) {
    constexpr int64_t kBytes = bytes;
    const int64_t condition_step = loop.step(0);
    const int64_t x_step = loop.step(1) * kBytes;
    const int64_t y_step = loop.step(2) * kBytes;
    loop.Run(1, [&](int64_t at, const std::array<int64_t, 3>& from, int64_t length) {
      const uint8_t* condition = Elements<uint8_t>(inputs[0]) + from[0];
      const auto* x = Elements<std::byte>(inputs[1]) + from[1] * kBytes;
      const auto* y = Elements<std::byte>(inputs[2]) + from[2] * kBytes;
      auto* z = Elements<std::byte>(outputs[0]) + at * kBytes;
      for (int64_t i = 0; i < length; ++i) {
        const std::byte* chosen =
            condition[i * condition_step] != 0 ? x + i * x_step : y + i * y_step;
        std::memcpy(z + i * kBytes, chosen, kBytes);
      }
    });
  });
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
