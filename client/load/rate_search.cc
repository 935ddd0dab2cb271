// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/rate_search.h"

#include <algorithm>
#include <cmath>

namespace reluserve::load {

RateSearch::RateSearch(double lowest, double highest, double precision)
    : lowest_(lowest), highest_(highest), precision_(precision) {}

std::optional<double> RateSearch::next() const {
  if (kept_ == 0) return missed_ == 0 ? std::optional(lowest_) : std::nullopt;
  if (missed_ == 0) {
    return kept_ < highest_ ? std::optional(std::min(2 * kept_, highest_)) : std::nullopt;
  }
  if (missed_ <= kept_ * (1 + precision_)) return std::nullopt;
  return std::sqrt(kept_ * missed_);
}

void RateSearch::Report(bool kept) {
  const std::optional<double> rate = next();
  if (!rate) return;
  (kept ? kept_ : missed_) = *rate;
}

SearchResult RateSearch::result() const {
  return {.rate = kept_, .at_limit = kept_ == highest_, .lowest_missed = missed_};
}

}  // namespace reluserve::load
