// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/graph.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor Numbers(std::vector<float> values) {
  return Tensor::Of<float>({static_cast<int64_t>(values.size())}, values);
}

// Graphs of nodes that only their operands matter of, right or wrong.
class GraphTest : public ::testing::Test {
 protected:
  ValueId Input(const std::string& name) {
    const ValueId id = graph_.AddValue(name);
    graph_.inputs.push_back({.value = id});
    return id;
  }

  // Appends a node that makes `output`.
  Node& Append(const std::string& name, std::vector<ValueId> inputs, std::vector<ValueId> outputs,
               Op op = Identity{}) {
    Node node;
    node.name = name;
    node.op_type = std::string(Name(op));
    node.op = std::move(op);
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back();
  }

  std::vector<std::string> NodeNames() const {
    std::vector<std::string> names;
    for (const Node& node : graph_.nodes) names.push_back(node.name);
    return names;
  }

  Graph graph_;
};

TEST_F(GraphTest, ValuesAreNumberedAndKeepTheirConstants) {
  EXPECT_EQ(graph_.AddValue("x"), 0);
  EXPECT_EQ(graph_.AddConstant("w", Numbers({1.0f, 2.0f})), 1);
  EXPECT_EQ(graph_.value_count(), 2);
  EXPECT_EQ(graph_.value(0).name, "x");
  EXPECT_EQ(graph_.ConstantOf(0), nullptr);
  EXPECT_EQ(graph_.ConstantOf(kNoValue), nullptr);
  ASSERT_NE(graph_.ConstantOf(1), nullptr);
  EXPECT_THAT(graph_.ConstantOf(1)->values<float>(), ElementsAre(1.0f, 2.0f));
}

TEST_F(GraphTest, UniqueValueNamesAvoidEachOther) {
  EXPECT_EQ(graph_.UniqueValueName("w"), "w");
  graph_.AddValue("w");
  graph_.AddValue("w.2");
  const std::string name = graph_.UniqueValueName("w");
  EXPECT_EQ(name, "w.3");
  graph_.AddValue(name);
  EXPECT_TRUE(graph_.Validate().ok());
}

TEST_F(GraphTest, ProducersAndUseCounts) {
  const ValueId x = Input("x");
  const ValueId w = graph_.AddConstant("w", Numbers({1.0f}));
  const ValueId a = graph_.AddValue("a");
  const ValueId b = graph_.AddValue("b");
  const ValueId unused = graph_.AddValue("unused");
  Append("split", {x, kNoValue, w}, {a, kNoValue, unused});
  Append("conv", {a, w}, {b}, Conv{}).residual = a;
  graph_.outputs = {b, a};
  EXPECT_THAT(graph_.Producers(), ElementsAre(-1, -1, 0, 1, 0));
  // Operands, the residual and graph outputs all count, each as often as it reads.
  EXPECT_THAT(graph_.UseCounts(), ElementsAre(1, 2, 3, 1, 0));
}

TEST_F(GraphTest, ReplaceUsesReachesEveryReader) {
  const ValueId x = Input("x");
  const ValueId y = Input("y");
  const ValueId z = graph_.AddValue("z");
  Append("conv", {x, x, y}, {z}, Conv{}).residual = x;
  graph_.outputs = {x, z};
  graph_.ReplaceUses(x, y);
  EXPECT_THAT(graph_.nodes[0].inputs, ElementsAre(y, y, y));
  EXPECT_EQ(graph_.nodes[0].residual, y);
  EXPECT_THAT(graph_.nodes[0].outputs, ElementsAre(z));
  EXPECT_THAT(graph_.outputs, ElementsAre(y, z));
}

TEST_F(GraphTest, RemoveDeadNodesTakesWholeBranchesAndTheirConstants) {
  const ValueId x = Input("x");
  const ValueId shared = graph_.AddConstant("shared", Numbers({1.0f}));
  const ValueId own = graph_.AddConstant("own", Numbers({2.0f}));
  const ValueId a = graph_.AddValue("a");
  const ValueId b = graph_.AddValue("b");
  const ValueId c = graph_.AddValue("c");
  const ValueId d = graph_.AddValue("d");
  Append("dead1", {x, own}, {a});
  Append("live1", {x, shared}, {c});
  Append("dead2", {a, shared}, {b, kNoValue});
  // One of two outputs is read.
  Append("live2", {c}, {graph_.AddValue("unused"), d});
  graph_.outputs = {d};
  EXPECT_EQ(graph_.RemoveDeadNodes(), 2);
  EXPECT_THAT(NodeNames(), ElementsAre("live1", "live2"));
  EXPECT_NE(graph_.ConstantOf(shared), nullptr);
  EXPECT_EQ(graph_.ConstantOf(own), nullptr);
  EXPECT_EQ(graph_.value(own).name, "own");
  EXPECT_EQ(graph_.RemoveDeadNodes(), 0);
}

