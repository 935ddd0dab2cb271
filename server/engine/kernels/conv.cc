// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Conv and ConvTranspose. Products are summed in double.

#include <cstdint>

#include "server/engine/kernels/convolution_loop.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/graph/ops/window.h"

namespace reluserve::engine::kernels {
namespace {

template <typename T>
struct RealRule {
  const T* bias;  // null when absent

  double Start(int64_t channel) const { return bias != nullptr ? bias[channel] : 0.0; }
  double Product(T x, T w, int64_t) const {
    return static_cast<double>(x) * static_cast<double>(w);
  }
  T Finish(double sum, int64_t) const { return static_cast<T>(sum); }
};

template <typename T>
RealRule<T> RuleWithBias(Inputs inputs) {
  return {Present(inputs, 2) ? Elements<T>(inputs[2]) : nullptr};
}

}  // namespace

absl::Status Conv(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Conv>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(
      const graph::ResolvedWindow resolved,
      graph::ResolveConvolution(op.window, inputs[0].shape, inputs[1].shape));
  const ConvolutionShape shape(resolved, inputs[0].shape, outputs[0].shape, op.group);
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    Convolve(shape, Elements<T>(inputs[0]), Elements<T>(inputs[1]), Elements<T>(outputs[0]),
             RuleWithBias<T>(inputs));
  });
}

absl::Status ConvTranspose(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::ConvTranspose>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedWindow resolved,
                             graph::ResolveConvTranspose(op, inputs[0].shape, inputs[1].shape));
  ConvolutionShape shape(resolved, inputs[0].shape, outputs[0].shape, op.group);
  shape.window = shape.window.Transposed();
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    ConvolveTransposed(shape, Elements<T>(inputs[0]), Elements<T>(inputs[1]),
                       Elements<T>(outputs[0]), RuleWithBias<T>(inputs));
  });
}

}  // namespace reluserve::engine::kernels
