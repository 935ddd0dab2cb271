// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/sample_independence.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/base/status.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/einsum.h"
#include "server/graph/ops/operands.h"
#include "server/graph/ops/resize.h"
#include "server/graph/ops/rules.h"
#include "server/graph/ops/slice.h"

namespace reluserve::graph {
namespace {

enum class Role : uint8_t {
  kFixed,      // the same whatever the batch
  kPerSample,  // lies sample by sample in memory
  kOther,      // depends on the batch in another way, as a shape does
};

// Which of BatchFacts is for the batch of two.
constexpr size_t kTwo = 1;

// The axis along which samples follow each other: the only one whose extent changes with the batch,
// in proportion to it, and with nothing but extents of 1 before it.
std::optional<int> SampleAxis(const BatchFacts& facts, ValueId id) {
  const Shape& one = facts[0][id].shape;
  std::optional<int> found;
  for (size_t i = 1; i < facts.size(); ++i) {
    const Shape& more = facts[i][id].shape;
    if (more.rank() != one.rank()) return std::nullopt;
    std::optional<int> changed;
    for (int axis = 0; axis < one.rank(); ++axis) {
      if (more[axis] == one[axis]) {
        if (!changed && one[axis] != 1) return std::nullopt;
        continue;
      }
      const auto batch = static_cast<int64_t>(i) + 1;
      if (changed || more[axis] % batch != 0 || more[axis] / batch != one[axis]) {
        return std::nullopt;
      }
      changed = axis;
    }
    if (!changed || (found && found != changed)) return std::nullopt;
    found = changed;
  }
  return found;
}

// Whether the elements are known for every batch.
bool Known(const BatchFacts& facts, ValueId id) {
  return std::all_of(facts.begin(), facts.end(),
                     [id](const auto& batch) { return batch[id].value.has_value(); });
}

bool SameElements(const BatchFacts& facts, ValueId id) {
  const Tensor& one = *facts[0][id].value;
  return std::all_of(facts.begin() + 1, facts.end(), [&](const auto& batch) {
    const Tensor& more = *batch[id].value;
    return one.shape() == more.shape() &&
           std::memcmp(one.data(), more.data(), one.byte_size()) == 0;
  });
}

// An operand as the rules see it.
struct OperandRole {
  Role role = Role::kFixed;
  int axis = -1;  // SampleAxis where kPerSample

  bool per_sample() const { return role == Role::kPerSample; }
};

// One rule an operator: whether the result of a node still holds samples apart. Called when some
// operand that enters the result is kPerSample and none is kOther. Most rules are kept by the
// shapes alone: an operator that reduces or multiplies across samples leaves no sample axis in its
// result, and one that moves that axis behind others is told by SampleAxis() too. The overloads
// below are of operators that mix along an axis and keep its extent.
class MixingRules {
 public:
  MixingRules(std::span<const OperandRole> operands, std::span<const TensorView> views,
              const Shape& result)
      : operands_(operands), views_(views), result_(result) {}

  bool operator()(const Conv&) const { return OnlySamplesOfX(); }
  bool operator()(const ConvTranspose&) const { return OnlySamplesOfX(); }
  bool operator()(const QLinearConv&) const { return OnlySamplesOfX(); }
  bool operator()(const ConvInteger&) const { return OnlySamplesOfX(); }
  bool operator()(const BatchNormalization&) const { return OnlySamplesOfX(); }
  bool operator()(const InstanceNormalization&) const { return OnlySamplesOfX(); }
  bool operator()(const GroupNormalization&) const { return OnlySamplesOfX(); }
  bool operator()(const Lrn&) const { return OnlySamplesOfX(); }
  bool operator()(const Pool&) const { return OnlySamplesOfX(); }
  bool operator()(const DepthToSpace&) const { return OnlySamplesOfX(); }
  bool operator()(const SpaceToDepth&) const { return OnlySamplesOfX(); }
  bool operator()(const Crop&) const { return OnlySamplesOfX(); }

