// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The part of the plan builder that counts activation layers.

#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/maxout.h"
#include "server/engine/plan_builder.h"

namespace reluserve::engine {
namespace {

using graph::Node;
using graph::ValueId;

TraceLayerShape ShapeOfLayer(const Shape& whole) {
  TraceLayerShape shape{whole, 1, 1, 1};
  const int rank = whole.rank();
  if (rank > 0) shape.samples = whole[0];
  if (rank > 1) shape.channels = whole[1];
  if (rank > 2) shape.positions = whole.ElementCount(2, rank);
  return shape;
}

Shape Without(const Shape& shape, int axis) {
  Shape rest;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i != axis) rest.push_back(shape[i]);
  }
  return rest;
}

// The branches of a Maxout over axis 1 or 2 of what lies in `slot`.
void SetBranches(int slot, const Shape& split, int axis, BranchCountStep& step) {
  const int64_t positions = split.ElementCount(3, split.rank());
  const int64_t branches = split[axis];
  const bool branches_outside = axis == 1;
  step.layout.samples = split[0];
  step.layout.channels = split[branches_outside ? 2 : 1];
  step.layout.positions = positions;
  step.layout.sample_stride = split[1] * split[2] * positions;
  step.layout.channel_stride = branches_outside ? positions : branches * positions;
  for (int64_t b = 0; b < branches; ++b) {
    const int64_t offset = branches_outside ? b * split[2] * positions : b * positions;
    step.branches.push_back({slot, offset});
  }
}

// Whether a depthwise convolution that reads or makes the elements can count them, too.
bool IsCountedOnTheWay(const CountStep& step) {
  const auto* rule = std::get_if<sparsity::CountRule>(&step.rule);
  return rule != nullptr && CountsOnTheWay(*rule) && step.layout.block == kDepthwiseBlock &&
         step.layout.channels % kDepthwiseBlock == 0;
}

}  // namespace

absl::Status PlanBuilder::CountLayer(const Node& node, ValueId id, const ActivationLayer& layer) {
  RELUSERVE_ASSIGN_OR_RETURN(Operand operand, Get(id));
  TraceLayerShape shape = ShapeOfLayer(operand.shape);
  std::optional<sparsity::ActivationLayout> layout;
  if (operand.describable()) layout = CountingLayout(operand.desc);
  if (!layout) {
    RELUSERVE_ASSIGN_OR_RETURN(operand, GetPlain(id));
    layout = {shape.samples, shape.channels, shape.positions, 1};
  }
  StepInfo info = Describe(node, operand);
  info.node = layer.info.name;
  info.op_type = "count";
  info.implementation = "counter";
  CountStep step = {static_cast<int>(plan_->layers.size()), operand.slot, *layout, layer.info.rule};
  if (operand.type != DataType::kFloat32) {
    step.rule = OnCodes(layer.info.rule, *graph::ResultQuantization(graph_, node));
  }
  plan_->layers.push_back(std::move(shape));
  auto* depthwise =
      plan_->steps.empty() ? nullptr : std::get_if<DepthwiseStep>(&plan_->steps.back());
  if (depthwise != nullptr && depthwise->result == step.slot && IsCountedOnTheWay(step)) {
    depthwise->result_count = std::move(step);
  } else {
    AddStep(std::move(step), std::move(info));
  }
  return absl::OkStatus();
}

