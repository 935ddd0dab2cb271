// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/sparsity_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sparsity/traces.h"

namespace reluserve::sparsity {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

absl::Time At(double seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

Trace SomeTrace() { return {{LayerOf(10, {{3, 10}})}}; }

uint64_t SamplesOf(ModelSparsity& counts) {
  const Reading reading = counts.Read(Window::kSinceLoad, At(1000));
  return reading.layer_count() == 0 ? 0 : reading.layer(0).samples();
}

class SparsityStoreTest : public ::testing::Test {
 protected:
  std::shared_ptr<ModelSparsity> Get(const ModelIdentity& identity) {
    return store_.Get(identity, ReluLayers(1), loaded_, At(0));
  }

  SparsityStore store_;
  std::shared_ptr<int> loaded_ = std::make_shared<int>();
};

TEST_F(SparsityStoreTest, KeepsModelsApart) {
  ASSERT_TRUE(Get({"a", 1, 7})->Record(SomeTrace(), At(1)).ok());
  EXPECT_EQ(SamplesOf(*Get({"a", 1, 7})), 1u);
  EXPECT_EQ(SamplesOf(*Get({"a", 2, 7})), 0u);
  EXPECT_EQ(SamplesOf(*Get({"b", 1, 7})), 0u);
  EXPECT_EQ(SamplesOf(*Get({"a", 1, 8})), 0u) << "another file under the same name";
}

TEST_F(SparsityStoreTest, GivesCountsBackToAModelThatIsLoadedAgain) {
  ASSERT_TRUE(Get({"a", 1, 7})->Record(SomeTrace(), At(1)).ok());
  loaded_ = std::make_shared<int>();
  Get({"b", 1, 9});  // makes room
  EXPECT_EQ(SamplesOf(*Get({"a", 1, 7})), 1u);
  EXPECT_EQ(store_.Save().size(), 2u);
}

TEST_F(SparsityStoreTest, RestoresToTheSameModelOnly) {
  ASSERT_TRUE(Get({"a", 1, 7})->Record(SomeTrace(), At(1)).ok());
  ASSERT_TRUE(Get({"b", 1, 7})->Record(SomeTrace(), At(1)).ok());

  SparsityStore next;
  next.Restore(store_.Save());
  EXPECT_EQ(SamplesOf(*next.Get({"a", 1, 7}, ReluLayers(1), loaded_, At(9))), 1u);
  EXPECT_EQ(SamplesOf(*next.Get({"a", 1, 8}, ReluLayers(1), loaded_, At(9))), 0u);
  EXPECT_EQ(SamplesOf(*next.Get({"b", 1, 7}, ReluLayers(2), loaded_, At(9))), 0u) << "other layers";
  EXPECT_EQ(next.Save().size(), 3u);
}

TEST_F(SparsityStoreTest, SavesWhatWasNotLoadedSince) {
  ASSERT_TRUE(Get({"a", 1, 7})->Record(SomeTrace(), At(1)).ok());
  SparsityStore next;
  next.Restore(store_.Save());
  ASSERT_EQ(next.Save().size(), 1u);
  EXPECT_EQ(ModelIdentityView(next.Save()[0].identity), (ModelIdentityView{"a", 1, 7}));
}

TEST_F(SparsityStoreTest, BoundsWhatItKeeps) {
  for (int i = 0; i < 200; ++i) {
    Get({fmt::format("model {}", i), 1, 7});
    loaded_ = std::make_shared<int>();
  }
  const std::vector<KeptModel> saved = store_.Save();
  EXPECT_EQ(saved.size(), SparsityStore::kMaxKeptModels + 1);
  EXPECT_EQ(saved.back().identity.name, "model 199");
}

TEST_F(SparsityStoreTest, KeepsTheLatestVersionsOfAModel) {
  Get({"other", 1, 7});
  loaded_ = std::make_shared<int>();
  for (int64_t version = 0; version < 10; ++version) {
    Get({"a", version, 7});
    loaded_ = std::make_shared<int>();
  }
  std::vector<std::pair<std::string, int64_t>> saved;
  for (const KeptModel& kept : store_.Save()) {
    saved.emplace_back(kept.identity.name, kept.identity.version);
  }
  EXPECT_THAT(saved, ElementsAre(Pair("other", 1), Pair("a", 5), Pair("a", 6), Pair("a", 7),
                                 Pair("a", 8), Pair("a", 9)));
}

}  // namespace
}  // namespace reluserve::sparsity
