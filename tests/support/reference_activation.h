// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Activations by their definitions, one element at a time.

#ifndef RELUSERVE_TESTS_SUPPORT_REFERENCE_ACTIVATION_H_
#define RELUSERVE_TESTS_SUPPORT_REFERENCE_ACTIVATION_H_

#include "server/graph/op.h"

namespace reluserve::test_support {

// What an element of an activation layer counts as: see ReferenceLayer.
enum class ElementState { kActive, kInactive, kSaturated, kNonFinite };

double Apply(const graph::Activation& activation, double x);

// Whether the activation makes a layer: all do but a Clip that neither rectifies nor has two
// bounds.
bool MakesLayer(const graph::Activation& activation);

// The state of the element whose input (pre-activation) is `x`.
ElementState Classify(const graph::Activation& activation, double x);

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_REFERENCE_ACTIVATION_H_
