// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_RATE_SEARCH_H_
#define RELUSERVE_CLIENT_LOAD_RATE_SEARCH_H_

#include <optional>

#include "client/load/result.h"

namespace reluserve::load {

// Looks for the highest rate in a range that keeps some objectives: doubles from the lowest until
// one misses, and then bisects, by ratio. Asks for rates and is told how they went; not
// synchronised.
class RateSearch {
 public:
  // 0 < lowest <= highest. It is done when the lowest rate known to miss is at most 1 + `precision`
  // times the highest known to keep.
  RateSearch(double lowest, double highest, double precision);

  // The rate to try; none when the search is done.
  std::optional<double> next() const;
  // What came of it.
  void Report(bool kept);

  // What is known so far.
  SearchResult result() const;

 private:
  double lowest_;
  double highest_;
  double precision_;
  double kept_ = 0;    // the highest that kept; 0: none yet
  double missed_ = 0;  // the lowest that missed; 0: none yet
};

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_RATE_SEARCH_H_
