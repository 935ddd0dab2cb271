// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Graphs in a few lines:
//
//   GraphBuilder builder;
//   ValueId x = builder.Input("x", {-1, 3, 8, 8});
//   x = builder.Add(graph::Conv{}, {x, builder.Constant(weights)}, "conv1");
//   x = builder.Add(graph::Activation{}, {x}, "relu1");
//   graph::Graph graph = builder.Build({x});

#ifndef RELUSERVE_TESTS_SUPPORT_GRAPH_BUILDER_H_
#define RELUSERVE_TESTS_SUPPORT_GRAPH_BUILDER_H_

#include <string>
#include <vector>

#include "server/graph/graph.h"
#include "server/tensor/tensor.h"

namespace reluserve::test_support {

class GraphBuilder {
 public:
  // A model input; an extent of -1 is open, and a first one is called "batch".
  graph::ValueId Input(const std::string& name, const std::vector<int64_t>& dims,
                       DataType type = DataType::kFloat32);

  graph::ValueId Constant(Tensor tensor);
  // A vector of INT64, as shapes and axes are given.
  graph::ValueId Constant(const std::vector<int64_t>& values);

  // Appends a node and returns its first output, which is named after it. The name is made up where
  // none is given.
  graph::ValueId Add(graph::Op op, std::vector<graph::ValueId> inputs, std::string name = "");
  // The same with `count` outputs.
  std::vector<graph::ValueId> AddMany(graph::Op op, std::vector<graph::ValueId> inputs, int count,
                                      std::string name = "");

  // The finished graph, which must be valid. Leaves the builder empty.
  graph::Graph Build(const std::vector<graph::ValueId>& outputs);

 private:
  graph::Graph graph_;
};

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_GRAPH_BUILDER_H_
