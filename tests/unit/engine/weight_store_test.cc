// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/weight_store.h"

#include <cstring>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/layout.h"
#include "tests/support/random_tensor.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAreArray;

const Shape kWeights = {64, 32, 3, 3};

// A layout that oneDNN's kernels use: blocks of 16 input and output channels.
compat::Desc Blocked() {
  return {{64, 32, 3, 3}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::OIhw16i16o};
}

class WeightStoreTest : public ::testing::Test {
 protected:
  // conv(x, w) and whatever else reads w.
  graph::ValueId AddConv() {
    const graph::ValueId x = graph_.AddValue("x");
    graph_.inputs.push_back({x, DataType::kFloat32, {{1, ""}, {32, ""}, {8, ""}, {8, ""}}});
    const graph::ValueId w = graph_.AddConstant("w", given_);
    graph::Node node;
    node.name = node.op_type = "Conv";
    node.op = graph::Conv{};
    node.inputs = {x, w};
    node.outputs = {graph_.AddValue("y")};
    graph_.nodes.push_back(node);
    return w;
  }

  graph::Graph graph_;
  test_support::Random random_{1};
  const Tensor given_ = test_support::RandomFloats(kWeights, -1.0f, 1.0f, random_);
  const std::vector<float> elements_{given_.values<float>().begin(), given_.values<float>().end()};
  WeightStore store_;
};

TEST_F(WeightStoreTest, MakesAnewWhatItGaveUp) {
  const graph::ValueId w = AddConv();
  store_.Adopt(graph_);
  const Tensor left = *graph_.ConstantOf(w);
  EXPECT_FALSE(left.has_elements());
  EXPECT_EQ(left.shape(), kWeights);
  const compat::Desc plain = PlainDesc(DataType::kFloat32, kWeights);
  const auto packed = store_.Packed(w, left, plain, Blocked());
  ASSERT_TRUE(packed.ok()) << packed.status();
  EXPECT_EQ(store_.packed_bytes(), static_cast<int64_t>(given_.byte_size()));
  const auto again = store_.Plain(w, left);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(again->data(), given_.data());
  EXPECT_THAT(again->values<float>(), ElementsAreArray(elements_));
}

TEST_F(WeightStoreTest, PacksOnce) {
  const graph::ValueId w = AddConv();
  store_.Adopt(graph_);
  const Tensor left = *graph_.ConstantOf(w);
  const compat::Desc plain = PlainDesc(DataType::kFloat32, kWeights);
  const void* first = store_.Packed(w, left, plain, Blocked())->data();
  EXPECT_EQ(store_.Packed(w, left, plain, Blocked())->data(), first);
  EXPECT_EQ(store_.packed_bytes(), static_cast<int64_t>(given_.byte_size()));
}

TEST_F(WeightStoreTest, CopiesNothingWhereTheLayoutIsTheSame) {
  const graph::ValueId w = AddConv();
  store_.Adopt(graph_);
  const compat::Desc plain = PlainDesc(DataType::kFloat32, kWeights);
  const auto packed = store_.Packed(w, *graph_.ConstantOf(w), plain, plain);
  ASSERT_TRUE(packed.ok()) << packed.status();
  EXPECT_EQ(packed->data(), given_.data());
  EXPECT_EQ(store_.packed_bytes(), 0);
}

TEST_F(WeightStoreTest, LeavesWhatIsReadOtherwise) {
  const graph::ValueId w = AddConv();
  graph_.outputs.push_back(w);
  store_.Adopt(graph_);
  EXPECT_TRUE(graph_.ConstantOf(w)->has_elements());
  EXPECT_EQ(store_.Plain(w, *graph_.ConstantOf(w))->data(), given_.data());
}

TEST_F(WeightStoreTest, ReadsItsBase) {
  const graph::ValueId w = AddConv();
  const auto base = std::make_shared<WeightStore>();
  base->Adopt(graph_);
  const Tensor left = *graph_.ConstantOf(w);
  const compat::Desc plain = PlainDesc(DataType::kFloat32, kWeights);
  WeightStore store(base);
  EXPECT_THAT(store.Plain(w, left)->values<float>(), ElementsAreArray(elements_));
  // Packed here, and not in the base.
  const Tensor own = store.Packed(w, left, plain, Blocked()).value();
  EXPECT_EQ(base->packed_bytes(), 0);
  EXPECT_EQ(store.packed_bytes(), static_cast<int64_t>(given_.byte_size()));
  // Packed there, and shared.
  const Tensor shared = base->Packed(w, left, plain, Blocked()).value();
  EXPECT_EQ(std::memcmp(own.data(), shared.data(), own.byte_size()), 0);
  WeightStore other(base);
  EXPECT_EQ(other.Packed(w, left, plain, Blocked())->data(), shared.data());
  EXPECT_EQ(other.packed_bytes(), 0);
  EXPECT_THAT(other.Plain(w, left)->values<float>(), ElementsAreArray(elements_));
}

}  // namespace
}  // namespace reluserve::engine
