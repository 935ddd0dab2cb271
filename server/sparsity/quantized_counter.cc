// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/quantized_counter.h"

#include <algorithm>

// Compiled once for each instruction set, as activation_counter.cc: plain loops, that the compiler
// vectorises.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "server/sparsity/quantized_counter.cc"
#include <hwy/foreach_target.h>
// Must come after foreach_target.h.
#include <hwy/highway.h>

#ifndef RELUSERVE_SERVER_SPARSITY_QUANTIZED_COUNTER_TASK
#define RELUSERVE_SERVER_SPARSITY_QUANTIZED_COUNTER_TASK
namespace reluserve::sparsity {

// Channels side by side that one task counts: a cache line.
inline constexpr int64_t kTaskChannels = 64;

// The rule for codes seen as 0..255, where int8 begins with its lowest: an element is inactive when
// its distance from `first` is at most `span`. Flags are 0 or 1, to be computed with.
struct CodeRule {
  uint8_t flip = 0;  // what makes an int8 code such a number
  uint8_t has_inactive = 0;
  uint8_t first = 0;
  uint8_t span = 0;
  uint8_t has_low = 0;
  uint8_t low = 0;
  uint8_t has_high = 0;
  uint8_t high = 0;
};

// `rows` rows of `width` neighbouring channels, `stride` codes from row to row.
struct CodeTask {
  const uint8_t* codes = nullptr;
  int64_t rows = 0;
  int64_t stride = 1;
  int64_t width = 1;  // at most kTaskChannels
  uint32_t* inactive = nullptr;
  uint32_t* saturated = nullptr;
};

}  // namespace reluserve::sparsity
#endif

HWY_BEFORE_NAMESPACE();
namespace reluserve::sparsity::HWY_NAMESPACE {
namespace {

uint8_t IsInactive(const CodeRule& rule, uint8_t code) {
  return rule.has_inactive &
         static_cast<uint8_t>(static_cast<uint8_t>(code - rule.first) <= rule.span);
}

uint8_t IsAtBound(const CodeRule& rule, uint8_t code) {
  return (rule.has_low & static_cast<uint8_t>(code <= rule.low)) |
         (rule.has_high & static_cast<uint8_t>(code >= rule.high));
}

// One channel whose codes are neighbours.
void CountPlane(const CodeTask& task, const CodeRule& rule) {
  uint32_t inactive = 0;
  uint32_t saturated = 0;
  for (int64_t i = 0; i < task.rows; ++i) {
    const auto code = static_cast<uint8_t>(task.codes[i] ^ rule.flip);
    const uint8_t is_inactive = IsInactive(rule, code);
    inactive += is_inactive;
    saturated += static_cast<uint8_t>(IsAtBound(rule, code) & (is_inactive ^ 1));
  }
  *task.inactive = inactive;
  *task.saturated = saturated;
}

void CountRows(const CodeTask& task, const CodeRule& rule) {
  std::fill_n(task.inactive, task.width, 0);
  std::fill_n(task.saturated, task.width, 0);
  const uint8_t* row = task.codes;
  for (int64_t done = 0; done < task.rows;) {
    // As many rows as counts of 8 bits can take.
    const int64_t end = std::min<int64_t>(done + 255, task.rows);
    uint8_t inactive[kTaskChannels] = {};
    uint8_t saturated[kTaskChannels] = {};
    for (; done < end; ++done, row += task.stride) {
      for (int64_t c = 0; c < task.width; ++c) {
        const auto code = static_cast<uint8_t>(row[c] ^ rule.flip);
        const uint8_t is_inactive = IsInactive(rule, code);
        inactive[c] = static_cast<uint8_t>(inactive[c] + is_inactive);
        saturated[c] =
            static_cast<uint8_t>(saturated[c] + (IsAtBound(rule, code) & (is_inactive ^ 1)));
      }
    }
    for (int64_t c = 0; c < task.width; ++c) {
      task.inactive[c] += inactive[c];
      task.saturated[c] += saturated[c];
    }
  }
}

void CountCodes(const CodeTask& task, const CodeRule& rule) {
  if (task.stride == 1) {
    CountPlane(task, rule);
  } else {
    CountRows(task, rule);
  }
}

}  // namespace
}  // namespace reluserve::sparsity::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reluserve::sparsity {

HWY_EXPORT(CountCodes);

namespace {

// Below this many elements, starting the other threads costs more than they save.
constexpr int64_t kParallelElements = 64 * 1024;

CodeRule ToCodeRule(const QuantizedCountRule& rule) {
  const int32_t shift = rule.is_signed ? 128 : 0;
  const auto clamped = [&](int32_t code) {
    return static_cast<uint8_t>(std::clamp(code + shift, 0, 255));
  };
  CodeRule result;
  result.flip = rule.is_signed ? 0x80 : 0;
  result.has_inactive = rule.inactive_low <= rule.inactive_high &&
                        rule.inactive_high + shift >= 0 && rule.inactive_low + shift <= 255;
  result.first = clamped(rule.inactive_low);
  result.span = static_cast<uint8_t>(clamped(rule.inactive_high) - result.first);
  result.has_low = rule.saturated_low + shift >= 0;
  result.low = clamped(rule.saturated_low);
  result.has_high = rule.saturated_high + shift <= 255;
  result.high = clamped(rule.saturated_high);
  return result;
}

}  // namespace

void CountQuantizedActivations(const void* codes, const ActivationLayout& layout,
                               const QuantizedCountRule& rule, const ChannelCounts& counts) {
  const CodeRule code_rule = ToCodeRule(rule);
  const int64_t groups = (layout.channels + layout.block - 1) / layout.block;
  const int64_t parts = (layout.block + kTaskChannels - 1) / kTaskChannels;
  const int64_t tasks = layout.samples * groups * parts;
  std::fill_n(counts.non_finite, layout.samples * layout.channels, 0);

#pragma omp parallel for schedule(static) if (tasks * layout.positions * kTaskChannels >= \
                                              kParallelElements)
  for (int64_t index = 0; index < tasks; ++index) {
    const int64_t plane = index / parts;  // of one sample and group
    const int64_t lane = index % parts * kTaskChannels;
    const int64_t channel = plane % groups * layout.block + lane;
    if (channel >= layout.channels) continue;
    const int64_t first = plane / groups * layout.channels + channel;
    CodeTask task;
    task.codes =
        static_cast<const uint8_t*>(codes) + plane * layout.positions * layout.block + lane;
    task.rows = layout.positions;
    task.stride = layout.block;
    task.width = std::min({kTaskChannels, layout.block - lane, layout.channels - channel});
    task.inactive = counts.inactive + first;
    task.saturated = counts.saturated + first;
    HWY_DYNAMIC_DISPATCH(CountCodes)(task, code_rule);
  }
}

}  // namespace reluserve::sparsity
#endif  // HWY_ONCE
