// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Reference counts of the Relu outputs of a network, where a case has them.

#ifndef RELUSERVE_TESTS_CONFORMANCE_SPARSITY_CHECK_H_
#define RELUSERVE_TESTS_CONFORMANCE_SPARSITY_CHECK_H_

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/sparsity/trace.h"

namespace reluserve::conformance {

// One Relu of one data set.
struct LayerReference {
  std::string node;  // may be empty; the layer is then known by its output
  std::string output;
  int64_t zeros = 0;
  int64_t total = 0;
};

// The layers of each data set, by the set's folder name.
using SparsityReference = std::map<std::string, std::vector<LayerReference>>;

// Reads {"sets": {"test_data_set_0": [{"node", "output", "zeros", "total"}, ...]}}.
// INVALID_ARGUMENT for anything else.
absl::StatusOr<SparsityReference> ReadSparsityReference(const std::filesystem::path& file);

// How the trace differs from the reference; empty when it does not. Every layer of the reference
// must be there, with the same number of elements and a share of inactive ones that differs by at
// most 1e-4, or by one element.
std::string DifferenceOf(const std::vector<LayerReference>& expected,
                         std::span<const sparsity::LayerInfo> layers, const sparsity::Trace& trace);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_SPARSITY_CHECK_H_
