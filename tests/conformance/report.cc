// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/report.h"

#include <fmt/format.h>

namespace reluserve::conformance {

void Report::Tally::Add(Result result) {
  switch (result) {
    case Result::kPassed:
      ++passed;
      break;
    case Result::kFailed:
      ++failed;
      break;
    case Result::kSkipped:
      ++skipped;
      break;
  }
}

void Report::Add(const std::string& category, const std::set<std::string>& operators,
                 Result result) {
  total_.Add(result);
  categories_[category].Add(result);
  for (const std::string& name : operators) operators_[name].Add(result);
}

std::string Report::Table(const std::string& title, const std::map<std::string, Tally>& rows) {
  std::string text = fmt::format("{:<40}{:>8}{:>8}{:>8}\n", title, "passed", "failed", "skipped");
  for (const auto& [name, tally] : rows) {
    text += fmt::format("{:<40}{:>8}{:>8}{:>8}\n", name, tally.passed, tally.failed, tally.skipped);
  }
  return text;
}

std::string Report::Tables() const {
  return Table("category", categories_) + "\n" + Table("operator", operators_);
}

std::string Report::Summary() const {
  return fmt::format(
      "{} of the passed cases have outputs that are empty or constant: they show little\n"
      "{} passed, {} failed, {} skipped",
      vacuous_, total_.passed, total_.failed, total_.skipped);
}

}  // namespace reluserve::conformance
