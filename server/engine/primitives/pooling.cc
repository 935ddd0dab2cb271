// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/engine/primitives/window_args.h"

namespace reluserve::engine {
namespace {

using graph::kNoValue;
using graph::Node;
using graph::Pool;
using graph::PoolKind;

// The window of a pool over the source's spatial axes; nothing where oneDNN's has other semantics.
absl::StatusOr<std::optional<graph::ResolvedWindow>> PoolWindow(const Pool& pool,
                                                                const Shape& source) {
  RELUSERVE_ASSIGN_OR_RETURN(graph::ResolvedWindow window, graph::ResolvePool(pool, source));
  if (std::any_of(window.dilations.begin(), window.dilations.end(),
                  [](int64_t dilation) { return dilation != 1; })) {
    return std::nullopt;
  }
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    // A window that hangs over the far padding, as ceil_mode makes: ONNX does not count the
    // overhang into an average, oneDNN counts all or none of what is outside.
    const int64_t reach = (window.output[i] - 1) * window.strides[i] + window.kernel[i];
    const int64_t padded =
        source[static_cast<int>(i) + 2] + window.pads_begin[i] + window.pads_end[i];
    if (reach > padded && pool.kind == PoolKind::kAverage && pool.count_include_pad) {
      return std::nullopt;
    }
  }
  return window;
}

dnnl::algorithm AlgorithmOf(const Pool& pool) {
  if (pool.kind == PoolKind::kMax) return dnnl::algorithm::pooling_max;
  return pool.count_include_pad ? dnnl::algorithm::pooling_avg_include_padding
                                : dnnl::algorithm::pooling_avg_exclude_padding;
}

}  // namespace

absl::StatusOr<bool> LowerPool(const Node& node, PlanBuilder& builder) {
  const auto& pool = std::get<Pool>(node.op);
  const bool wants_indices = node.outputs.size() > 1 && node.outputs[1] != kNoValue;
  const DataType type = builder.fact(node.inputs[0]).type;
  // A maximum would pass a NaN over; an average keeps it.
  const bool hides_nan =
      pool.kind == PoolKind::kMax && builder.strict() && type == DataType::kFloat32;
  if (!(type == DataType::kFloat32 || (IsByte(type) && pool.kind == PoolKind::kMax)) ||
      pool.kind == PoolKind::kLp || wants_indices || hides_nan) {
    return false;
  }
  RELUSERVE_ASSIGN_OR_RETURN(Operand source, builder.Get(node.inputs[0]));
  const Shape& result_shape = builder.fact(node.outputs[0]).shape;
  if (!source.describable() || source.shape.rank() < 3 || source.shape.rank() > 5) return false;
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<graph::ResolvedWindow> window,
                             PoolWindow(pool, source.shape));
  if (!window) return false;
  if (IsByte(type)) {
    // The layout of convolutions of 8-bit integers, the only one that oneDNN pools them in.
    RELUSERVE_ASSIGN_OR_RETURN(source,
                               builder.GetAs(node.inputs[0], ChannelsLastDesc(type, source.shape)));
  }
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto pd = compat::MakePooling(AlgorithmOf(pool), source.desc, AnyDesc(type, result_shape),
                                      compat::Dims(window->kernel.begin(), window->kernel.end()),
                                      ToWindowArgs(*window, source.shape), attr);
  // oneDNN's reference code is there for completeness; ours is faster.
  if (!pd || std::string_view(pd.impl_info_str()).starts_with("ref")) return false;
  const Operand result = builder.New(result_shape, pd.dst_desc());
  builder.AddPrimitive(
      pd, dnnl::pooling_forward(pd),
      {{DNNL_ARG_SRC, source.slot, source.desc}, {DNNL_ARG_DST, result.slot, result.desc}},
      builder.Describe(node, result));
  builder.Define(node.outputs[0], result);
  return true;
}

}  // namespace reluserve::engine