  bool operator()(const Softmax& op) const {
    return op.flatten ? SamplesBefore(op.axis) : NotAlong(op.axis);
  }
  bool operator()(const LayerNormalization& op) const { return SamplesBefore(op.axis); }
  bool operator()(const LpNormalization& op) const { return NotAlong(op.axis); }
  bool operator()(const MeanVarianceNormalization& op) const {
    return std::all_of(op.axes.begin(), op.axes.end(),
                       [this](int64_t axis) { return NotAlong(axis); });
  }
  bool operator()(const TopK& op) const { return NotAlong(op.axis); }
  bool operator()(const CumSum& op) const { return NotAlong(op.axis); }
  bool operator()(const Concat& op) const { return NotAlong(op.axis); }
  bool operator()(const Split& op) const { return NotAlong(op.axis); }
  bool operator()(const Gather& op) const {
    return !operands_[0].per_sample() || NotAlong(op.axis);
  }
  bool operator()(const GatherElements& op) const {
    return operands_[0].per_sample() && NotAlong(op.axis);
  }
  // Indices are of each sample's own elements where they share an axis with X; others name places
  // in the axes before the samples', or are of other elements.
  bool operator()(const GatherNd& op) const {
    const Shape& indices = views_[1].shape;
    if (!operands_[0].per_sample()) return operands_[1].axis + 1 < indices.rank();
    if (operands_[1].per_sample()) {
      return operands_[0].axis == operands_[1].axis && operands_[0].axis < op.batch_dims;
    }
    return operands_[0].axis >= op.batch_dims + indices[indices.rank() - 1];
  }
  bool operator()(const ScatterElements& op) const {
    return NotAlong(op.axis) && AllAlong(operands_[0].axis);
  }
  bool operator()(const ScatterNd&) const {
    const Shape& indices = views_[1].shape;
    const int64_t depth = indices[indices.rank() - 1];
    return operands_[0].per_sample() && !operands_[1].per_sample() && operands_[2].per_sample() &&
           operands_[0].axis >= depth &&
           operands_[2].axis == operands_[0].axis - depth + indices.rank() - 1;
  }
  bool operator()(const OneHot&) const { return !operands_[2].per_sample(); }
  bool operator()(const Trilu&) const { return NotAlong(-1) && NotAlong(-2); }
  bool operator()(const EyeLike&) const { return false; }
  bool operator()(const CenterCropPad&) const { return KeepsExtent(); }
  bool operator()(const GridSample&) const { return AllAlong(0); }
  bool operator()(const AffineGrid&) const { return operands_[0].axis == 0; }
  bool operator()(const Col2Im&) const { return operands_[0].axis == 0; }
  // Each region names its image.
  bool operator()(const RoiAlign&) const { return false; }
  // The axis of the samples has one label in all operands that have it, which the result keeps.
  bool operator()(const Einsum& op) const {
    std::vector<Shape> shapes;
    for (const TensorView& view : views_) shapes.push_back(view.shape);
    const absl::StatusOr<ResolvedEinsum> einsum = ResolveEinsum(op.equation, shapes);
    if (!einsum.ok()) return false;
    std::set<int> labels;
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (operands_[i].per_sample()) labels.insert(einsum->operands[i][operands_[i].axis]);
    }
    return labels.size() == 1 && *labels.begin() < einsum->output.rank();
  }
  bool operator()(const Slice&) const {
    const absl::StatusOr<ResolvedSlice> slice = ResolveSlice(views_);
    const int axis = operands_[0].axis;
    return slice.ok() && slice->starts[axis] == 0 && slice->steps[axis] == 1 && KeepsExtent();
  }
  bool operator()(const Pad& op) const {
    const absl::StatusOr<ResolvedPad> pad = ResolvePad(op, views_);
    const int axis = operands_[0].axis;
    return pad.ok() && pad->begin[axis] == 0 && pad->end[axis] == 0;
  }
  bool operator()(const Tile&) const { return KeepsExtent(); }
  bool operator()(const Resize& op) const {
    return op.coordinate_mode != CoordinateMode::kTfCropAndResize && KeepsExtent();
  }
  // Indices of a MaxUnpool count from the first sample; the scale of a DynamicQuantizeLinear comes
  // from all of them.
  bool operator()(const MaxUnpool&) const { return false; }
  bool operator()(const DynamicQuantizeLinear&) const { return false; }
  template <typename T>
  bool operator()(const T&) const {
    return true;
  }

 private:
  // Samples lie along axis 0 of the first operand, and all share the other operands.
  bool OnlySamplesOfX() const {
    return operands_[0].axis == 0 &&
           std::none_of(operands_.begin() + 1, operands_.end(),
                        [](const OperandRole& operand) { return operand.per_sample(); });
  }
  int Normalized(int64_t axis) const {
    const int rank = views_[0].shape.rank();
    return static_cast<int>(axis < 0 ? axis + rank : axis);
  }
  bool NotAlong(int64_t axis) const {
    return std::none_of(operands_.begin(), operands_.end(), [&](const OperandRole& operand) {
      return operand.per_sample() && operand.axis == Normalized(axis);
    });
  }
  bool AllAlong(int axis) const {
    return std::all_of(operands_.begin(), operands_.end(), [axis](const OperandRole& operand) {
      return operand.per_sample() && operand.axis == axis;
    });
  }
  bool SamplesBefore(int64_t axis) const { return operands_[0].axis < Normalized(axis); }
  // The first operand is as long along its samples as the result.
  bool KeepsExtent() const {
    const int axis = operands_[0].axis;
    return views_[0].shape[axis] == result_[axis];
  }

  std::span<const OperandRole> operands_;
  std::span<const TensorView> views_;  // of the batch of two
  const Shape& result_;                // likewise
};

class SampleTracker {
 public:
  SampleTracker(const Graph& graph, const BatchFacts& facts)
      : graph_(graph), facts_(facts), values_(facts[0].size()) {}

  void SetInputs() {
    for (const Input& input : graph_.inputs) {
      values_[input.value] = {Classified(input.value), nullptr};
    }
  }

