// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that move elements, or only say that they lie under another shape.

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::Node;
using graph::ValueId;

// The block that all inputs of a concatenation along the channels share, with no padding between
// them; nothing where they do not.
std::optional<int64_t> SharedBlock(const std::vector<Operand>& inputs, int axis) {
  if (axis != 1) return std::nullopt;
  const std::optional<int64_t> block = ChannelBlock(inputs[0].desc);
  const bool shared = block && std::all_of(inputs.begin(), inputs.end(), [&](const Operand& input) {
                        return ChannelBlock(input.desc) == block && input.shape[1] % *block == 0;
                      });
  return shared ? block : std::nullopt;
}

// Whether all inputs lie with the channels innermost, as oneDNN's newer convolutions leave them;
// the next convolution then reads the result as it is.
bool AllChannelsLast(const std::vector<Operand>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(), [](const Operand& input) {
    const int rank = input.shape.rank();
    return rank >= 3 && rank <= 5 && input.desc == ChannelsLastDesc(input.type, input.shape);
  });
}

bool HasBlockTag(const Shape& shape, int64_t block) {
  return shape.rank() >= 3 && shape.rank() <= 5 && (block == 4 || block == 8 || block == 16);
}

// Concatenates what lies one after the other in each of `runs` equal parts of the result. With just
// one, inputs are computed where they belong, as far as nothing else holds them; the rest is
// copied.
void Join(const Node& node, std::span<const Operand> inputs, int64_t runs, const Operand& result,
          PlanBuilder& builder) {
  const auto bytes = [&](const Operand& input) {
    return static_cast<int64_t>(input.desc.get_size()) / runs;
  };
  const int64_t run = bytes(result);
  std::vector<CopyStep::Piece> pieces;
  int64_t offset = 0;
  for (size_t i = 0; i < inputs.size();) {
    // As many as an earlier concatenation has already put together.
    size_t count = runs == 1 ? inputs.size() - i : 0;
    while (count > 0 && !builder.PutInside(inputs.subspan(i, count), result.slot, offset)) --count;
    for (size_t end = i + count; i < end; ++i) offset += bytes(inputs[i]);
    if (count > 0) continue;
    for (int64_t r = 0; r < runs; ++r) {
      pieces.push_back({inputs[i].slot, r * bytes(inputs[i]), r * run + offset, bytes(inputs[i])});
    }
    offset += bytes(inputs[i++]);
  }
  if (!pieces.empty()) {
    builder.AddCopy(result.slot, std::move(pieces), builder.Describe(node, result));
  }
}

void AddConcat(const Node& node, const std::vector<Operand>& inputs, int axis,
               const Operand& result, PlanBuilder& builder) {
  std::vector<Desc> sources;
  for (const Operand& input : inputs) sources.push_back(input.desc);
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto pd = compat::MakeConcat(result.desc, axis, sources, attr);
  std::vector<PrimitiveStep::Argument> arguments = {{DNNL_ARG_DST, result.slot, result.desc}};
  for (size_t i = 0; i < inputs.size(); ++i) {
    arguments.push_back(
        {DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), inputs[i].slot, inputs[i].desc});
  }
  builder.AddPrimitive(pd, dnnl::concat(pd), std::move(arguments), builder.Describe(node, result));
}

}  // namespace

absl::StatusOr<bool> LowerConcat(const Node& node, PlanBuilder& builder) {
  const Shape& shape = builder.fact(node.outputs[0]).shape;
  int axis = static_cast<int>(std::get<graph::Concat>(node.op).axis);
  if (axis < 0) axis += shape.rank();
  std::vector<Operand> inputs;
  for (ValueId id : node.inputs) {
    // Unequal types were refused by inference; empty inputs are left to the kernel.
    if (!builder.IsFloat(id) && !IsByte(builder.fact(id).type)) return false;
    RELUSERVE_ASSIGN_OR_RETURN(const Operand operand, builder.Get(id));
    if (!operand.describable()) return false;
    inputs.push_back(operand);
  }
  const std::optional<int64_t> block = SharedBlock(inputs, axis);
  const bool keep_blocks = block && HasBlockTag(shape, *block);
  const DataType type = inputs[0].type;
  // Convolutions of 8-bit integers read and write channels last.
  const bool channels_last =
      (IsByte(type) && shape.rank() >= 3 && shape.rank() <= 5) || AllChannelsLast(inputs);
  if (!keep_blocks) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (channels_last) {
        const Desc wanted = ChannelsLastDesc(type, inputs[i].shape);
        RELUSERVE_ASSIGN_OR_RETURN(inputs[i], builder.GetAs(node.inputs[i], wanted));
      } else {
        RELUSERVE_ASSIGN_OR_RETURN(inputs[i], builder.GetPlain(node.inputs[i]));
      }
    }
  }
  const Desc target = keep_blocks     ? BlockedDesc(type, shape, *block)
                      : channels_last ? ChannelsLastDesc(type, shape)
                                      : PlainDesc(type, shape);
  const Operand result = builder.New(shape, target);
  if (keep_blocks || LiesPlain(target)) {
    Join(node, inputs, shape.ElementCount(0, axis), result, builder);
  } else {
    AddConcat(node, inputs, axis, result, builder);
  }
  builder.Define(node.outputs[0], result);
  return true;
}

absl::StatusOr<bool> LowerView(const Node& node, PlanBuilder& builder) {
  const Shape& shape = builder.fact(node.outputs[0]).shape;
  RELUSERVE_ASSIGN_OR_RETURN(Operand operand, builder.Get(node.inputs[0]));
  if (operand.shape == shape) {
    builder.Define(node.outputs[0], operand);
    return true;
  }
  RELUSERVE_ASSIGN_OR_RETURN(operand, builder.GetPlain(node.inputs[0]));
  Desc desc;
  if (Describable(operand.type, shape)) desc = PlainDesc(operand.type, shape);
  builder.Define(node.outputs[0], builder.View(operand, shape, desc));
  return true;
}

// No element moves: a reader that wants another order converts, and a convolution after an
// NHWC-to-NCHW transposition reads channels-last memory as it is.
absl::StatusOr<bool> LowerTranspose(const Node& node, PlanBuilder& builder) {
  RELUSERVE_ASSIGN_OR_RETURN(const Operand operand, builder.Get(node.inputs[0]));
  const Shape& shape = builder.fact(node.outputs[0]).shape;
  if (!(builder.IsFloat(node.inputs[0]) || IsByte(operand.type)) || !operand.describable()) {
    return false;
  }
  const compat::Blocking blocking = compat::BlockingOf(operand.desc);
  if (!blocking.blocked || !blocking.inner_blocks.empty()) return false;
  const std::vector<int64_t>& perm = std::get<graph::Transpose>(node.op).perm;
  Shape strides;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int64_t from = perm.empty() ? shape.rank() - 1 - axis : perm[axis];
    strides.push_back(blocking.strides[from]);
  }
  builder.Define(node.outputs[0],
                 builder.View(operand, shape, StridedDesc(operand.type, shape, strides)));
  return true;
}

}  // namespace reluserve::engine
