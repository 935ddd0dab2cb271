// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <array>
#include <cstdint>

#include "server/engine/kernels/broadcast_loop.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/quantization.h"
#include "server/graph/ops/axes.h"

namespace reluserve::engine::kernels {
namespace {

// One operand's scale and zero point.
struct Parameters {
  float scale;
  int32_t zero_point;
};

Parameters ParametersOf(Inputs inputs, size_t scale) {
  return {ScaleAt(inputs[scale], 0), ZeroPoint(graph::OperandAt(inputs, scale + 1))};
}

// C = quantised function(dequantised A, dequantised B).
template <typename Q, typename Function>
void Combine(Inputs inputs, Outputs outputs, const Function& function) {
  const Parameters a_parameters = ParametersOf(inputs, 1);
  const Parameters b_parameters = ParametersOf(inputs, 4);
  const Parameters c_parameters = ParametersOf(inputs, 6);
  const BroadcastLoop<2> loop(outputs[0].shape, {&inputs[0].shape, &inputs[3].shape});
  const int64_t a_step = loop.step(0);
  const int64_t b_step = loop.step(1);
  loop.Run(4, [&](int64_t at, const std::array<int64_t, 2>& from, int64_t length) {
    const Q* a = Elements<Q>(inputs[0]) + from[0];
    const Q* b = Elements<Q>(inputs[3]) + from[1];
    Q* c = Elements<Q>(outputs[0]) + at;
    for (int64_t i = 0; i < length; ++i) {
      const auto a_real =
          static_cast<float>(a[i * a_step] - a_parameters.zero_point) * a_parameters.scale;
      const auto b_real =
          static_cast<float>(b[i * b_step] - b_parameters.zero_point) * b_parameters.scale;
      c[i] = Quantize<Q>(function(a_real, b_real) / c_parameters.scale, c_parameters.zero_point);
    }
  });
}

}  // namespace

absl::Status QLinearBinary(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const graph::BinaryKind kind = std::get<graph::QLinearBinary>(node.op).kind;
  return Dispatch(
      ByteTypes{}, node, outputs[0].type, [&]<typename Q>(std::type_identity<Q>) -> absl::Status {
        switch (kind) {
          case graph::BinaryKind::kAdd:
            Combine<Q>(inputs, outputs, [](float a, float b) { return a + b; });
            return absl::OkStatus();
          case graph::BinaryKind::kMul:
            Combine<Q>(inputs, outputs, [](float a, float b) { return a * b; });
            return absl::OkStatus();
          default:
            return Unimplemented("{} is neither QLinearAdd nor QLinearMul", node.op_type);
        }
      });
}

}  // namespace reluserve::engine::kernels
