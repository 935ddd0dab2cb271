// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// QLinearMatMul and MatMulInteger. Products are summed in 32 bits that wrap around, as everywhere.

#include <cstdint>
#include <vector>

#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/matrix_loop.h"
#include "server/engine/kernels/quantization.h"
#include "server/graph/ops/axes.h"

namespace reluserve::engine::kernels {
namespace {

struct IntegerRule {
  uint32_t Product(int16_t a, int16_t b, int64_t, int64_t) const {
    return static_cast<uint32_t>(int32_t{a} * int32_t{b});
  }
  int32_t Finish(uint32_t sum, int64_t, int64_t) const { return static_cast<int32_t>(sum); }
};

// Scales of A may be given for each row, those of B for each column. Q is float where the result
// is.
template <typename Q>
struct RequantizeRule : IntegerRule {
  TensorView a_scale;
  TensorView b_scale;
  ResultScale result;

  explicit RequantizeRule(Inputs inputs) : a_scale(inputs[1]), b_scale(inputs[4]), result(inputs) {}

  Q Finish(uint32_t sum, int64_t row, int64_t column) const {
    return result.Finish<Q>(sum + result.SumBias(column),
                            ScaleAt(a_scale, row) * ScaleAt(b_scale, column), column);
  }
};

// Both operands with their zero points taken off. A's may be given for each row, B's for each
// column.
struct CenteredMatrices {
  MatrixProduct product;
  std::vector<int16_t> a;
  std::vector<int16_t> b;
};

absl::StatusOr<CenteredMatrices> Center(const graph::Node& node, const TensorView& a,
                                        const TensorView& a_zero_point, const TensorView& b,
                                        const TensorView& b_zero_point) {
  CenteredMatrices matrices;
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedMatMul resolved,
                             graph::ResolveMatMul(a.shape, b.shape));
  matrices.product = DenseProduct(resolved);
  RELUSERVE_ASSIGN_OR_RETURN(matrices.a, Centered(node, a, a_zero_point, resolved.k));
  RELUSERVE_ASSIGN_OR_RETURN(matrices.b, Centered(node, b, b_zero_point, 1));
  return matrices;
}

}  // namespace

absl::Status MatMulInteger(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(
      const CenteredMatrices matrices,
      Center(node, inputs[0], graph::OperandAt(inputs, 2), inputs[1], graph::OperandAt(inputs, 3)));
  MultiplyMatrices<uint32_t>(matrices.product, matrices.a.data(), matrices.b.data(),
                             Elements<int32_t>(outputs[0]), IntegerRule{});
  return absl::OkStatus();
}

absl::Status QLinearMatMul(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(const CenteredMatrices matrices,
                             Center(node, inputs[0], inputs[2], inputs[3], inputs[5]));
  return Dispatch(ResultTypes{}, node, outputs[0].type, [&]<typename Q>(std::type_identity<Q>) {
    MultiplyMatrices<uint32_t>(matrices.product, matrices.a.data(), matrices.b.data(),
                               Elements<Q>(outputs[0]), RequantizeRule<Q>(inputs));
  });
}

}  // namespace reluserve::engine::kernels
