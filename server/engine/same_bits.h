// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which batch sizes a model may be run at so that a sample's results have the same bits as alone.
// Kernels may choose their blocks, and with them the order of summation, by the batch; so this is
// tried, not assumed.

#ifndef RELUSERVE_SERVER_ENGINE_SAME_BITS_H_
#define RELUSERVE_SERVER_ENGINE_SAME_BITS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "server/engine/compiled_model.h"

namespace reluserve::engine {

struct SameBitsOptions {
  // The largest size to try. At least 1.
  int max_batch_size = 1;
  // Where trying every size up to 16, then multiples of 8, and max_batch_size, takes more
  // multiply-accumulates than these, only powers of two and max_batch_size are tried. Counted and
  // not timed, so that every replica runs at the same sizes.
  double max_macs = 2e10;
  // Of the random inputs.
  uint64_t seed = 1;
  // Asked before each run of the model; where it says no, the search is given up. Null: always yes.
  std::function<bool()> go_on;
};

// Runs the model on random samples, each alone and in batches, with as many OpenMP threads as the
// caller has, and compares outputs and counts to the bit; also next to a sample that is not finite.
// Nodes at which a batch parts from its samples are from then on run sample by sample
// (CompiledModel::RunBySample), with all that have the same operator and kernel; a size at which
// that does not help is left out.
// The sizes that passed, ascending: 1, and others if the model is batchable. True for the extents
// of CompiledModel::shapes().probe_inputs; others may use other kernels. None where it was given
// up. Other threads may run the model meanwhile: a sample by itself keeps its bits all along.
std::vector<int> FindSameBitsSizes(CompiledModel& model, const SameBitsOptions& options);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_SAME_BITS_H_
