// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/rewriter.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/graph_builder.h"

namespace reluserve::graph {
namespace {

using ::testing::ElementsAre;

class RewriterTest : public ::testing::Test {
 protected:
  ValueId Neg(ValueId x, const std::string& name) {
    return net_.Add(Unary{UnaryKind::kNeg}, {x}, name);
  }
  ValueId Add(ValueId a, ValueId b, const std::string& name) {
    return net_.Add(Binary{BinaryKind::kAdd}, {a, b}, name);
  }

  static std::string NameOf(const Node* node) { return node == nullptr ? "none" : node->name; }

  test_support::GraphBuilder net_;
};

TEST_F(RewriterTest, WhoMakesAndReadsAValue) {
  const ValueId x = net_.Input("x", {2});
  const ValueId once = Neg(x, "once");
  const ValueId twice = Neg(once, "twice");
  const ValueId sum = Add(twice, twice, "sum");
  const ValueId output = Neg(sum, "output");
  const ValueId unread = Neg(x, "unread");
  Graph graph = net_.Build({output});
  Rewriter rewriter(graph);
  EXPECT_EQ(NameOf(rewriter.Producer(once)), "once");
  EXPECT_EQ(NameOf(rewriter.Producer(x)), "none");
  EXPECT_EQ(NameOf(rewriter.Producer(kNoValue)), "none");
  EXPECT_EQ(NameOf(rewriter.OnlyReader(once)), "twice");
  EXPECT_EQ(NameOf(rewriter.OnlyReader(x)), "none");
  EXPECT_EQ(NameOf(rewriter.OnlyReader(twice)), "none");
  EXPECT_EQ(NameOf(rewriter.OnlyReader(output)), "none");
  EXPECT_EQ(NameOf(rewriter.OnlyReader(unread)), "none");
  EXPECT_EQ(NameOf(rewriter.ExclusiveProducer(once)), "once");
  EXPECT_EQ(NameOf(rewriter.ExclusiveProducer(twice)), "none");
  EXPECT_EQ(NameOf(rewriter.ExclusiveProducer(output)), "none");
}

TEST_F(RewriterTest, ReplacedOperandsChangeTheReaders) {
  const ValueId x = net_.Input("x", {2});
  const ValueId a = Neg(x, "a");
  const ValueId b = Neg(a, "b");
  Graph graph = net_.Build({Add(a, b, "sum")});
  Rewriter rewriter(graph);
  EXPECT_EQ(NameOf(rewriter.OnlyReader(a)), "none");
  rewriter.SetOperand(*rewriter.Producer(b), 0, x);
  EXPECT_EQ(NameOf(rewriter.OnlyReader(a)), "sum");
  const ValueId added = graph.AddConstant("added", Tensor());
  rewriter.SetOperand(*rewriter.Producer(b), 2, added);
  EXPECT_EQ(NameOf(rewriter.OnlyReader(added)), "b");
  EXPECT_EQ(NameOf(rewriter.Producer(added)), "none");
  rewriter.SetResidual(*rewriter.Producer(b), a);
  EXPECT_EQ(NameOf(rewriter.OnlyReader(a)), "none");
  rewriter.Finish();
  EXPECT_THAT(graph.nodes[1].inputs, ElementsAre(x, kNoValue, added));
  EXPECT_EQ(graph.nodes[1].residual, a);
}

TEST_F(RewriterTest, MergedReadersAreGone) {
  const ValueId x = net_.Input("x", {2});
  const ValueId a = Neg(x, "a");
  const ValueId b = Neg(a, "b");
  const ValueId c = Neg(b, "c");
  Graph graph = net_.Build({c});
  Rewriter rewriter(graph);
  rewriter.MergeReader(*rewriter.Producer(a), *rewriter.Producer(b));
  EXPECT_EQ(NameOf(rewriter.Producer(a)), "none");
  EXPECT_EQ(NameOf(rewriter.Producer(b)), "a");
  EXPECT_EQ(NameOf(rewriter.ExclusiveProducer(b)), "a");
  std::vector<std::string> visited;
  rewriter.ForEachNode([&](const Node& node) { visited.push_back(node.name); });
  EXPECT_THAT(visited, ElementsAre("a", "c"));
  rewriter.Finish();
  EXPECT_EQ(graph.ToString(), R"(input %x FP32 [2]
%b = Neg(%x)  # a <- Neg b
%c = Neg(%b)
output %c
)");
}

// Who reads the output reads the operand, with the same consequences as if it had always done so.
TEST_F(RewriterTest, BypassRedirectsAllReaders) {
  const ValueId x = net_.Input("x", {2});
  const ValueId a = Neg(x, "a");
  const ValueId b = net_.Add(Identity{}, {a}, "b");
  const ValueId c = Neg(b, "c");
  Graph graph = net_.Build({Add(c, b, "d")});
  graph.nodes[2].residual = b;
  Rewriter rewriter(graph);
  EXPECT_TRUE(rewriter.Bypass(graph.nodes[1], a));
  EXPECT_EQ(NameOf(rewriter.Producer(b)), "none");
  EXPECT_EQ(NameOf(rewriter.OnlyReader(a)), "none");
  rewriter.Finish();
  EXPECT_EQ(graph.ToString(), R"(input %x FP32 [2]
%a = Neg(%x)
%c = Neg(%a) + %a
%d = Add(%c, %a)
output %d
)");
}

TEST_F(RewriterTest, BypassKeepsTheNameOfAnOutput) {
  const ValueId x = net_.Input("x", {2});
  const ValueId a = Neg(x, "a");
  const ValueId y = net_.Add(Identity{}, {a}, "y");
  Graph graph = net_.Build({y, Neg(a, "b")});
  Rewriter rewriter(graph);
  EXPECT_TRUE(rewriter.Bypass(graph.nodes[1], a));
  EXPECT_EQ(NameOf(rewriter.Producer(y)), "a");
  EXPECT_EQ(NameOf(rewriter.Producer(a)), "none");
  rewriter.Finish();
  EXPECT_EQ(graph.ToString(), R"(input %x FP32 [2]
%y = Neg(%x)  # a
%b = Neg(%y)
output %y
output %b
)");
  EXPECT_TRUE(graph.Validate().ok());
}

TEST_F(RewriterTest, BypassDoesNotRenameInputsAndOutputs) {
  const ValueId x = net_.Input("x", {2});
  const ValueId a = net_.Add(Identity{}, {x}, "a");
  const ValueId b = net_.Add(Identity{}, {a}, "b");
  Graph graph = net_.Build({a, b});
  const std::string before = graph.ToString();
  Rewriter rewriter(graph);
  EXPECT_FALSE(rewriter.Bypass(graph.nodes[0], x));
  EXPECT_FALSE(rewriter.Bypass(graph.nodes[1], a));
  rewriter.Finish();
  EXPECT_EQ(graph.ToString(), before);
}

}  // namespace
}  // namespace reluserve::graph