TEST_F(GraphTest, RemoveDeadNodesKeepsWhatAResidualReads) {
  const ValueId x = Input("x");
  const ValueId a = graph_.AddValue("a");
  const ValueId b = graph_.AddValue("b");
  Append("relu", {x}, {a});
  Append("conv", {x, x}, {b}, Conv{}).residual = a;
  graph_.outputs = {b};
  EXPECT_EQ(graph_.RemoveDeadNodes(), 0);
}

TEST_F(GraphTest, SortPutsReadersBehindProducers) {
  const ValueId x = Input("x");
  const ValueId a = graph_.AddValue("a");
  const ValueId b = graph_.AddValue("b");
  const ValueId c = graph_.AddValue("c");
  const ValueId d = graph_.AddValue("d");
  Append("sum", {a, c}, {d});
  Append("second", {b}, {c}, Conv{}).residual = a;
  Append("first", {x}, {b});
  Append("other", {x}, {a});
  graph_.outputs = {d};
  ASSERT_TRUE(graph_.SortTopologically().ok());
  EXPECT_THAT(NodeNames(), ElementsAre("first", "other", "second", "sum"));
  EXPECT_TRUE(graph_.Validate().ok());
}

TEST_F(GraphTest, SortKeepsAnOrderThatIsRight) {
  const ValueId x = Input("x");
  const ValueId a = graph_.AddValue("a");
  const ValueId b = graph_.AddValue("b");
  const ValueId c = graph_.AddValue("c");
  Append("z", {x}, {a});
  Append("m", {x}, {b});
  Append("a", {a, b}, {c});
  Append("b", {x, x}, {graph_.AddValue("d")});
  ASSERT_TRUE(graph_.SortTopologically().ok());
  EXPECT_THAT(NodeNames(), ElementsAre("z", "m", "a", "b"));
}

TEST_F(GraphTest, SortNamesANodeOfTheCycle) {
  const ValueId x = Input("x");
  const ValueId a = graph_.AddValue("a");
  const ValueId b = graph_.AddValue("b");
  const ValueId c = graph_.AddValue("c");
  // Behind the cycle, and so not to be placed either, but not part of it.
  Append("behind", {a}, {c}, Activation{});
  Append("one", {x, b}, {a}, Binary{});
  Append("two", {a}, {b}, Activation{});
  const absl::Status status = graph_.SortTopologically();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              ::testing::AnyOf(HasSubstr("node \"one\" (Add)"), HasSubstr("node \"two\" (Relu)")));
  EXPECT_THAT(std::string(status.message()), HasSubstr("cycle"));
}

TEST_F(GraphTest, SortFindsANodeThatReadsItself) {
  const ValueId a = graph_.AddValue("a");
  Append("loop", {a}, {a});
  EXPECT_THAT(std::string(graph_.SortTopologically().message()), HasSubstr("\"loop\""));
}

// An earlier way to write it, by recursion, needs a stack as deep as the graph.
TEST_F(GraphTest, SortsLongChainsWithoutRecursion) {
  constexpr int kNodes = 200000;
  std::vector<ValueId> values = {Input("x")};
  for (int i = 0; i < kNodes; ++i) values.push_back(graph_.AddValue("v" + std::to_string(i)));
  for (int i = kNodes; i-- > 0;) Append(std::to_string(i), {values[i]}, {values[i + 1]});
  graph_.outputs = {values.back()};
  ASSERT_TRUE(graph_.SortTopologically().ok());
  EXPECT_EQ(graph_.nodes.front().name, "0");
  EXPECT_EQ(graph_.nodes.back().name, std::to_string(kNodes - 1));
  EXPECT_TRUE(graph_.Validate().ok());
}

TEST_F(GraphTest, ValidGraph) {
  const ValueId x = Input("x");
  const ValueId w = graph_.AddConstant("w", Numbers({1.0f}));
  const ValueId y = graph_.AddValue("y");
  Append("conv", {x, w, kNoValue}, {y}, Conv{}).residual = x;
  graph_.outputs = {y, x, w, y};
  EXPECT_TRUE(graph_.Validate().ok()) << graph_.Validate();
}

struct InvalidRow {
  const char* name;
  // Breaks a graph of an input "x" (0), a constant "w" (1) and a node "relu" (Relu) that makes the
  // output "y" (2) of x.
  void (*damage)(Graph& graph);
  absl::StatusCode code;
  const char* message;
};

