// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/graph_builder.h"

#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::test_support {

graph::ValueId GraphBuilder::Input(const std::string& name, const std::vector<int64_t>& dims,
                                   DataType type) {
  graph::Input input;
  input.value = graph_.AddValue(name);
  input.type = type;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    graph::Dim dim;
    dim.extent = dims[axis];
    if (dim.symbolic()) dim.symbol = axis == 0 ? "batch" : fmt::format("{}_dim{}", name, axis);
    input.dims.push_back(std::move(dim));
  }
  graph_.inputs.push_back(std::move(input));
  return graph_.inputs.back().value;
}

graph::ValueId GraphBuilder::Constant(Tensor tensor) {
  return graph_.AddConstant(graph_.UniqueValueName("constant"), std::move(tensor));
}

graph::ValueId GraphBuilder::Constant(const std::vector<int64_t>& values) {
  return Constant(Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values));
}

graph::ValueId GraphBuilder::Add(graph::Op op, std::vector<graph::ValueId> inputs,
                                 std::string name) {
  return AddMany(std::move(op), std::move(inputs), 1, std::move(name)).front();
}

std::vector<graph::ValueId> GraphBuilder::AddMany(graph::Op op, std::vector<graph::ValueId> inputs,
                                                  int count, std::string name) {
  graph::Node node;
  node.op_type = std::string(graph::Name(op));
  node.name = name.empty() ? fmt::format("{}_{}", node.op_type, graph_.nodes.size()) : name;
  node.op = std::move(op);
  node.inputs = std::move(inputs);
  for (int i = 0; i < count; ++i) {
    node.outputs.push_back(graph_.AddValue(graph_.UniqueValueName(node.name)));
  }
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back().outputs;
}

graph::Graph GraphBuilder::Build(const std::vector<graph::ValueId>& outputs) {
  graph_.outputs = outputs;
  const absl::Status valid = graph_.Validate();
  EXPECT_TRUE(valid.ok()) << valid.ToString();
  return std::exchange(graph_, graph::Graph());
}

}  // namespace reluserve::test_support
