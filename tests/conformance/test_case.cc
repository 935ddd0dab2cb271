// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/test_case.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>
#include <utility>

#include "server/base/status.h"
#include "tests/conformance/tsv.h"

namespace reluserve::conformance {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<TestCase>> ReadManifest(const fs::path& file) {
  RELUSERVE_ASSIGN_OR_RETURN(std::vector<TsvRow> rows, ReadTsv(file));
  if (rows.empty()) return InvalidArgument("{}: empty", file.string());
  std::map<std::string, size_t> columns;
  for (size_t i = 0; i < rows[0].size(); ++i) columns[rows[0][i]] = i;
  for (const char* column : {"category", "name", "rtol", "atol"}) {
    if (!columns.contains(column)) {
      return InvalidArgument("{}: no column \"{}\" in its first line", file.string(), column);
    }
  }
  std::vector<TestCase> cases;
  for (size_t line = 1; line < rows.size(); ++line) {
    const TsvRow& row = rows[line];
    if (row.size() < rows[0].size()) {
      return InvalidArgument("{}: {} of {} columns in row {}", file.string(), row.size(),
                             rows[0].size(), line);
    }
    TestCase test;
    test.category = row[columns["category"]];
    test.name = row[columns["name"]];
    test.directory = file.parent_path() / test.category / test.name;
    try {
      test.relative_tolerance = std::stod(row[columns["rtol"]]);
      test.absolute_tolerance = std::stod(row[columns["atol"]]);
    } catch (const std::logic_error&) {
      return InvalidArgument("{}: a tolerance of {} is not a number", file.string(), test.id());
    }
    if (!fs::exists(test.model_file())) {
      return InvalidArgument("{} is not there, though {} lists it", test.model_file().string(),
                             file.string());
    }
    cases.push_back(std::move(test));
  }
  return cases;
}

std::vector<fs::path> SubdirectoriesOf(const fs::path& directory) {
  std::vector<fs::path> result;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (entry.is_directory()) result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

std::vector<fs::path> TestCase::DataSets() const {
  std::vector<fs::path> sets;
  while (true) {
    fs::path set = directory / fmt::format("test_data_set_{}", sets.size());
    if (!fs::is_directory(set)) return sets;
    sets.push_back(std::move(set));
  }
}

absl::StatusOr<std::vector<TestCase>> FindCases(const fs::path& directory) {
  if (!fs::is_directory(directory)) return NotFound("{} is not a directory", directory.string());
  const fs::path manifest = directory / "MANIFEST.tsv";
  if (fs::exists(manifest)) return ReadManifest(manifest);
  std::vector<TestCase> cases;
  for (const fs::path& category : SubdirectoriesOf(directory)) {
    for (const fs::path& path : SubdirectoriesOf(category)) {
      TestCase test;
      test.category = category.filename().string();
      test.name = path.filename().string();
      test.directory = path;
      if (fs::exists(test.model_file())) cases.push_back(std::move(test));
    }
  }
  if (cases.empty()) {
    return NotFound("no <category>/<name>/model.onnx below {}", directory.string());
  }
  return cases;
}

}  // namespace reluserve::conformance
