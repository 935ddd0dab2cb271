// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the tests of passes share: a small graph, rewritten by one pass or by all of them, is
// compared with its expected dump and computes the same as before.

#ifndef RELUSERVE_TESTS_UNIT_GRAPH_PASSES_PASS_FIXTURE_H_
#define RELUSERVE_TESTS_UNIT_GRAPH_PASSES_PASS_FIXTURE_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/engine/kernels/kernel.h"
#include "server/graph/graph.h"
#include "server/graph/passes/pass.h"
#include "server/graph/symbolic.h"
#include "tests/support/compare.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"
#include "tests/support/values.h"

namespace reluserve::graph {

inline constexpr uint64_t kSeed = 20260501;
// Largest difference that folding weights may make, as a share of the largest element.
inline constexpr double kTolerance = 1e-5;

// What a graph computes: its outputs, and the output of each activation layer by name.
struct GraphResults {
  std::vector<Tensor> outputs;
  std::map<std::string, Tensor> layers;
};

// Runs graphs node by node, each by its kernel, and what is fused into it after it.
class GraphRunner {
 public:
  explicit GraphRunner(const Graph& graph) : graph_(graph) {}

  GraphResults Run(const std::vector<Tensor>& inputs) {
    for (ValueId id = 0; id < graph_.value_count(); ++id) {
      if (const Tensor* constant = graph_.ConstantOf(id)) values_.insert_or_assign(id, *constant);
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      values_.insert_or_assign(graph_.inputs[i].value, inputs[i]);
    }
    for (const Node& node : graph_.nodes) RunNode(node);
    for (ValueId id : graph_.outputs) results_.outputs.push_back(values_.at(id));
    return results_;
  }

 private:
  void RunNode(const Node& node) {
    std::vector<const Tensor*> operands;
    for (ValueId id : node.inputs) operands.push_back(id == kNoValue ? nullptr : &values_.at(id));
    std::vector<Tensor> outputs = Compute(node, operands);
    if (node.residual) {
      outputs =
          Compute(NodeOf(Binary{BinaryKind::kAdd}), {&outputs[0], &values_.at(*node.residual)});
    }
    if (node.activation) outputs = Compute(NodeOf(node.activation->activation), {&outputs[0]});
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (node.outputs[i] != kNoValue) values_.insert_or_assign(node.outputs[i], outputs[i]);
    }
    if (node.activation) {
      results_.layers.emplace(node.activation->layer_name, outputs[0]);
    } else if (std::holds_alternative<Activation>(node.op)) {
      results_.layers.emplace(node.name, outputs[0]);
    }
  }

  static Node NodeOf(Op op) {
    Node node;
    node.op = std::move(op);
    node.outputs = {0};
    return node;
  }

  static std::vector<Tensor> Compute(const Node& node, const std::vector<const Tensor*>& operands) {
    std::vector<OperandInfo> facts;
    std::vector<TensorView> inputs;
    for (const Tensor* tensor : operands) {
      facts.push_back(tensor ? OperandInfo{tensor->type(), tensor->shape(), *tensor}
                             : OperandInfo());
      inputs.push_back(tensor ? tensor->view() : TensorView{});
    }
    std::vector<const OperandInfo*> known;
    for (size_t i = 0; i < facts.size(); ++i) known.push_back(operands[i] ? &facts[i] : nullptr);
    std::vector<Tensor> tensors;
    std::vector<MutableTensorView> outputs;
    const std::vector<OperandInfo> results = InferNode(node, known).value();
    for (const OperandInfo& result : results) {
      tensors.push_back(Tensor::Allocate(result.type, result.shape).value());
      outputs.push_back(tensors.back().mutable_view());
    }
    const absl::Status status = engine::EvaluateNode(node, inputs, outputs);
    EXPECT_TRUE(status.ok()) << node.name << ": " << status;
    return tensors;
  }

  const Graph& graph_;
  std::map<ValueId, Tensor> values_;
  GraphResults results_;
};

inline void ExpectNear(const Tensor& expected, const Tensor& actual) {
  ASSERT_EQ(actual.type(), expected.type());
  ASSERT_EQ(actual.shape(), expected.shape());
  const std::vector<double> got = test_support::ValuesOf(actual).elements;
  EXPECT_TRUE(test_support::Near(test_support::ValuesOf(expected),
                                 std::vector<float>(got.begin(), got.end()), kTolerance));
}

