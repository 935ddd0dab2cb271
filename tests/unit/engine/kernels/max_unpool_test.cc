// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests max_unpool.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

const graph::MaxUnpool kHalve = {.window = {.kernel = {2}, .strides = {2}}};

TEST(MaxUnpoolTest, MaximaGoBackAndTheRestIsZero) {
  const Tensor x = Floats({1, 2, 2}, {5, 6, 7, 8});
  const Tensor places = Make<int64_t>({1, 2, 2}, {1, 2, 4, 7});
  EXPECT_THAT(ElementsOf<float>(RunOne(kHalve, {x, places})), ElementsAre(0, 5, 6, 0, 7, 0, 0, 8));
}

// Elements keep their coordinates in a larger output, not their place in memory.
TEST(MaxUnpoolTest, AnOutputShapeOnlyAddsZeros) {
  const Tensor x = Floats({1, 2, 2}, {5, 6, 7, 8});
  const Tensor places = Make<int64_t>({1, 2, 2}, {1, 2, 4, 7});
  EXPECT_THAT(ElementsOf<float>(RunOne(kHalve, {x, places, Longs({1, 2, 5})})),
              ElementsAre(0, 5, 6, 0, 0, 7, 0, 0, 8, 0));
}

TEST(MaxUnpoolTest, PlacesOutsideAreRefused) {
  const Tensor x = Floats({1, 1, 2}, {5, 6});
  for (const int64_t place : {int64_t{-1}, int64_t{4}}) {
    const auto result = RunMany(kHalve, {x, Make<int64_t>({1, 1, 2}, {0, place})});
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  }
  // Inside the shape the places count in, outside the smaller one asked for.
  const auto result = RunMany(kHalve, {x, Make<int64_t>({1, 1, 2}, {0, 3}), Longs({1, 1, 3})});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(MaxUnpoolTest, PoolingAgainGivesTheSameMaxima) {
  test_support::Random random(2);
  SCOPED_TRACE("seed 2");
  const Tensor x = test_support::RandomFloats({2, 3, 8, 6}, 0.5f, 1, random);
  const graph::Pool pool = {.window = {.kernel = {2, 2}, .strides = {2, 2}}};
  const auto pooled = RunMany(pool, {x}, 2);
  ASSERT_TRUE(pooled.ok()) << pooled.status();
  const Tensor back = RunOne(graph::MaxUnpool{pool.window}, {(*pooled)[0], (*pooled)[1]});
  EXPECT_EQ(back.shape(), x.shape());
  EXPECT_EQ(ElementsOf<float>(RunOne(pool, {back})), ElementsOf<float>((*pooled)[0]));
}

}  // namespace
}  // namespace reluserve::engine