  void Visit(const Node& node) {
    const std::vector<OperandRole> operands = RolesOf(node);
    const bool fixed =
        std::all_of(operands.begin(), operands.end(),
                    [](const OperandRole& operand) { return operand.role == Role::kFixed; });
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const ValueId id = node.outputs[i];
      if (id == kNoValue || fixed) continue;
      const OperandRole role = RoleOf(node, operands, i);
      const Node* culprit = nullptr;
      if (role.role == Role::kOther) culprit = CulpritOf(node);
      values_[id] = {role, culprit};
    }
  }

  absl::Status CheckOutputs() const {
    for (ValueId id : graph_.outputs) {
      const Shape& shape = facts_[kTwo][id].shape;
      if (values_[id].role.per_sample() && values_[id].role.axis == 0 && shape[0] == 2) continue;
      const Node* culprit = values_[id].culprit;
      return absl::FailedPreconditionError(
          culprit != nullptr
              ? fmt::format("node \"{}\" ({}) may mix the samples of a batch", culprit->name,
                            culprit->op_type)
              : fmt::format("output \"{}\" of shape {} for two samples does not hold one after the "
                            "other along axis 0",
                            graph_.value(id).name, shape.ToString()));
    }
    return absl::OkStatus();
  }

 private:
  struct Value {
    OperandRole role;
    const Node* culprit = nullptr;  // of a kOther: where samples were mixed, as far as they were
  };

  // By shape alone.
  OperandRole Classified(ValueId id) const {
    const std::optional<int> axis = SampleAxis(facts_, id);
    if (!axis) return {Role::kOther};
    return {Role::kPerSample, *axis};
  }

  // All operands, absent ones as kFixed, and last the residual.
  std::vector<OperandRole> RolesOf(const Node& node) const {
    std::vector<OperandRole> operands;
    for (ValueId id : node.inputs) {
      operands.push_back(id == kNoValue ? OperandRole{} : values_[id].role);
    }
    if (node.residual) operands.push_back(values_[*node.residual].role);
    return operands;
  }

  OperandRole RoleOf(const Node& node, std::span<const OperandRole> operands, size_t output) const {
    const ValueId id = node.outputs[output];
    // Repeats of one and the same are alike for every sample.
    const bool repeats = std::holds_alternative<ConstantOfShape>(node.op) ||
                         std::holds_alternative<Expand>(node.op) ||
                         std::holds_alternative<Tile>(node.op);
    if (Known(facts_, id)) {
      if (SameElements(facts_, id)) return {Role::kFixed};
      if (!repeats) return {Role::kOther};
    }
    const auto enters = [&](size_t i) {
      return i >= node.inputs.size() || !DecidesShapes(node, i);
    };
    bool any_samples = false;
    for (size_t i = 0; i < operands.size(); ++i) {
      if (!enters(i)) continue;
      if (operands[i].role == Role::kOther) return {Role::kOther};
      any_samples = any_samples || operands[i].per_sample();
    }
    if (!any_samples && !repeats) return {Role::kOther};
    if (any_samples && !StayApart(node, operands, output)) return {Role::kOther};
    return Classified(id);
  }

  bool StayApart(const Node& node, std::span<const OperandRole> operands, size_t output) const {
    // Where the maxima of a pool lie is counted from the first sample.
    if (std::holds_alternative<Pool>(node.op) && output == 1) return false;
    const std::span<const OperandRole> own =
        node.residual ? operands.first(operands.size() - 1) : operands;
    std::vector<const OperandInfo*> facts;
    for (ValueId id : node.inputs) facts.push_back(id == kNoValue ? nullptr : &facts_[kTwo][id]);
    const std::vector<TensorView> views = Operands(RuleOf(node.op).operands, facts).Views();
    return std::visit(MixingRules(own, views, facts_[kTwo][node.outputs[output]].shape), node.op);
  }

  static bool DecidesShapes(const Node& node, size_t operand) {
    return Operands(RuleOf(node.op).operands, {}).DecidesShapes(operand);
  }

  // Where the samples of the node's operands were first mixed: before, or here.
  const Node* CulpritOf(const Node& node) const {
    bool any_samples = false;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (id == kNoValue || DecidesShapes(node, i)) continue;
      if (values_[id].culprit != nullptr) return values_[id].culprit;
      any_samples = any_samples || values_[id].role.per_sample();
    }
    const bool reads_shape =
        std::holds_alternative<ShapeOf>(node.op) || std::holds_alternative<Size>(node.op);
    return any_samples && !reads_shape ? &node : nullptr;
  }

  const Graph& graph_;
  const BatchFacts& facts_;
  std::vector<Value> values_;  // by ValueId; constants are kFixed
};

}  // namespace

absl::Status CheckSamplesStayApart(const Graph& graph, const BatchFacts& facts) {
  SampleTracker tracker(graph, facts);
  tracker.SetInputs();
  for (const Node& node : graph.nodes) tracker.Visit(node);
  return tracker.CheckOutputs();
}

}  // namespace reluserve::graph
