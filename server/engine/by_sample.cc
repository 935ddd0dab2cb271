// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The part of the plan builder that runs a node sample by sample. The node is lowered for a single
// sample by a builder of its own, whose slots are then given places in the batch's plan: what the
// node reads and makes, the sample's part of the batch's value; what it needs in between, a slot
// that the samples use in turn.

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/plan_builder.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

Shape WithExtent0(Shape shape, int64_t extent) {
  shape[0] = extent;
  return shape;
}

// The operand with another number of samples in the same layout, in no slot; nothing where that
// layout is known to oneDNN alone.
std::optional<Operand> OperandWithSamples(const Operand& operand, int64_t samples) {
  Operand result = {-1, operand.type, WithExtent0(operand.shape, samples), {}};
  if (!operand.describable()) return result;
  const std::optional<Desc> desc = WithSamples(operand.desc, samples);
  if (!desc) return std::nullopt;
  result.desc = *desc;
  return result;
}

}  // namespace

class SampleLowering {
 public:
  SampleLowering(const Node& node, PlanBuilder& batch) : node_(node), batch_(batch) {}

  absl::StatusOr<bool> Lower() {
    samples_ = SamplesOnAxis0();
    if (samples_ < 2) return false;
    facts_ = batch_.facts_;
    for (ValueId id : Values()) {
      facts_[static_cast<size_t>(id)].shape = WithExtent0(batch_.fact(id).shape, 1);
    }
    single_ =
        std::make_unique<PlanBuilder>(batch_.graph_, facts_, batch_.weights_, batch_.options_);
    single_->uses_left_ = batch_.uses_left_;
    single_->current_ = &node_;
    single_->is_sample_ = true;
    for (ValueId id : Sources()) RELUSERVE_RETURN_IF_ERROR(PlaceSource(id));
    RELUSERVE_RETURN_IF_ERROR(single_->LowerOperator(node_));
    places_.resize(single_->plan_->slots.size());
    for (ValueId id : Results()) RELUSERVE_RETURN_IF_ERROR(PlaceResult(id));
    PlaceTheRest();
    Repeat();
    return true;
  }

 private:
  // What a slot of the single sample's plan is in the batch's.
  struct Place {
    int slot = -1;
    int64_t stride = 0;  // bytes from one sample to the next
  };

  // The values that follow the batch: those it reads, those it makes, both.
  std::vector<ValueId> Sources() const {
    std::vector<ValueId> ids = node_.inputs;
    if (node_.residual) ids.push_back(*node_.residual);
    return Unknown(std::move(ids));
  }
  std::vector<ValueId> Results() const { return Unknown(node_.outputs); }
  std::vector<ValueId> Values() const {
    std::vector<ValueId> ids = Sources();
    const std::vector<ValueId> results = Results();
    ids.insert(ids.end(), results.begin(), results.end());
    return ids;
  }
  std::vector<ValueId> Unknown(std::vector<ValueId> ids) const {
    std::erase_if(ids, [&](ValueId id) { return id == kNoValue || batch_.Known(id) != nullptr; });
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }

  // The extent that all these values have on axis 0; 0 where they differ.
  int64_t SamplesOnAxis0() const {
    const std::vector<ValueId> ids = Values();
    int64_t samples = 0;
    for (ValueId id : ids) {
      const Shape& shape = batch_.fact(id).shape;
      if (shape.rank() == 0 || (samples != 0 && shape[0] != samples)) return 0;
      samples = shape[0];
    }
    return samples;
  }

  // Gives the single sample's builder the value in every layout that the batch has it in.
  absl::Status PlaceSource(ValueId id) {
    RELUSERVE_ASSIGN_OR_RETURN(const Operand first, batch_.Get(id));
    if (!OperandWithSamples(first, 1)) RELUSERVE_RETURN_IF_ERROR(batch_.GetPlain(id).status());
    for (const Operand& whole : batch_.layouts_[id]) {
      std::optional<Operand> sample = OperandWithSamples(whole, 1);
      if (!sample) continue;
      const auto [known, added] = source_slots_.try_emplace(whole.slot, -1);
      if (added) {
        // What it says about overwriting holds for the sample as for the batch.
        Slot slot = batch_.plan_->slots[whole.slot];
        // What shares its memory with others is, like a constant, never overwritten.
        if (batch_.IsShared(whole.slot)) slot.kind = Slot::Kind::kConstant;
        slot.inside = -1;
        known->second = single_->AddSlot(slot);
        single_->slot_values_[known->second] = batch_.slot_values_[whole.slot];
        places_.resize(single_->plan_->slots.size());
        places_[known->second] = {whole.slot, sample->byte_size()};
      }
      sample->slot = known->second;
      single_->layouts_[id].push_back(*sample);
    }
    return absl::OkStatus();
  }

