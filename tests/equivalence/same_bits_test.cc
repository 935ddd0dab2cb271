// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A sample's answer has the same bits however often, with whom, and where it is computed: for
// networks of direct convolutions. Grouped convolutions and fully connected layers may go through
// matrix products whose order of summation depends on the batch.

#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/equivalence/engine_run.h"
#include "tests/equivalence/networks.h"
#include "tests/support/random_tensor.h"

namespace reluserve::equivalence {
namespace {

constexpr uint64_t kSeed = 20260102;
constexpr int64_t kBatch = 8;

class SameBitsTest : public ::testing::TestWithParam<Network> {
 protected:
  SameBitsTest() : graph_(MakeGraph()), batch_(MakeBatch()) {}

  static graph::Graph MakeGraph() {
    NetworkBuilder builder(Numbers::kFloats, kSeed);
    return builder.Build(GetParam().build(builder));
  }

  Tensor MakeBatch() const {
    Shape shape;
    for (const graph::Dim& dim : graph_.inputs[0].dims) {
      shape.push_back(dim.symbolic() ? kBatch : dim.extent);
    }
    test_support::Random random(kSeed + 1);
    return test_support::RandomFloats(shape, -3.0f, 3.0f, random);
  }

  const graph::Graph graph_;
  const Tensor batch_;
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, fmt::format("seed {}", kSeed)};
};

TEST_P(SameBitsTest, AloneAndInABatch) {
  for (const int threads : {1, 2}) {
    const Variant variant = {.threads = threads};
    SCOPED_TRACE(variant.ToString());
    const auto model = Compile(graph_, variant);
    engine::ExecutionContext context;
    const Results together = RunModel(*model, batch_, context);
    for (int64_t sample = 0; sample < kBatch; ++sample) {
      const Results alone = RunModel(*model, Samples(batch_, sample, sample + 1), context);
      EXPECT_TRUE(SameBits(Samples(together, sample, sample + 1), alone)) << "sample " << sample;
    }
    const Results three = RunModel(*model, Samples(batch_, 2, 5), context);
    EXPECT_TRUE(SameBits(Samples(together, 2, 5), three));
  }
}

TEST_P(SameBitsTest, AgainAndAgain) {
  const auto model = Compile(graph_, {.threads = 2});
  engine::ExecutionContext context;
  const Tensor some = Samples(batch_, 0, 3);
  const Results first = RunModel(*model, batch_, context);
  const Results first_some = RunModel(*model, some, context);
  for (int repetition = 0; repetition < 3; ++repetition) {
    EXPECT_TRUE(SameBits(first, RunModel(*model, batch_, context)));
    EXPECT_TRUE(SameBits(first_some, RunModel(*model, some, context)));
  }
}

TEST_P(SameBitsTest, InContextsThatRunAtOnce) {
  const auto model = Compile(graph_, {});
  engine::ExecutionContext context;
  const Results expected = RunModel(*model, batch_, context);
  // gtest's assertions are for one thread.
  std::vector<std::string> failures(2);
  std::vector<std::thread> threads;
  for (std::string& failure : failures) {
    threads.emplace_back([&] {
      engine::ExecutionContext own;
      for (int repetition = 0; repetition < 5; ++repetition) {
        const auto same = SameBits(expected, RunModel(*model, batch_, own));
        if (!same) failure = same.message();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) EXPECT_EQ(failure, "");
}

TEST_P(SameBitsTest, AfterItsPlanWasDropped) {
  const auto model = Compile(graph_, {.max_plans = 1});
  engine::ExecutionContext context;
  const Shape shapes[] = {batch_.shape()};
  const std::shared_ptr<const engine::Plan> held = model->GetPlan(shapes).value();
  const Results first = RunModel(*model, held, batch_, context);
  RunModel(*model, Samples(batch_, 0, 1), context);
  EXPECT_NE(model->GetPlan(shapes).value(), held) << "the plan was not dropped";
  EXPECT_TRUE(SameBits(first, RunModel(*model, batch_, context)));
  EXPECT_TRUE(SameBits(first, RunModel(*model, held, batch_, context)));
}

TEST_P(SameBitsTest, NextToASampleThatIsNotFinite) {
  const auto model = Compile(graph_, {});
  engine::ExecutionContext context;
  const Results expected = RunModel(*model, batch_, context);
  for (const float poison :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Tensor poisoned = Samples(batch_, 0, kBatch);
    // Somewhere in sample 3.
    poisoned.mutable_values<float>()[poisoned.shape().ElementCount() / kBatch * 3 + 5] = poison;
    const Results results = RunModel(*model, poisoned, context);
    EXPECT_TRUE(SameBits(Samples(expected, 0, 3), Samples(results, 0, 3)));
    EXPECT_TRUE(SameBits(Samples(expected, 4, kBatch), Samples(results, 4, kBatch)));
  }
}

std::vector<Network> DirectNetworks() {
  const std::set<std::string> names = {"plain",         "odd_channels", "strides_and_pads",
                                       "dilated",       "depthwise",    "batch_normalized",
                                       "basic_blocks",  "bottleneck",   "residual_read_again",
                                       "inception",     "dense",        "pools",
                                       "squeeze_excite"};
  std::vector<Network> networks = AllNetworks();
  std::erase_if(networks, [&](const Network& network) { return !names.contains(network.name); });
  return networks;
}

INSTANTIATE_TEST_SUITE_P(Networks, SameBitsTest, ::testing::ValuesIn(DirectNetworks()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace reluserve::equivalence
