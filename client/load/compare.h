// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_COMPARE_H_
#define RELUSERVE_CLIENT_LOAD_COMPARE_H_

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "client/load/result.h"

namespace reluserve::load {

enum class Verdict { kSame, kBetter, kWorse };

// One figure of one stage, in two runs.
struct ComparedFigure {
  std::string name;    // "throughput", "mean", "p99", "errors"
  std::string before;  // as text, with its unit
  std::string after;
  double change = 0;  // relative, as 0.1 for a tenth more; of errors: of the share of requests
  Verdict verdict = Verdict::kSame;
};

struct ComparedStage {
  std::string label;
  std::vector<ComparedFigure> figures;
};

struct Comparison {
  std::vector<ComparedStage> stages;     // those that both runs have, in the order of the first
  std::vector<std::string> only_before;  // labels
  std::vector<std::string> only_after;
  bool worse() const;
};

// Compares stages of the same label (the n-th of a label with the n-th). A figure is better or
// worse when it changed by more than `tolerance`, and errors when their share changed by more than
// a thousandth. p99.9 and stages with fewer than 1,000 requests are shown and not judged: their
// tails are single requests. INVALID_ARGUMENT where the runs have no stage in common.
absl::StatusOr<Comparison> Compare(const RunResult& before, const RunResult& after,
                                   double tolerance);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_COMPARE_H_
