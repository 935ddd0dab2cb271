// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Maxout in its forms: each branch is a layer whose counts follow from the branches themselves,
// which are outputs of the networks too.

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/equivalence/engine_run.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::equivalence {
namespace {

using graph::ValueId;

constexpr uint64_t kSeed = 20260901;
constexpr int64_t kBatch = 2;
constexpr int64_t kChannels = 4;
constexpr int64_t kPositions = 6 * 6;

class MaxoutTest : public ::testing::Test {
 protected:
  ValueId Conv(ValueId x, int64_t channels) {
    const Tensor weights = test_support::RandomFloats({channels, 3, 1, 1}, -1.0f, 1.0f, random_);
    return net_.Add(graph::Conv{}, {x, net_.Constant(weights)});
  }
  ValueId Conv1d(ValueId x, int64_t channels) {
    const Tensor weights = test_support::RandomFloats({channels, 3, 1}, -1.0f, 1.0f, random_);
    return net_.Add(graph::Conv{}, {x, net_.Constant(weights)});
  }
  ValueId Integers(const std::vector<int64_t>& values) { return net_.Constant(values); }
  ValueId Input() { return net_.Input("x", {-1, 3, 6, 6}); }

  // Runs the network, whose first output is the Maxout, and whose further ones hold the branches:
  // element (n, c, p) of branch b is at b * branch_stride + n * sample_stride + c * channel_stride.
  struct Expected {
    int branches = 0;
    int64_t branch_stride = 0;
    int64_t sample_stride = 0;
    int64_t channel_stride = kPositions;
  };
  void Check(const std::vector<ValueId>& outputs, const Expected& expected,
             const Shape& images = {kBatch, 3, 6, 6}) {
    SCOPED_TRACE(fmt::format("seed {}", kSeed));
    const graph::Graph graph = net_.Build(outputs);
    const Tensor batch = test_support::RandomFloats(images, -2.0f, 2.0f, random_);
    for (const bool passes : {true, false}) {
      const auto model = Compile(graph, {.passes = passes});
      engine::ExecutionContext context;
      const Results results = RunModel(*model, batch, context);
      ASSERT_EQ(model->layers().size(), static_cast<size_t>(expected.branches));
      std::vector<float> values;
      for (size_t i = 1; i < results.outputs.size(); ++i) {
        const auto part = results.outputs[i].values<float>();
        values.insert(values.end(), part.begin(), part.end());
      }
      for (int b = 0; b < expected.branches; ++b) {
        EXPECT_EQ(model->layers()[b].name, fmt::format("maxout[{}]", b));
        CheckBranch(results.trace.layers[b], values, b, expected);
      }
    }
  }

  static void CheckBranch(const sparsity::LayerCounts& counts, const std::vector<float>& values,
                          int branch, const Expected& expected) {
    ASSERT_EQ(counts.samples, kBatch);
    ASSERT_EQ(counts.channels, kChannels);
    ASSERT_EQ(counts.positions, kPositions);
    int64_t total = 0;
    for (int64_t n = 0; n < kBatch; ++n) {
      for (int64_t c = 0; c < kChannels; ++c) {
        uint32_t losses = 0;
        for (int64_t p = 0; p < kPositions; ++p) {
          const int64_t at = n * expected.sample_stride + c * expected.channel_stride + p;
          int winner = 0;
          for (int b = 1; b < expected.branches; ++b) {
            if (values[b * expected.branch_stride + at] >
                values[winner * expected.branch_stride + at]) {
              winner = b;
            }
          }
          if (winner != branch) ++losses;
        }
        EXPECT_EQ(counts.inactive[n * kChannels + c], losses);
        total += losses;
      }
    }
    EXPECT_GT(total, 0);
    EXPECT_LT(total, counts.elements());
  }

  test_support::GraphBuilder net_;
  test_support::Random random_{kSeed};
};

TEST_F(MaxoutTest, OfBranches) {
  const ValueId x = Input();
  const std::vector<ValueId> branches = {Conv(x, kChannels), Conv(x, kChannels),
                                         Conv(x, kChannels)};
  const ValueId y = net_.Add(graph::Variadic{graph::VariadicKind::kMax}, branches, "maxout");
  Check({y, branches[0], branches[1], branches[2]},
        {3, kBatch * kChannels * kPositions, kChannels * kPositions});
}

TEST_F(MaxoutTest, OfChannelsSplitWithTheBranchesOutside) {
  const ValueId x = Conv(Input(), 2 * kChannels);
  const ValueId split = net_.Add(graph::Reshape{}, {x, Integers({-1, 2, kChannels, 6, 6})});
  const ValueId y = net_.Add(graph::Reduce{graph::ReduceKind::kMax, /*keep_dims=*/false},
                             {split, Integers({1})}, "maxout");
  Check({y, x}, {2, kChannels * kPositions, 2 * kChannels * kPositions});
}

TEST_F(MaxoutTest, OfChannelsSplitWithTheBranchesInside) {
  const ValueId x = Conv(Input(), 2 * kChannels);
  const ValueId split = net_.Add(graph::Reshape{}, {x, Integers({0, kChannels, 2, 6, 6})});
  const ValueId y = net_.Add(graph::Reduce{graph::ReduceKind::kMax, /*keep_dims=*/true},
                             {split, Integers({2})}, "maxout");
  Check({y, x}, {2, kPositions, 2 * kChannels * kPositions, 2 * kPositions});
}

// An exporter that takes the batch from the input makes the shape of a Concat.
TEST_F(MaxoutTest, OfChannelsSplitByAComputedShape) {
  const ValueId x = Conv(Input(), 2 * kChannels);
  const ValueId batch = net_.Add(graph::ShapeOf{0, 1}, {x});
  const ValueId shape =
      net_.Add(graph::Concat{0}, {batch, Integers({2}), Integers({kChannels}), Integers({6, 6})});
  const ValueId split = net_.Add(graph::Reshape{}, {x, shape});
  const ValueId y = net_.Add(graph::Reduce{graph::ReduceKind::kMax, /*keep_dims=*/false},
                             {split, Integers({1})}, "maxout");
  Check({y, x}, {2, kChannels * kPositions, 2 * kChannels * kPositions});
}

// Networks that keep their channels last split the last axis. Their layers have the rows of an
// image where others have channels: four of twelve pixels with three channels each.
TEST_F(MaxoutTest, OfChannelsLast) {
  for (const bool inside : {true, false}) {
    SCOPED_TRACE(inside);
    net_ = {};
    const ValueId conv = Conv(net_.Input("x", {-1, 3, 4, 12}), 6);
    const ValueId last = net_.Add(graph::Transpose{{0, 2, 3, 1}}, {conv});
    const ValueId shape = inside ? Integers({-1, 4, 12, 3, 2}) : Integers({-1, 4, 12, 2, 3});
    const ValueId split = net_.Add(graph::Reshape{}, {last, shape});
    const ValueId y = net_.Add(graph::Reduce{graph::ReduceKind::kMax, /*keep_dims=*/false},
                               {split, Integers({inside ? -1 : 3})}, "maxout");
    const std::vector<int64_t> branches_first =
        inside ? std::vector<int64_t>{4, 0, 1, 2, 3} : std::vector<int64_t>{3, 0, 1, 2, 4};
    const ValueId branches = net_.Add(graph::Transpose{branches_first}, {split});
    Check({y, branches}, {2, kBatch * kChannels * kPositions, kChannels * kPositions},
          {kBatch, 3, 4, 12});
  }
}

// Branches that are stacked, and then reduced, as torch.stack and amax do.
TEST_F(MaxoutTest, OfAStack) {
  for (const int64_t axis : {0, 1, 2}) {
    SCOPED_TRACE(axis);
    net_ = {};
    const ValueId x = Input();
    std::vector<ValueId> branches, stacked;
    for (int b = 0; b < 3; ++b) {
      branches.push_back(Conv(x, kChannels));
      stacked.push_back(net_.Add(graph::Unsqueeze{}, {branches.back(), Integers({axis})}));
    }
    const ValueId stack = net_.Add(graph::Concat{axis}, stacked);
    const ValueId y = net_.Add(graph::Reduce{graph::ReduceKind::kMax, /*keep_dims=*/false},
                               {stack, Integers({axis})}, "maxout");
    Check({y, branches[0], branches[1], branches[2]},
          {3, kBatch * kChannels * kPositions, kChannels * kPositions});
  }
}

// The same operators over the positions of an image are a pooling.
TEST_F(MaxoutTest, PositionsInPairsAreNone) {
  const ValueId x = Conv1d(net_.Input("x", {-1, 3, 12}), 4);
  const ValueId split = net_.Add(graph::Reshape{}, {x, Integers({-1, 4, 6, 2})});
  const ValueId y = net_.Add(graph::Reduce{graph::ReduceKind::kMax}, {split, Integers({3})});
  const auto model = Compile(net_.Build({y}), {});
  EXPECT_TRUE(model->layers().empty());
}

TEST_F(MaxoutTest, AMaximumWithAConstantOrOverPositionsIsNone) {
  const ValueId x = Conv(Input(), kChannels);
  const ValueId floor =
      net_.Constant(test_support::RandomFloats({1, kChannels, 1, 1}, -1.0f, 1.0f, random_));
  const ValueId bounded = net_.Add(graph::Variadic{graph::VariadicKind::kMax}, {x, floor});
  const ValueId y = net_.Add(graph::Reduce{graph::ReduceKind::kMax}, {bounded, Integers({2})});
  const auto model = Compile(net_.Build({y}), {});
  EXPECT_TRUE(model->layers().empty());
}

}  // namespace
}  // namespace reluserve::equivalence
