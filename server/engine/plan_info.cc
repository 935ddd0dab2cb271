// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/plan_info.h"

namespace reluserve::engine {
namespace {

bool SameStep(const StepInfo& a, const StepInfo& b) {
  return a.node == b.node && a.op_type == b.op_type && a.output_layout == b.output_layout;
}

}  // namespace

std::vector<size_t> ShownAs(std::span<const StepInfo> steps) {
  std::vector<size_t> shown;
  for (size_t i = 0; i < steps.size(); ++i) {
    size_t first = i;
    for (size_t back = i; steps[i].sample > 0 && back-- > 0 && first == i;) {
      if (steps[back].sample == 0 && SameStep(steps[back], steps[i])) first = back;
    }
    shown.push_back(first);
  }
  return shown;
}

}  // namespace reluserve::engine
