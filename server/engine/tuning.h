// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ENGINE_TUNING_H_
#define RELUSERVE_SERVER_ENGINE_TUNING_H_

#include <cstdint>
#include <map>
#include <string>

namespace reluserve::engine {

// How a model's convolutions are computed, where there is a choice.
struct Tuning {
  // By the name of a convolution, the extent of the tiles of results, 2 or 4, by which Winograd's
  // algorithm computes it. Those that are not named are computed directly.
  std::map<std::string, int> winograd_tiles;
  // Whether convolutions lie in blocks of channels throughout, as Winograd's kernels have it;
  // otherwise each lies as oneDNN likes it best. So always with winograd_tiles.
  bool in_blocks = false;

  friend bool operator==(const Tuning&, const Tuning&) = default;
};

// What decides, besides the model, which kernels there are to choose from.
struct Machine {
  uint32_t cpu_isa = 0;        // oneDNN's number for the CPU's instruction set
  std::string onednn_version;  // major.minor.patch

  friend bool operator==(const Machine&, const Machine&) = default;
};
Machine ThisMachine();

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_TUNING_H_
