// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Folders of ONNX test cases.

#ifndef RELUSERVE_TESTS_CONFORMANCE_TEST_CASE_H_
#define RELUSERVE_TESTS_CONFORMANCE_TEST_CASE_H_

#include <filesystem>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

namespace reluserve::conformance {

// A model with inputs and the outputs they have to give:
//   <directory>/<category>/<name>/model.onnx
//   <directory>/<category>/<name>/test_data_set_<K>/input_<N>.pb, output_<N>.pb
//   <directory>/<category>/<name>/sparsity.json   (optional)
struct TestCase {
  std::string category;  // "node"
  std::string name;      // "test_relu"
  std::filesystem::path directory;
  double relative_tolerance = 1e-3;
  double absolute_tolerance = 1e-5;
  // Cases of the category "reject" are out of scope: an error that says why is right, as is the
  // right answer.
  bool may_be_refused() const { return category == "reject"; }
  std::string id() const { return category + "/" + name; }
  std::filesystem::path model_file() const { return directory / "model.onnx"; }
  // The data sets in order.
  std::vector<std::filesystem::path> DataSets() const;
};

// The cases under `directory`, in the order of MANIFEST.tsv (columns category, name, rtol, atol are
// read; # starts a comment) or, where there is none, as the onnx package lays out its backend
// tests, by name. NOT_FOUND where there are none, INVALID_ARGUMENT for a manifest that cannot be
// read or names a case that is not there.
absl::StatusOr<std::vector<TestCase>> FindCases(const std::filesystem::path& directory);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_TEST_CASE_H_
