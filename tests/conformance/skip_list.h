// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_SKIP_LIST_H_
#define RELUSERVE_TESTS_CONFORMANCE_SKIP_LIST_H_

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <absl/status/status.h>

namespace reluserve::conformance {

// Cases that are not run, each for a stated reason. A line of the file is `<what> TAB <reason>`,
// where <what> is a case's "category/name", in which '*' stands for any characters, or
// "op:<operator>" for all cases that have it.
class SkipList {
 public:
  // Adds those of a file. INVALID_ARGUMENT for a line without a reason.
  absl::Status Add(const std::filesystem::path& file);

  // Why the case is skipped; empty when it is to be run.
  std::string ReasonFor(const std::string& id, const std::set<std::string>& operators) const;

 private:
  struct Entry {
    std::string what;
    std::string reason;
  };
  std::vector<Entry> entries_;
};

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_SKIP_LIST_H_
