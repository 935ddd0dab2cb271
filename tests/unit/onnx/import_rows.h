// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tables of small models with the graph lines they become, or the errors.

#ifndef RELUSERVE_TESTS_UNIT_ONNX_IMPORT_ROWS_H_
#define RELUSERVE_TESTS_UNIT_ONNX_IMPORT_ROWS_H_

#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/onnx/importer.h"
#include "tests/unit/onnx/model_builder.h"

namespace reluserve::onnx_import {

inline constexpr std::string_view kNodeName = "node";

// Constants that nodes of OneNode() can read by name.
inline std::vector<std::pair<std::string, onnx::TensorProto>> NamedConstants() {
  onnx::TensorProto yes = RawTensor(onnx::TensorProto::BOOL, {}, 1);
  yes.set_raw_data("\1");
  return {{"half", FloatTensor({}, {0.5f})},
          {"six", FloatTensor({1}, {6})},
          {"two", IntTensor({}, {2})},
          {"axes", IntTensor({2}, {1, 2})},
          {"none", FloatTensor({0}, {})},
          {"vector", FloatTensor({3}, {1, 2, 3})},
          {"matrix", FloatTensor({3, 4}, Floats(12, 1.0f))},
          {"int8", RawTensor(onnx::TensorProto::INT8, {}, 1)},
          {"false", RawTensor(onnx::TensorProto::BOOL, {}, 1)},
          {"true", std::move(yes)}};
}

// A node of type `op_type`, named "node", that makes the outputs y, y1, ... of the model. Operands
// that are not named constants are inputs of the model, of shape [2,3,4,5] and type FLOAT, but
// "double".
inline ModelBuilder OneNode(int opset, const std::string& op_type, const Names& inputs,
                            const std::vector<Attribute>& attributes = {}, int outputs = 1) {
  ModelBuilder model(opset);
  std::set<std::string> undefined(inputs.begin(), inputs.end());
  undefined.erase("");
  for (const auto& [name, tensor] : NamedConstants()) {
    if (undefined.erase(name) > 0) model.Initializer(name, tensor);
  }
  for (const std::string& name : undefined) {
    model.Input(name, {2, 3, 4, 5},
                name == "double" ? onnx::TensorProto::DOUBLE : onnx::TensorProto::FLOAT);
  }
  Names output_names;
  for (int i = 0; i < outputs; ++i) {
    output_names.push_back(i == 0 ? "y" : "y" + std::to_string(i));
    model.Output(output_names.back());
  }
  return model.Node(op_type, inputs, output_names, attributes).Named(std::string(kNodeName));
}

// The lines of nodes in the graph that the model becomes, or its error.
inline std::string ImportedNodes(const ModelBuilder& model) {
  const absl::StatusOr<ImportedModel> imported = ImportModel(model.Bytes());
  if (!imported.ok()) return imported.status().ToString();
  std::istringstream lines(imported->graph.ToString());
  std::string nodes;
  const std::string own_name = "  # " + std::string(kNodeName);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("input ") || line.starts_with("output ")) continue;
    if (line.ends_with(own_name)) line.resize(line.size() - own_name.size());
    nodes += line + "\n";
  }
  return nodes;
}

struct ImportRow {
  const char* what;
  ModelBuilder model;
  // Node lines, each ending in "\n"; or a part of the error message.
  std::string expected;
};

// Fails the test for each row whose model does not become these lines.
inline void ExpectImports(const std::vector<ImportRow>& rows) {
  for (const ImportRow& row : rows) EXPECT_EQ(ImportedNodes(row.model), row.expected) << row.what;
}

// Fails the test for each row whose model is imported, or refused with a message that lacks
// `expected`.
inline void ExpectRefusals(const std::vector<ImportRow>& rows) {
  for (const ImportRow& row : rows) {
    const absl::StatusOr<ImportedModel> imported = ImportModel(row.model.Bytes());
    ASSERT_FALSE(imported.ok()) << row.what << " became\n" << imported->graph.ToString();
    EXPECT_THAT(std::string(imported.status().message()), testing::HasSubstr(row.expected))
        << row.what;
  }
}

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_TESTS_UNIT_ONNX_IMPORT_ROWS_H_