class GraphValidateTest : public GraphTest, public ::testing::WithParamInterface<InvalidRow> {};

TEST_P(GraphValidateTest, NamesTheFault) {
  const ValueId x = Input("x");
  graph_.AddConstant("w", Numbers({1.0f}));
  const ValueId y = graph_.AddValue("y");
  Append("relu", {x}, {y}, Activation{});
  graph_.outputs = {y};
  ASSERT_TRUE(graph_.Validate().ok());
  GetParam().damage(graph_);
  const absl::Status status = graph_.Validate();
  EXPECT_EQ(status.code(), GetParam().code);
  EXPECT_EQ(std::string(status.message()), GetParam().message);
}

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kInternal = absl::StatusCode::kInternal;

INSTANTIATE_TEST_SUITE_P(
    Rows, GraphValidateTest,
    ::testing::ValuesIn(std::vector<InvalidRow>{
        {"operand_that_nothing_makes",
         [](Graph& graph) { graph.nodes[0].inputs[0] = graph.AddValue("ghost"); }, kInvalid,
         "node \"relu\" (Relu): value \"ghost\" is read before any input, initializer or node has "
         "defined it"},
        {"operand_made_later",
         [](Graph& graph) {
           Node early = graph.nodes[0];
           early.name = "early";
           early.inputs = {2};
           early.outputs = {graph.AddValue("z")};
           graph.nodes.insert(graph.nodes.begin(), early);
         },
         kInvalid,
         "node \"early\" (Relu): value \"y\" is read before any input, initializer or node has "
         "defined it"},
        {"residual_that_nothing_makes",
         [](Graph& graph) {
           graph.nodes[0].op = Conv{};
           graph.nodes[0].residual = 2;
         },
         kInvalid,
         "node \"relu\" (Relu): value \"y\" is read before any input, initializer or node has "
         "defined it"},
        {"residual_of_another_operator", [](Graph& graph) { graph.nodes[0].residual = 0; },
         kInternal, "node \"relu\" (Relu) has a residual operand, which only a Conv may have"},
        {"output_that_nothing_makes",
         [](Graph& graph) { graph.outputs.push_back(graph.AddValue("ghost")); }, kInvalid,
         "the graph's outputs: value \"ghost\" is read before any input, initializer or node has "
         "defined it"},
        {"value_made_twice",
         [](Graph& graph) {
           graph.nodes.push_back(graph.nodes[0]);
           graph.nodes[1].name = "again";
         },
         kInvalid, "node \"again\" (Relu): value \"y\" has been defined before"},
        {"value_twice_in_one_node",
         [](Graph& graph) {
           graph.nodes[0].outputs = {2, 2};
         },
         kInvalid, "node \"relu\" (Relu): value \"y\" has been defined before"},
        {"input_made_by_a_node", [](Graph& graph) { graph.nodes[0].outputs[0] = 0; }, kInvalid,
         "node \"relu\" (Relu): value \"x\" has been defined before"},
        {"constant_made_by_a_node", [](Graph& graph) { graph.nodes[0].outputs[0] = 1; }, kInvalid,
         "node \"relu\" (Relu): value \"w\" has been defined before"},
        {"input_twice", [](Graph& graph) { graph.inputs.push_back(graph.inputs[0]); }, kInvalid,
         "the graph's inputs: value \"x\" has been defined before"},
        {"no_outputs", [](Graph& graph) { graph.nodes[0].outputs.clear(); }, kInvalid,
         "node \"relu\" (Relu) has no outputs"},
        {"operand_out_of_range", [](Graph& graph) { graph.nodes[0].inputs[0] = 3; }, kInternal,
         "node \"relu\" (Relu): value number 3 does not exist; the graph has 3 values"},
        {"output_out_of_range", [](Graph& graph) { graph.nodes[0].outputs[0] = -2; }, kInternal,
         "node \"relu\" (Relu): value number -2 does not exist; the graph has 3 values"},
        {"absent_graph_output", [](Graph& graph) { graph.outputs = {kNoValue}; }, kInternal,
         "the graph's outputs: value number -1 does not exist; the graph has 3 values"},
        {"values_of_one_name", [](Graph& graph) { graph.AddValue("w"); }, kInternal,
         "two values of the graph are named \"w\""},
        {"nodes_of_one_name",
         [](Graph& graph) {
           graph.nodes.push_back(graph.nodes[0]);
           graph.nodes[1].outputs = {graph.AddValue("z")};
         },
         kInternal, "two nodes of the graph are named \"relu\""},
    }),
    [](const ::testing::TestParamInfo<InvalidRow>& row) { return row.param.name; });

}  // namespace
}  // namespace reluserve::graph
