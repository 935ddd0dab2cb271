// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/skip_list.h"

#include <fnmatch.h>

#include "server/base/status.h"
#include "tests/conformance/tsv.h"

namespace reluserve::conformance {

absl::Status SkipList::Add(const std::filesystem::path& file) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<TsvRow> rows, ReadTsv(file));
  for (const TsvRow& row : rows) {
    if (row.size() != 2 || row[1].empty()) {
      return InvalidArgument("{}: \"{}\" has no reason after a tab", file.string(), row[0]);
    }
    entries_.push_back({row[0], row[1]});
  }
  return absl::OkStatus();
}

std::string SkipList::ReasonFor(const std::string& id,
                                const std::set<std::string>& operators) const {
  constexpr std::string_view kOperator = "op:";
  for (const Entry& entry : entries_) {
    const bool matches = entry.what.starts_with(kOperator)
                             ? operators.contains(entry.what.substr(kOperator.size()))
                             : fnmatch(entry.what.c_str(), id.c_str(), 0) == 0;
    if (matches) return entry.reason;
  }
  return "";
}

}  // namespace reluserve::conformance
