// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The classes with the largest scores.

#ifndef RELUSERVE_SERVER_RPC_CLASSIFICATION_H_
#define RELUSERVE_SERVER_RPC_CLASSIFICATION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/tensor/tensor.h"

namespace reluserve::rpc {

// The positions of the k largest scores, or of all if there are fewer, best first; of equal ones
// the first. NaN ranks last: it is no score.
template <typename T>
std::vector<uint32_t> TopClasses(std::span<const T> scores, size_t k) {
  const auto higher = [](T a, T b) { return a > b || (a == a && b != b); };
  std::vector<uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  k = std::min(k, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                    [&](uint32_t a, uint32_t b) {
                      if (higher(scores[a], scores[b])) return true;
                      if (higher(scores[b], scores[a])) return false;
                      return a < b;
                    });
  order.resize(k);
  return order;
}

// A tensor of strings, as Triton's classification extension has it.
struct ClassStrings {
  // [samples, k], or [k] of a model without a batch; k is at most the number of classes.
  std::vector<int64_t> shape;
  // Of each the length in four bytes, little-endian, and then "score:index:label", or "score:index"
  // where there is no label. Scores have the fewest digits that give the same number again.
  std::string bytes;
};

// The k best classes of each sample, which axis 0 of `output` counts where it is `batched`; else
// the whole output is one. INVALID_ARGUMENT for BOOL, which has no order.
absl::StatusOr<ClassStrings> Classify(const TensorView& output, bool batched, size_t k,
                                      std::span<const std::string> labels);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_CLASSIFICATION_H_