void PlanBuilder::AddDepthwise(DepthwiseStep step, StepInfo info) {
  for (size_t i = plan_->steps.size(); i-- > 0;) {
    const auto* count = std::get_if<CountStep>(&plan_->steps[i]);
    if (count == nullptr || count->slot != step.source || !IsCountedOnTheWay(*count)) continue;
    step.source_count = *count;
    step.source_layer = plan_->step_infos[i].node;
    plan_->steps.erase(plan_->steps.begin() + static_cast<std::ptrdiff_t>(i));
    plan_->step_infos.erase(plan_->step_infos.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  info.implementation = "depthwise";
  AddStep(std::move(step), std::move(info));
}

absl::Status PlanBuilder::CountMaxout(const Node& node, const Maxout& maxout) {
  const Shape& result = fact(node.outputs[0]).shape;
  BranchCountStep step;
  step.layer = static_cast<int>(plan_->layers.size());
  TraceLayerShape shape = ShapeOfLayer(result);
  if (maxout.operands.empty()) {
    RELUSERVE_RETURN_IF_ERROR(AddBranches(node, maxout, shape, step));
  } else {
    // Stacked ones are counted as they are, each with the axis it is stacked along.
    const bool stacked = maxout.axis >= 0;
    const Shape& common = stacked ? fact(maxout.operands[0]).shape : result;
    if (stacked) shape = ShapeOfLayer(Without(common, maxout.axis));
    step.layout = {shape.samples, shape.channels, shape.positions, shape.channels * shape.positions,
                   shape.positions};
    for (ValueId id : maxout.operands) {
      RELUSERVE_ASSIGN_OR_RETURN(const Operand branch, GetBroadcast(id, common));
      step.branches.push_back({branch.slot, 0});
    }
  }
  StepInfo info = {node.name, "count", "counter", "plain " + result.ToString(), "", 0};
  for (int b = 0; b < maxout.branches; ++b) plan_->layers.push_back(shape);
  AddStep(std::move(step), std::move(info));
  return absl::OkStatus();
}

absl::Status PlanBuilder::AddBranches(const Node& node, const Maxout& maxout,
                                      TraceLayerShape& shape, BranchCountStep& step) {
  if (maxout.axis <= 2) {
    RELUSERVE_ASSIGN_OR_RETURN(const Operand split, GetPlain(node.inputs[0]));
    SetBranches(split.slot, split.shape, maxout.axis, step);
    // A result of keep_dims has the branches' axis too, with extent 1: it is left out.
    shape.channels = step.layout.channels;
    shape.positions = step.layout.positions;
    return absl::OkStatus();
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Operand first, GetAxisFirst(node.inputs[0], maxout.axis));
  step.layout = {shape.samples, shape.channels, shape.positions, shape.channels * shape.positions,
                 shape.positions};
  for (int b = 0; b < maxout.branches; ++b) {
    step.branches.push_back({first.slot, b * first.shape.ElementCount(1, first.shape.rank())});
  }
  return absl::OkStatus();
}

absl::StatusOr<Operand> PlanBuilder::GetBroadcast(ValueId id, const Shape& shape) {
  RELUSERVE_ASSIGN_OR_RETURN(const Operand operand, GetPlain(id));
  if (operand.shape == shape) return operand;
  Node expand;
  expand.name = graph_.value(id).name;
  expand.op_type = "Expand";
  expand.op = graph::Expand{};
  const Operand extents = Constant(Tensor::Of<int64_t>(
      {shape.rank()}, std::vector<int64_t>(shape.dims().begin(), shape.dims().end())));
  const Operand operands[] = {operand, extents};
  const Operand result = New(operand.type, shape);
  RELUSERVE_RETURN_IF_ERROR(AddKernel(expand, operands, {&result, 1}));
  return result;
}

absl::StatusOr<Operand> PlanBuilder::GetAxisFirst(ValueId id, int axis) {
  RELUSERVE_ASSIGN_OR_RETURN(const Operand operand, GetPlain(id));
  graph::Transpose transpose = {{axis}};
  Shape shape = {operand.shape[axis]};
  for (int other = 0; other < operand.shape.rank(); ++other) {
    if (other == axis) continue;
    transpose.perm.push_back(other);
    shape.push_back(operand.shape[other]);
  }
  Node node;
  node.name = graph_.value(id).name;
  node.op_type = "Transpose";
  node.op = std::move(transpose);
  const Operand result = New(operand.type, shape);
  RELUSERVE_RETURN_IF_ERROR(AddKernel(node, {&operand, 1}, {&result, 1}));
  return result;
}

}  // namespace reluserve::engine
