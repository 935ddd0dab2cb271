// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/pass.h"

#include <set>

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

class RunPassesTest : public PassTest {
 protected:
  // Convolution, normalisation, ReLU, and an Identity that nobody needs.
  Graph SmallNetwork() {
    const ValueId x = net_.Input("x", {-1, 3, 6, 6});
    const ValueId conv = Conv3x3(x, 3, 4, "conv");
    const ValueId same = net_.Add(Identity{}, {conv}, "same");
    return net_.Build({Relu(BatchNorm(same, 4, "norm"), "relu")});
  }

  static absl::StatusOr<std::vector<PassReport>> Run(Graph& graph, const PassOptions& options) {
    const SymbolicShapes shapes = InferSymbolicShapes(graph, engine::EvaluateNode).value();
    return RunPasses(graph, {engine::EvaluateNode, shapes.probe, shapes.extents}, options);
  }

  static int ChangesOf(const std::vector<PassReport>& reports, std::string_view name) {
    for (const PassReport& report : reports) {
      if (report.name == name) return report.changes;
    }
    return -1;
  }
};

TEST_F(RunPassesTest, ReportsEveryPassInTheOrderOfTheTable) {
  Graph graph = SmallNetwork();
  const auto reports = Run(graph, {});
  ASSERT_TRUE(reports.ok()) << reports.status();
  ASSERT_EQ(reports->size(), AllPasses().size());
  for (size_t i = 0; i < reports->size(); ++i) {
    EXPECT_EQ(reports->at(i).name, AllPasses()[i].name);
  }
  EXPECT_EQ(ChangesOf(*reports, "eliminate-no-ops"), 1);
  EXPECT_EQ(ChangesOf(*reports, "fold-batch-normalization"), 1);
  EXPECT_EQ(ChangesOf(*reports, "fuse-activation"), 1);
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].name, "conv");
}

TEST_F(RunPassesTest, RunsEachUntilItFindsNothingMore) {
  Graph graph = SmallNetwork();
  ASSERT_TRUE(Run(graph, {}).ok());
  const std::string once = graph.ToString();
  const auto again = Run(graph, {});
  ASSERT_TRUE(again.ok()) << again.status();
  for (const PassReport& report : *again) EXPECT_EQ(report.changes, 0) << report.name;
  EXPECT_EQ(graph.ToString(), once);
}

TEST_F(RunPassesTest, LeavesOutWhatIsDisabled) {
  Graph graph = SmallNetwork();
  const auto reports = Run(graph, {.disabled = {"fuse-activation", "eliminate-no-ops"}});
  ASSERT_TRUE(reports.ok()) << reports.status();
  EXPECT_EQ(reports->size(), AllPasses().size() - 2);
  EXPECT_EQ(ChangesOf(*reports, "fuse-activation"), -1);
  // The Identity still hides the normalisation from the convolution.
  EXPECT_EQ(ChangesOf(*reports, "fold-batch-normalization"), 0);
  EXPECT_EQ(graph.nodes.size(), 4u);
}

TEST_F(RunPassesTest, RefusesNamesThatNoPassHas) {
  Graph graph = SmallNetwork();
  const std::string before = graph.ToString();
  const auto reports = Run(graph, {.disabled = {"fuse-everything"}});
  EXPECT_TRUE(absl::IsInvalidArgument(reports.status())) << reports.status();
  EXPECT_NE(reports.status().message().find("\"fuse-everything\""), std::string::npos);
  EXPECT_NE(reports.status().message().find("fuse-activation"), std::string::npos);
  EXPECT_EQ(graph.ToString(), before);
}

TEST_F(RunPassesTest, RemovesWhatNobodyReads) {
  const ValueId x = net_.Input("x", {-1, 3, 6, 6});
  const ValueId conv = Conv3x3(x, 3, 4, "conv");
  Relu(conv, "unread");
  Graph graph = net_.Build({conv});
  ASSERT_TRUE(Run(graph, {}).ok());
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_FALSE(graph.nodes[0].activation.has_value());
}

TEST(AllPassesTest, HaveNamesOfTheirOwnAndPurposes) {
  std::set<std::string_view> names;
  for (const Pass& pass : AllPasses()) {
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_FALSE(pass.purpose.empty()) << pass.name;
    EXPECT_NE(pass.run, nullptr) << pass.name;
  }
}

}  // namespace
}  // namespace reluserve::graph
