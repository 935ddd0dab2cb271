// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/tsv.h"

#include <fstream>
#include <utility>

#include "server/base/status.h"

namespace reluserve::conformance {

absl::StatusOr<std::vector<TsvRow>> ReadTsv(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) return NotFound("cannot read {}", file.string());
  std::vector<TsvRow> rows;
  std::string line;
  while (std::getline(stream, line)) {
    if (line.empty() || line[0] == '#') continue;
    TsvRow row;
    size_t begin = 0;
    for (size_t tab; (tab = line.find('\t', begin)) != std::string::npos; begin = tab + 1) {
      row.push_back(line.substr(begin, tab - begin));
    }
    row.push_back(line.substr(begin));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace reluserve::conformance
