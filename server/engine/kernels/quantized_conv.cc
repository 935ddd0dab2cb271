// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// QLinearConv and ConvInteger. Products are summed in 32 bits that wrap around, as everywhere.

#include <cstdint>
#include <vector>

#include "server/engine/kernels/convolution_loop.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/quantization.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/window.h"

namespace reluserve::engine::kernels {
namespace {

struct IntegerRule {
  uint32_t Start(int64_t) const { return 0; }
  uint32_t Product(int16_t x, int16_t w, int64_t) const {
    return static_cast<uint32_t>(int32_t{x} * int32_t{w});
  }
  int32_t Finish(uint32_t sum, int64_t) const { return static_cast<int32_t>(sum); }
};

// The weights' scale may be given for each output channel. Q is float where the result is.
template <typename Q>
struct RequantizeRule : IntegerRule {
  float x_scale = 1.0f;
  TensorView w_scale;
  ResultScale result;

  explicit RequantizeRule(Inputs inputs)
      : x_scale(ScaleAt(inputs[1], 0)), w_scale(inputs[4]), result(inputs) {}

  uint32_t Start(int64_t channel) const { return result.SumBias(channel); }
  Q Finish(uint32_t sum, int64_t channel) const {
    return result.Finish<Q>(sum, x_scale * ScaleAt(w_scale, channel), channel);
  }
};

// Operands with their zero points taken off. Padding is the zero point, so that it adds nothing.
struct CenteredOperands {
  std::vector<int16_t> x;
  std::vector<int16_t> w;
};

// The zero point of the weights may be given for each output channel.
absl::StatusOr<CenteredOperands> Center(const graph::Node& node, const TensorView& x,
                                        const TensorView& x_zero_point, const TensorView& w,
                                        const TensorView& w_zero_point) {
  CenteredOperands centered;
  RELUSERVE_ASSIGN_OR_RETURN(centered.x, Centered(node, x, x_zero_point, 1));
  RELUSERVE_ASSIGN_OR_RETURN(
      centered.w, Centered(node, w, w_zero_point, w.shape.ElementCount(1, w.shape.rank())));
  return centered;
}

}  // namespace

absl::Status ConvInteger(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::ConvInteger>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(
      const graph::ResolvedWindow resolved,
      graph::ResolveConvolution(op.window, inputs[0].shape, inputs[1].shape));
  RELUSERVE_ASSIGN_OR_RETURN(
      const CenteredOperands centered,
      Center(node, inputs[0], graph::OperandAt(inputs, 2), inputs[1], graph::OperandAt(inputs, 3)));
  const ConvolutionShape shape(resolved, inputs[0].shape, outputs[0].shape, op.group);
  Convolve(shape, centered.x.data(), centered.w.data(), Elements<int32_t>(outputs[0]),
           IntegerRule{});
  return absl::OkStatus();
}

absl::Status QLinearConv(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::QLinearConv>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(
      const graph::ResolvedWindow resolved,
      graph::ResolveConvolution(op.window, inputs[0].shape, inputs[3].shape));
  RELUSERVE_ASSIGN_OR_RETURN(const CenteredOperands centered,
                             Center(node, inputs[0], inputs[2], inputs[3], inputs[5]));
  const ConvolutionShape shape(resolved, inputs[0].shape, outputs[0].shape, op.group);
  return Dispatch(ResultTypes{}, node, outputs[0].type, [&]<typename Q>(std::type_identity<Q>) {
    Convolve(shape, centered.x.data(), centered.w.data(), Elements<Q>(outputs[0]),
             RequantizeRule<Q>(inputs));
  });
}

}  // namespace reluserve::engine::kernels
