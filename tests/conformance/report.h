// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_REPORT_H_
#define RELUSERVE_TESTS_CONFORMANCE_REPORT_H_

#include <map>
#include <set>
#include <string>

namespace reluserve::conformance {

enum class Result { kPassed, kFailed, kSkipped };

// Counts results by category and by operator, and prints them.
class Report {
 public:
  // A case counts once in its category and once for each of its operators.
  void Add(const std::string& category, const std::set<std::string>& operators, Result result);
  // Notes that a case which passed was vacuous (Verdict::vacuous).
  void AddVacuous() { ++vacuous_; }

  // Two tables: categories, and operators.
  std::string Tables() const;
  // How many of the passed cases were vacuous, and last "12 passed, 0 failed, 3 skipped".
  std::string Summary() const;
  bool empty() const { return categories_.empty(); }
  bool any_failed() const { return total_.failed > 0; }

 private:
  struct Tally {
    int passed = 0;
    int failed = 0;
    int skipped = 0;
    void Add(Result result);
  };
  static std::string Table(const std::string& title, const std::map<std::string, Tally>& rows);

  Tally total_;
  int vacuous_ = 0;
  std::map<std::string, Tally> categories_;
  std::map<std::string, Tally> operators_;
};

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_REPORT_H_
