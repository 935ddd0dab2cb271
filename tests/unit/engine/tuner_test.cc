// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What is faster differs from machine to machine and from run to run; what is checked here is that
// the result is a choice there is, and that a model made by it computes the same.

#include "server/engine/tuner.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::engine {
namespace {

using graph::ValueId;
using test_support::GraphBuilder;
using ::testing::AnyOf;
using ::testing::Key;

constexpr int64_t kExtent = 20;

// Convolutions of which "second" may be computed by Winograd's algorithm.
std::shared_ptr<CompiledModel> Model() {
  test_support::Random random{3};
  GraphBuilder builder;
  const auto convolve = [&](ValueId x, const Shape& weights, int64_t pad, const char* name) {
    graph::Conv conv;
    conv.window.pads_begin = conv.window.pads_end = {pad, pad};
    const ValueId w = builder.Constant(test_support::RandomFloats(weights, -0.1f, 0.1f, random));
    return builder.Add(conv, {x, w}, name);
  };
  ValueId x = builder.Input("x", {-1, 3, kExtent, kExtent});
  x = builder.Add(graph::Activation{}, {convolve(x, {32, 3, 3, 3}, 1, "first")}, "relu1");
  x = builder.Add(graph::Activation{}, {convolve(x, {32, 32, 3, 3}, 1, "second")}, "relu2");
  return CompiledModel::Create(builder.Build({convolve(x, {8, 32, 1, 1}, 0, "third")})).value();
}

TuneOptions OptionsFor(int64_t samples, int runs = 2) {
  TuneOptions options;
  options.input_shapes = {{samples, 3, kExtent, kExtent}};
  options.runs = runs;
  return options;
}

TEST(TunerTest, FindsAChoiceThatThereIs) {
  const auto model = Model();
  const auto report = Tune(*model, OptionsFor(2));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->time_by_rules, absl::ZeroDuration());
  EXPECT_LE(report->time_tuned, report->time_by_rules);
  const auto tuned = model->Variant(report->tuning);
  ASSERT_TRUE(tuned.ok()) << tuned.status();
  EXPECT_EQ((*tuned)->tuning(), report->tuning);
  const Tuning rules = model->tuning();
  for (const TunedNode& node : report->nodes) {
    EXPECT_THAT(node.name, AnyOf("first", "second"));
    EXPECT_THAT(node.tile, AnyOf(0, 2, 4));
    const auto by_rules = rules.winograd_tiles.find(node.name);
    EXPECT_EQ(node.tile_by_rules, by_rules == rules.winograd_tiles.end() ? 0 : by_rules->second);
    const auto chosen = report->tuning.winograd_tiles.find(node.name);
    EXPECT_EQ(node.tile, chosen == report->tuning.winograd_tiles.end() ? 0 : chosen->second);
    EXPECT_GT(node.time, absl::ZeroDuration());
  }
  // Where the CPU has Winograd's kernels, there is a choice for the convolution made for them.
  if (!rules.winograd_tiles.empty()) {
    EXPECT_THAT(rules.winograd_tiles, testing::ElementsAre(Key("second")));
    EXPECT_FALSE(report->nodes.empty());
  }
}

TEST(TunerTest, StartsFromTheRulesWhateverTheModelGoesBy) {
  const auto model = Model();
  const auto direct = model->Variant(Tuning{}).value();
  const auto report = Tune(*direct, OptionsFor(1));
  ASSERT_TRUE(report.ok()) << report.status();
  for (const TunedNode& node : report->nodes) {
    if (node.name == "second") {
      EXPECT_EQ(node.tile_by_rules, model->tuning().winograd_tiles.at("second"));
    }
  }
}

TEST(TunerTest, TellsHowItGetsOnAndStops) {
  const auto model = Model();
  TuneOptions options = OptionsFor(1, 3);
  std::vector<int> seen;
  int expected = 0;
  options.go_on = [&](int done, int all) {
    seen.push_back(done);
    expected = all;
    return true;
  };
  ASSERT_TRUE(Tune(*model, options).ok());
  ASSERT_EQ(static_cast<int>(seen.size()), expected);
  for (int i = 0; i < expected; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], i + 1);
  options.go_on = [](int done, int) { return done < 4; };
  EXPECT_TRUE(absl::IsCancelled(Tune(*model, options).status()));
}

TEST(TunerTest, RefusesWhatItCannotRun) {
  const auto model = Model();
  EXPECT_TRUE(absl::IsInvalidArgument(Tune(*model, OptionsFor(1, 0)).status()));
  for (const std::vector<Shape>& shapes :
       {std::vector<Shape>{}, std::vector<Shape>{{1, 3, kExtent, kExtent + 1}},
        std::vector<Shape>{{1, 3, kExtent, kExtent}, {1}},
        std::vector<Shape>{{-1, 3, kExtent, kExtent}}}) {
    TuneOptions options = OptionsFor(1);
    options.input_shapes = shapes;
    EXPECT_TRUE(absl::IsInvalidArgument(Tune(*model, options).status())) << shapes.size();
  }
}

}  // namespace
}  // namespace reluserve::engine