  absl::Status PlaceResult(ValueId id) {
    RELUSERVE_ASSIGN_OR_RETURN(Operand sample, single_->Get(id));
    std::optional<Operand> whole = OperandWithSamples(sample, samples_);
    if (!whole) {
      RELUSERVE_ASSIGN_OR_RETURN(sample, single_->GetPlain(id));
      whole = OperandWithSamples(sample, samples_);
      places_.resize(single_->plan_->slots.size());
    }
    Place& place = places_[sample.slot];
    if (place.slot < 0) {
      if (single_->plan_->slots[sample.slot].kind != Slot::Kind::kArena) {
        return Internal("the result for one sample lies in constant memory");
      }
      const Operand made = sample.describable() ? batch_.New(whole->shape, whole->desc)
                                                : batch_.New(whole->type, whole->shape);
      place = {made.slot, sample.byte_size()};
    }
    whole->slot = place.slot;
    batch_.Define(id, *whole);
    return absl::OkStatus();
  }

  void PlaceTheRest() {
    for (size_t slot = 0; slot < places_.size(); ++slot) {
      if (places_[slot].slot < 0) places_[slot].slot = batch_.AddSlot(single_->plan_->slots[slot]);
    }
    Plan& from = *single_->plan_;
    Plan& to = *batch_.plan_;
    to.kept.insert(to.kept.end(), from.kept.begin(), from.kept.end());
    to.scratchpad_bytes = std::max(to.scratchpad_bytes, from.scratchpad_bytes);
  }

  template <typename Arguments>
  void Move(Arguments& arguments, int64_t sample) const {
    for (auto& argument : arguments) {
      if (argument.slot < 0) continue;
      const Place& place = places_[argument.slot];
      argument.slot = place.slot;
      argument.offset += place.stride * sample;
    }
  }

  void Move(CopyStep& copy, int64_t sample) const {
    const Place& to = places_[copy.to];
    copy.to = to.slot;
    for (CopyStep::Piece& piece : copy.pieces) {
      const Place& from = places_[piece.from];
      piece.from = from.slot;
      piece.from_offset += from.stride * sample;
      piece.to_offset += to.stride * sample;
    }
  }

  void Repeat() {
    const Plan& plan = *single_->plan_;
    for (int64_t sample = 0; sample < samples_; ++sample) {
      for (size_t i = 0; i < plan.steps.size(); ++i) {
        Step step = plan.steps[i];
        if (auto* primitive = std::get_if<PrimitiveStep>(&step)) {
          Move(primitive->arguments, sample);
        } else if (auto* kernel = std::get_if<KernelStep>(&step)) {
          Move(kernel->inputs, sample);
          Move(kernel->outputs, sample);
        } else if (auto* copy = std::get_if<CopyStep>(&step)) {
          Move(*copy, sample);
        }
        StepInfo info = plan.step_infos[i];
        info.sample = sample;
        batch_.AddStep(std::move(step), std::move(info));
      }
    }
  }

  const Node& node_;
  PlanBuilder& batch_;
  int64_t samples_ = 0;
  std::vector<graph::OperandInfo> facts_;  // the batch's, but of one sample what the node touches
  std::unique_ptr<PlanBuilder> single_;
  std::map<int, int> source_slots_;  // the batch's to the single sample's
  std::vector<Place> places_;        // by slot of the single sample's plan
};

absl::StatusOr<bool> PlanBuilder::LowerBySample(const Node& node) {
  return SampleLowering(node, *this).Lower();
}

}  // namespace reluserve::engine