// Runs both on the same random inputs of the given shapes.
inline void ExpectSameResults(const Graph& before, const Graph& after,
                              const std::vector<Shape>& input_shapes) {
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  test_support::Random random(kSeed);
  std::vector<Tensor> inputs;
  for (const Shape& shape : input_shapes) {
    inputs.push_back(test_support::RandomFloats(shape, -2.0f, 2.0f, random));
  }
  const GraphResults expected = GraphRunner(before).Run(inputs);
  const GraphResults actual = GraphRunner(after).Run(inputs);
  ASSERT_EQ(actual.outputs.size(), expected.outputs.size());
  for (size_t i = 0; i < expected.outputs.size(); ++i) {
    SCOPED_TRACE(fmt::format("output {}", i));
    EXPECT_EQ(after.value(after.outputs[i]).name, before.value(before.outputs[i]).name);
    ExpectNear(expected.outputs[i], actual.outputs[i]);
  }
  ASSERT_EQ(actual.layers.size(), expected.layers.size());
  for (const auto& [name, tensor] : expected.layers) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(actual.layers.contains(name));
    ExpectNear(tensor, actual.layers.at(name));
  }
}

// Runs the passes named, and checks that results stay.
inline absl::StatusOr<std::vector<PassReport>> Rewrite(Graph& graph,
                                                       const std::vector<std::string_view>& names) {
  const SymbolicShapes shapes = InferSymbolicShapes(graph, engine::EvaluateNode).value();
  const PassContext context = {engine::EvaluateNode, shapes.probe, shapes.extents};
  PassOptions options;
  for (const Pass& pass : AllPasses()) options.disabled.emplace(pass.name);
  for (std::string_view name : names) options.disabled.erase(std::string(name));
  const Graph before = graph;
  auto reports = RunPasses(graph, context, options);
  if (reports.ok()) ExpectSameResults(before, graph, shapes.probe_inputs);
  return reports;
}

class PassTest : public ::testing::Test {
 protected:
  // A constant of random elements.
  ValueId Floats(const Shape& shape, float low = -1.0f, float high = 1.0f) {
    return net_.Constant(test_support::RandomFloats(shape, low, high, random_));
  }
  ValueId Floats(const Shape& shape, const std::vector<float>& values) {
    return net_.Constant(Tensor::Of<float>(shape, values));
  }
  ValueId Conv3x3(ValueId x, int64_t inputs, int64_t outputs, const std::string& name) {
    return net_.Add(graph::Conv{.window = {.pads_begin = {1, 1}, .pads_end = {1, 1}}},
                    {x, Floats({outputs, inputs, 3, 3})}, name);
  }
  ValueId Conv1x1(ValueId x, int64_t inputs, int64_t outputs, const std::string& name) {
    return net_.Add(graph::Conv{}, {x, Floats({outputs, inputs, 1, 1})}, name);
  }
  ValueId BatchNorm(ValueId x, int64_t channels, const std::string& name) {
    return net_.Add(BatchNormalization{},
                    {x, Floats({channels}), Floats({channels}), Floats({channels}),
                     Floats({channels}, 0.5f, 2.0f)},
                    name);
  }
  ValueId Relu(ValueId x, const std::string& name) { return net_.Add(Activation{}, {x}, name); }
  ValueId Add(ValueId a, ValueId b, const std::string& name) {
    return net_.Add(Binary{BinaryKind::kAdd}, {a, b}, name);
  }
  ValueId Mul(ValueId a, ValueId b, const std::string& name) {
    return net_.Add(Binary{BinaryKind::kMul}, {a, b}, name);
  }

  // The graph built so far, rewritten by one pass alone. Its dump has to be `expected`.
  Graph ExpectRewrite(std::string_view pass, const std::vector<ValueId>& outputs,
                      const std::string& expected) {
    Graph graph = net_.Build(outputs);
    const std::string before = graph.ToString();
    const auto reports = Rewrite(graph, {pass});
    EXPECT_TRUE(reports.ok()) << reports.status();
    EXPECT_EQ(graph.ToString(), expected);
    EXPECT_EQ(reports.ok() && reports->at(0).changes > 0, before != expected);
    return graph;
  }

  // The pass must find nothing to do in the graph built so far.
  void ExpectUnchanged(std::string_view pass, const std::vector<ValueId>& outputs) {
    Graph graph = net_.Build(outputs);
    const std::string before = graph.ToString();
    const auto reports = Rewrite(graph, {pass});
    ASSERT_TRUE(reports.ok()) << reports.status();
    EXPECT_EQ(reports->at(0).changes, 0);
    EXPECT_EQ(graph.ToString(), before);
  }

  test_support::GraphBuilder net_;
  test_support::Random random_{kSeed};
};

}  // namespace reluserve::graph

#endif  // RELUSERVE_TESTS_UNIT_GRAPH_PASSES_PASS_FIXTURE_H_
