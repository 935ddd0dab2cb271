// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <vector>

#include "server/base/status.h"
#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"
#include "server/engine/kernels/reduce_rules.h"
#include "server/graph/ops/einsum.h"

namespace reluserve::engine::kernels {
namespace {

using graph::ResolvedEinsum;

// How far an operand moves for one step of each label: 0 where it has no such axis, or repeats.
std::vector<int64_t> StridesByLabel(const ResolvedEinsum& einsum, size_t operand,
                                    const Shape& shape) {
  std::vector<int64_t> strides(einsum.extents.size(), 0);
  const Shape dense = RowMajorStrides(shape);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int label = einsum.operands[operand][axis];
    // A label that stands twice walks along the diagonal.
    if (shape[axis] == einsum.extents[label]) strides[label] += dense[axis];
  }
  return strides;
}

struct Walk {
  std::vector<int64_t> extents;               // of the labels that are summed over
  std::vector<std::vector<int64_t>> strides;  // by operand, of those labels
  int64_t steps = 1;                          // the product of the extents
};

// The sum of products that starts at the given offsets.
template <typename T>
T SumOfProducts(const Walk& walk, const std::vector<const T*>& operands,
                std::vector<int64_t> offsets) {
  Accumulator<T> sum = 0;
  std::vector<int64_t> position(walk.extents.size(), 0);
  for (int64_t step = 0; step < walk.steps; ++step) {
    Accumulator<T> product = 1;
    for (size_t i = 0; i < operands.size(); ++i) {
      product = Multiply(product, static_cast<Accumulator<T>>(operands[i][offsets[i]]));
    }
    sum = Add(sum, product);
    for (size_t label = walk.extents.size(); label-- > 0;) {
      const bool wraps = ++position[label] == walk.extents[label];
      const int64_t moved = wraps ? 1 - walk.extents[label] : 1;
      for (size_t i = 0; i < operands.size(); ++i) offsets[i] += moved * walk.strides[i][label];
      if (!wraps) break;
      position[label] = 0;
    }
  }
  return static_cast<T>(sum);
}

template <typename T>
void Compute(const ResolvedEinsum& einsum, Inputs inputs, const MutableTensorView& output) {
  const auto kept = static_cast<size_t>(einsum.output.rank());
  Walk walk;
  walk.extents.assign(einsum.extents.begin() + static_cast<int64_t>(kept), einsum.extents.end());
  for (int64_t extent : walk.extents) walk.steps *= extent;
  std::vector<std::vector<int64_t>> strides;
  std::vector<const T*> operands;
  for (size_t i = 0; i < inputs.size(); ++i) {
    strides.push_back(StridesByLabel(einsum, i, inputs[i].shape));
    walk.strides.emplace_back(strides[i].begin() + static_cast<int64_t>(kept), strides[i].end());
    operands.push_back(Elements<T>(inputs[i]));
  }
  const auto steps = static_cast<int64_t>(inputs.size()) * walk.steps;
  ParallelRanges(einsum.output.ElementCount(), steps, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> offsets(inputs.size());
    for (int64_t at = begin; at < end; ++at) {
      std::fill(offsets.begin(), offsets.end(), 0);
      int64_t rest = at;
      for (size_t label = kept; label-- > 0;) {
        const int64_t position = rest % einsum.extents[label];
        rest /= einsum.extents[label];
        for (size_t i = 0; i < offsets.size(); ++i) offsets[i] += position * strides[i][label];
      }
      Elements<T>(output)[at] = SumOfProducts(walk, operands, offsets);
    }
  });
}

}  // namespace

absl::Status Einsum(const graph::Node& node, Inputs inputs, Outputs outputs) {
  std::vector<Shape> shapes;
  for (const TensorView& input : inputs) shapes.push_back(input.shape);
  RELUSERVE_ASSIGN_OR_RETURN(
      const ResolvedEinsum einsum,
      graph::ResolveEinsum(std::get<graph::Einsum>(node.op).equation, shapes));
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    Compute<T>(einsum, inputs, outputs[0]);
  });
}

}  // namespace reluserve::engine::kernels
