// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/weight_store.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "server/base/status.h"
#include "server/engine/huge_pages.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::ValueId;

// Constants smaller than this are not worth making anew.
constexpr size_t kLarge = size_t{64} << 10;

absl::Status Reorder(const void* from, const Desc& given, void* to, const Desc& wanted) {
  try {
    dnnl::memory source(given, compat::CpuEngine(), const_cast<void*>(from));
    dnnl::memory target(wanted, compat::CpuEngine(), to);
    dnnl::stream stream(compat::CpuEngine());
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
  } catch (const dnnl::error& error) {
    return Internal("packing weights of {} bytes failed in oneDNN: {}", wanted.get_size(),
                    error.what());
  }
  return absl::OkStatus();
}

// Whether every element can be had back from the layout. Not from Winograd's, which holds sums.
bool HoldsElements(const Desc& desc) { return compat::BlockingOf(desc).blocked; }

bool IsLayerWithWeights(const graph::Node& node) {
  return std::holds_alternative<graph::Conv>(node.op) ||
         std::holds_alternative<graph::ConvTranspose>(node.op) ||
         std::holds_alternative<graph::Gemm>(node.op) ||
         std::holds_alternative<graph::MatMul>(node.op);
}

// By value, how often it is read at all, less how often as the weights of such a layer: 0 for what
// is read as weights alone.
std::vector<int> OtherReads(const graph::Graph& graph) {
  std::vector<int> reads(static_cast<size_t>(graph.value_count()), 0);
  const auto add = [&](ValueId id, int count) {
    if (id != graph::kNoValue) reads[static_cast<size_t>(id)] += count;
  };
  for (const graph::Node& node : graph.nodes) {
    for (ValueId id : node.inputs) add(id, 1);
    if (node.residual) add(*node.residual, 1);
    if (IsLayerWithWeights(node) && node.inputs.size() > 1) add(node.inputs[1], -1);
  }
  for (ValueId id : graph.outputs) add(id, 1);
  return reads;
}

}  // namespace

void WeightStore::Adopt(graph::Graph& graph) {
  const std::vector<int> other_reads = OtherReads(graph);
  absl::MutexLock lock(&mutex_);
  for (const graph::Node& node : graph.nodes) {
    if (!IsLayerWithWeights(node) || node.inputs.size() < 2) continue;
    const ValueId id = node.inputs[1];
    const Tensor* found = graph.ConstantOf(id);
    if (found == nullptr || found->type() != DataType::kFloat32 || found->byte_size() < kLarge ||
        !found->has_elements() || other_reads[static_cast<size_t>(id)] != 0) {
      continue;
    }
    Tensor elements = *found;
    graph.value(id).constant = Tensor::WithoutElements(elements.type(), elements.shape());
    constants_[id] = {true, std::move(elements), {}};
  }
}

absl::StatusOr<Tensor> WeightStore::PlainLocked(ValueId id, const Constant& constant,
                                                const Tensor& tensor) const {
  if (!constant.adopted) return base_ == nullptr ? tensor : base_->Plain(id, tensor);
  if (constant.plain) return *constant.plain;
  const auto copy = std::find_if(constant.copies.begin(), constant.copies.end(),
                                 [](const Copy& other) { return HoldsElements(other.desc); });
  if (copy == constant.copies.end()) return Internal("weights were given up without a copy");
  RELUSERVE_ASSIGN_OR_RETURN(Tensor plain, Tensor::Allocate(tensor.type(), tensor.shape()));
  RELUSERVE_RETURN_IF_ERROR(
      Reorder(copy->elements.data(), copy->desc, plain.mutable_data(), copy->given));
  return plain;
}

absl::StatusOr<Tensor> WeightStore::Plain(ValueId id, const Tensor& tensor) {
  absl::MutexLock lock(&mutex_);
  const auto constant = constants_.find(id);
  static const Constant kUnknown;
  return PlainLocked(id, constant == constants_.end() ? kUnknown : constant->second, tensor);
}

std::optional<Tensor> WeightStore::FindLocked(ValueId id, const Desc& given,
                                              const Desc& wanted) const {
  const auto constant = constants_.find(id);
  if (constant != constants_.end()) {
    for (const Copy& copy : constant->second.copies) {
      if (copy.given == given && copy.desc == wanted) return copy.elements;
    }
  }
  if (base_ == nullptr) return std::nullopt;
  // Always from a store to its base, so that no two wait for each other.
  absl::MutexLock lock(&base_->mutex_);
  return base_->FindLocked(id, given, wanted);
}

absl::StatusOr<Tensor> WeightStore::Packed(ValueId id, const Tensor& tensor, const Desc& given,
                                           const Desc& wanted) {
  absl::MutexLock lock(&mutex_);
  if (std::optional<Tensor> found = FindLocked(id, given, wanted)) return *found;
  Constant& constant = constants_[id];
  RELUSERVE_ASSIGN_OR_RETURN(Tensor plain, PlainLocked(id, constant, tensor));
  if (given == wanted) {
    // A plan works on these, so they are kept.
    if (constant.adopted) constant.plain = plain;
    return plain;
  }
  const auto bytes = static_cast<int64_t>(wanted.get_size());
  RELUSERVE_ASSIGN_OR_RETURN(Tensor elements, Tensor::Allocate(DataType::kUint8, Shape{bytes}));
  if (!HoldsElements(wanted)) AdviseHugePages(elements);
  RELUSERVE_RETURN_IF_ERROR(Reorder(plain.data(), given, elements.mutable_data(), wanted));
  packed_bytes_ += bytes;
  constant.copies.push_back({given, wanted, elements});
  if (HoldsElements(wanted)) constant.plain.reset();
  return elements;
}

int64_t WeightStore::packed_bytes() const {
  absl::MutexLock lock(&mutex_);
  return packed_bytes_;
}

}  // namespace reluserve::engine
