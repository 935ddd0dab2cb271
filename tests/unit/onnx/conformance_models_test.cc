// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Imports every model of an ONNX conformance suite laid out as
// <directory>/<category>/<name>/model.onnx, where the environment variable
// RELUSERVE_CONFORMANCE_DIR names one. Whether the models then compute the right numbers is tested
// elsewhere; this finds operators and forms that do not import.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "server/onnx/importer.h"

namespace reluserve::onnx_import {
namespace {

namespace fs = std::filesystem;

// What of the category "reject" imports all the same, since it is answered rightly.
const std::map<std::string, std::string> kAcceptedRejects = {
    {"squeezenet_float16", "computed in FP32"},
    {"test_add_uint8", "integer arithmetic"},
    {"test_cast_FLOAT_to_BFLOAT16", "converted where the value leaves the graph"},
    {"test_max_float16", "computed in FP32"},
    {"test_max_float64", "element-wise operators compute in FP64"},
};

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ConformanceModelsTest, ImportAsTheirCategorySays) {
  const char* directory = std::getenv("RELUSERVE_CONFORMANCE_DIR");
  if (directory == nullptr) GTEST_SKIP() << "RELUSERVE_CONFORMANCE_DIR names no directory";
  int models = 0;
  for (const fs::directory_entry& category : fs::directory_iterator(directory)) {
    if (!category.is_directory()) continue;
    for (const fs::directory_entry& test : fs::directory_iterator(category)) {
      const fs::path path = test.path() / "model.onnx";
      if (!fs::exists(path)) continue;
      ++models;
      const std::string name = test.path().filename();
      const absl::StatusOr<ImportedModel> imported = ImportModel(ReadFile(path));
      const bool rejected =
          category.path().filename() == "reject" && !kAcceptedRejects.contains(name);
      EXPECT_EQ(imported.ok(), !rejected) << path << ": " << imported.status();
      if (rejected) RecordProperty(name, std::string(imported.status().message()));
    }
  }
  EXPECT_GT(models, 0) << "no model below " << directory;
}

}  // namespace
}  // namespace reluserve::onnx_import
