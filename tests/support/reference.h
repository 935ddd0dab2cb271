// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The judge of the engine: a graph computed node by node, in plain loops and double precision, with
// every activation counted by definition. It shares nothing with the engine or its kernels but the
// graph's types, has no fusion, no layouts and no threads, and is as slow as that sounds.

#ifndef RELUSERVE_TESTS_SUPPORT_REFERENCE_H_
#define RELUSERVE_TESTS_SUPPORT_REFERENCE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/graph/graph.h"
#include "server/tensor/tensor.h"
#include "tests/support/values.h"

namespace reluserve::test_support {

// The counts of one activation layer: a layer is a node that is an activation, a PRelu, or a Clip
// with a lower bound of 0 or two finite bounds. Arrays have samples * channels entries (the extents
// of axes 0 and 1, 1 where there is none), sample-major. Each element counts as the first of these
// that it is:
//   non-finite  its output is NaN or infinite
//   inactive    its input is not positive; for ThresholdedRelu and Shrink, its output is zero; for
//               sigmoids, Tanh, Softsign and a Clip without a zero bound, never
//   saturated   a Clip or HardSigmoid cut it off, or the slope there is at most a hundredth of the
//               activation's greatest (Sigmoid, Tanh, Softsign, Softplus)
struct ReferenceLayer {
  std::string name;
  Shape shape;
  std::vector<int64_t> inactive;
  std::vector<int64_t> saturated;
  std::vector<int64_t> non_finite;
  // Whether the layer's inputs are free of rounding (Values::exact), so that counts are exact.
  bool exact = true;
  // How many elements of a layer that is not exact lie so close to a border between two of the
  // above that rounding may put them on either side: within kBorder of the layer's largest input.
  std::vector<int64_t> uncertain;
};

inline constexpr double kBorder = 1e-5;

struct Reference {
  std::vector<Values> outputs;         // as graph.outputs
  std::vector<ReferenceLayer> layers;  // in the order of the graph's nodes
};

// Runs `graph` as it is before any pass. UNIMPLEMENTED for operators that the reference does not
// know and for nodes with fused parts.
absl::StatusOr<Reference> Evaluate(const graph::Graph& graph, std::span<const Tensor> inputs);

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_REFERENCE_H_
