// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/reduce_loop.h"
#include "server/engine/kernels/reduce_rules.h"
#include "server/graph/ops/axes.h"

namespace reluserve::engine::kernels {
namespace {

// The largest and the smallest of booleans are their disjunction and conjunction.
using OrderedTypes = TypeList<float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                              uint32_t, uint64_t, bool>;

template <template <typename> typename Rule, typename Types = NumericTypes>
absl::Status Run(const graph::Node& node, Inputs inputs, Outputs outputs, const ReduceLoop& loop) {
  return Dispatch(Types{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    loop.Run<Rule>(Elements<T>(inputs[0]), Elements<T>(outputs[0]));
  });
}

}  // namespace

absl::Status Reduce(const graph::Node& node, Inputs inputs, Outputs outputs) {
  using graph::ReduceKind;
  const auto& op = std::get<graph::Reduce>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(const graph::AxisList axes, graph::ResolveReduceAxes(op, inputs));
  const ReduceLoop loop(inputs[0].shape, axes);
  switch (op.kind) {
    case ReduceKind::kSum:
      return Run<SumRule>(node, inputs, outputs, loop);
    case ReduceKind::kMean:
      return Run<MeanRule>(node, inputs, outputs, loop);
    case ReduceKind::kMax:
      return Run<MaxRule, OrderedTypes>(node, inputs, outputs, loop);
    case ReduceKind::kMin:
      return Run<MinRule, OrderedTypes>(node, inputs, outputs, loop);
    case ReduceKind::kProd:
      return Run<ProductRule>(node, inputs, outputs, loop);
    case ReduceKind::kL1:
      return Run<L1Rule>(node, inputs, outputs, loop);
    case ReduceKind::kL2:
      return Run<L2Rule>(node, inputs, outputs, loop);
    case ReduceKind::kSumSquare:
      return Run<SumSquareRule>(node, inputs, outputs, loop);
    case ReduceKind::kLogSum:
      return Run<LogSumRule>(node, inputs, outputs, loop);
    case ReduceKind::kLogSumExp:
      return Run<LogSumExpRule>(node, inputs, outputs, loop);
  }
  return Internal("unknown reduction {}", static_cast<int>(op.kind));
}

}  // namespace reluserve::engine::kernels
