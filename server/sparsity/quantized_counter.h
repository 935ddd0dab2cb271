// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The counts of activation_counter.h for layers whose elements are 8-bit codes.

#ifndef RELUSERVE_SERVER_SPARSITY_QUANTIZED_COUNTER_H_
#define RELUSERVE_SERVER_SPARSITY_QUANTIZED_COUNTER_H_

#include <cstdint>

#include "server/sparsity/activation_counter.h"

namespace reluserve::sparsity {

// Which codes count as inactive, or else as saturated. The defaults mean none. No code is
// non-finite.
struct QuantizedCountRule {
  bool is_signed = false;  // codes are int8, otherwise uint8
  // Inactive: inactive_low <= code <= inactive_high.
  int32_t inactive_low = 1;
  int32_t inactive_high = 0;
  // Saturated: code <= saturated_low or code >= saturated_high.
  int32_t saturated_low = -1000;
  int32_t saturated_high = 1000;
};

// As CountActivations.
void CountQuantizedActivations(const void* codes, const ActivationLayout& layout,
                               const QuantizedCountRule& rule, const ChannelCounts& counts);

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_QUANTIZED_COUNTER_H_
