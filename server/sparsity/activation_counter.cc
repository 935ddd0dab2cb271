// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/activation_counter.h"

#include <omp.h>

#include <algorithm>

#include "server/sparsity/count_task.h"

namespace reluserve::sparsity {
namespace {

// Channels that one task of a wide row counts: whole cache lines, and few enough that their counts
// stay in the first-level cache.
constexpr int64_t kWideRowChannels = 512;
// Below this many elements, starting the other threads costs more than they save.
constexpr int64_t kParallelElements = 16 * 1024;

// How an activation is counted in pieces that threads share: a piece is one sample, up to `step`
// channels that lie side by side, and one of `stretches` stretches of the positions.
struct Pieces {
  Pieces(const ActivationLayout& layout, int64_t threads)
      : groups((layout.channels + layout.block - 1) / layout.block),
        step(std::min(layout.block, kWideRowChannels)),
        steps_per_group((layout.block + step - 1) / step),
        whole(layout.samples * groups * steps_per_group) {
    const int64_t total = layout.samples * groups * layout.positions * layout.block;
    parallel = threads > 1 && total >= kParallelElements;
    // With too few for the threads, the positions are shared out, too.
    if (parallel && whole < threads && layout.block > 1) {
      stretches = std::clamp<int64_t>((threads + whole - 1) / whole, 1,
                                      std::min(layout.positions, total / kParallelElements + 1));
    }
  }

  int64_t groups;
  int64_t step;
  int64_t steps_per_group;
  int64_t whole;  // pieces, were the positions not shared out
  int64_t stretches = 1;
  bool parallel = false;
};

// Of piece `index` without its stretch; nothing (width 0) where it is all padding.
CountTask TaskOf(const float* elements, const ActivationLayout& layout, const Pieces& pieces,
                 const ChannelCounts& counts, int64_t index) {
  const int64_t pieces_per_sample = pieces.groups * pieces.steps_per_group;
  const int64_t sample = index / pieces_per_sample;
  const int64_t group = index % pieces_per_sample / pieces.steps_per_group;
  const int64_t lane = index % pieces.steps_per_group * pieces.step;
  const int64_t channel = group * layout.block + lane;
  CountTask task;
  task.width = 0;
  if (channel >= layout.channels) return task;
  const int64_t first = sample * layout.channels + channel;
  task.elements =
      elements + (sample * pieces.groups + group) * layout.positions * layout.block + lane;
  task.rows = layout.positions;
  task.stride = layout.block;
  task.width = std::min({pieces.step, layout.block - lane, layout.channels - channel});
  task.counts = {counts.inactive + first, counts.saturated + first, counts.non_finite + first};
  return task;
}

// Counts some of the rows of a task, and adds what it finds to the counts of the whole.
void AddStretch(const CountTask& whole, const CountRule& rule, int64_t stretch, int64_t stretches) {
  uint32_t found[3][kWideRowChannels];
  const int64_t begin = whole.rows * stretch / stretches;
  CountTask task = whole;
  task.elements += begin * whole.stride;
  task.rows = whole.rows * (stretch + 1) / stretches - begin;
  task.counts = {found[0], found[1], found[2]};
  RunCountTask(task, rule);
  uint32_t* const totals[] = {whole.counts.inactive, whole.counts.saturated,
                              whole.counts.non_finite};
  for (int kind = 0; kind < 3; ++kind) {
    for (int64_t channel = 0; channel < whole.width; ++channel) {
#pragma omp atomic
      totals[kind][channel] += found[kind][channel];
    }
  }
}

}  // namespace

void CountActivations(const float* elements, const ActivationLayout& layout, const CountRule& rule,
                      const ChannelCounts& counts) {
  const Pieces pieces(layout, omp_get_max_threads());
  if (pieces.stretches > 1) {
    const int64_t entries = layout.samples * layout.channels;
    for (uint32_t* totals : {counts.inactive, counts.saturated, counts.non_finite}) {
      std::fill_n(totals, entries, 0);
    }
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < pieces.whole * pieces.stretches; ++i) {
      const CountTask task = TaskOf(elements, layout, pieces, counts, i / pieces.stretches);
      if (task.width > 0) AddStretch(task, rule, i % pieces.stretches, pieces.stretches);
    }
    return;
  }
#pragma omp parallel for schedule(static) if (pieces.parallel)
  for (int64_t i = 0; i < pieces.whole; ++i) {
    // From the end, which was written last and may still be in the cache where the begin is not.
    const CountTask task = TaskOf(elements, layout, pieces, counts, pieces.whole - 1 - i);
    if (task.width > 0) RunCountTask(task, rule);
  }
}

}  // namespace reluserve::sparsity
