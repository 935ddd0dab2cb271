// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/node_recycler.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::batching {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::Pointee;

TEST(NodeRecyclerTest, PutsANodeToUseInAnotherMap) {
  using Map = std::map<int, std::unique_ptr<std::string>>;
  Map first;
  Map second;
  NodeRecycler<Map> nodes;
  nodes.Insert(first, 2, std::make_unique<std::string>("two"));
  nodes.Insert(first, 1, std::make_unique<std::string>("one"));
  const void* node = &*first.find(2);
  EXPECT_EQ(*nodes.Remove(first, first.find(2)), "two");
  EXPECT_THAT(first, ElementsAre(Pair(1, Pointee(std::string("one")))));
  nodes.Insert(second, 3, std::make_unique<std::string>("three"));
  EXPECT_THAT(second, ElementsAre(Pair(3, Pointee(std::string("three")))));
  EXPECT_EQ(&*second.begin(), node);
}

TEST(NodeRecyclerTest, KeepsEqualKeysInTheOrderTheyCame) {
  using Map = std::multimap<int, char>;
  Map map;
  NodeRecycler<Map> nodes;
  nodes.Insert(map, 7, 'x');
  EXPECT_EQ(nodes.Remove(map, map.begin()), 'x');
  for (const char value : {'a', 'b', 'c'}) nodes.Insert(map, 7, value);
  EXPECT_THAT(map, ElementsAre(Pair(7, 'a'), Pair(7, 'b'), Pair(7, 'c')));
}

}  // namespace
}  // namespace reluserve::batching
