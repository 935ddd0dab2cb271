// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/state_file.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/sparsity/traces.h"

namespace reluserve::sparsity {
namespace {

using ::testing::HasSubstr;

absl::Time At(double seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

// A store with one model that has seen `batches` batches.
void Fill(SparsityStore& store, const std::shared_ptr<int>& loaded, int batches) {
  const auto counts = store.Get({"digits", 3, 99}, ReluLayers(1), loaded, At(5));
  for (int i = 0; i < batches; ++i) {
    ASSERT_TRUE(counts->Record({{LayerOf(10, {{3, 10}})}}, At(6)).ok());
  }
  ASSERT_TRUE(counts->SetBaseline(Window::kSinceLoad, At(7)).ok());
}

std::string Content(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

uint64_t SamplesOf(SparsityStore& store, const std::shared_ptr<int>& loaded) {
  const Reading reading =
      store.Get({"digits", 3, 99}, ReluLayers(1), loaded, At(50))->Read(Window::kSinceLoad, At(60));
  return reading.layer_count() == 0 ? 0 : reading.layer(0).samples();
}

class StateFileTest : public ::testing::Test {
 protected:
  test_support::TempDir directory_;
  std::shared_ptr<int> loaded_ = std::make_shared<int>();
};

TEST_F(StateFileTest, DecodesWhatItEncodes) {
  SparsityStore store;
  Fill(store, loaded_, 2);
  const auto models = DecodeState(EncodeState(store.Save()));
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 1u);
  const KeptModel& model = (*models)[0];
  const KeptModel original = store.Save()[0];
  EXPECT_EQ(ModelIdentityView(model.identity), ModelIdentityView(original.identity));
  EXPECT_EQ(model.layers, original.layers);
  EXPECT_EQ(model.saved.counts->channels, original.saved.counts->channels);
  EXPECT_EQ(model.saved.counts->counters, original.saved.counts->counters);
  EXPECT_EQ(model.saved.counts->since, At(5));
  EXPECT_EQ(model.saved.counts->extremes[0].min, original.saved.counts->extremes[0].min);
  EXPECT_EQ(model.saved.baseline->counters, original.saved.baseline->counters);
  EXPECT_EQ(model.saved.baseline_until, At(7));
}

TEST_F(StateFileTest, NoticesEveryChangedOrMissingByte) {
  SparsityStore store;
  Fill(store, loaded_, 1);
  const std::string good = EncodeState(store.Save());
  ASSERT_TRUE(DecodeState(good).ok());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    EXPECT_EQ(DecodeState(bad).status().code(), absl::StatusCode::kDataLoss) << "byte " << i;
    EXPECT_EQ(DecodeState(good.substr(0, i)).status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(DecodeState(good + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(StateFileTest, SavesAtTheEndAndRestoresAtTheStart) {
  {
    SparsityStore store;
    const auto saver = StateSaver::Start(directory_.path() / "new", absl::Hours(1), store);
    ASSERT_TRUE(saver.ok()) << saver.status();
    Fill(store, loaded_, 4);
  }
  SparsityStore store;
  const auto saver = StateSaver::Start(directory_.path() / "new", absl::Hours(1), store);
  ASSERT_TRUE(saver.ok()) << saver.status();
  EXPECT_EQ(SamplesOf(store, loaded_), 4u);
}

TEST_F(StateFileTest, SetsACorruptFileAside) {
  const std::filesystem::path file = directory_.path() / "sparsity.state";
  std::ofstream(file) << "RLSTATE1 but then nonsense";
  SparsityStore store;
  const auto saver = StateSaver::Start(directory_.path(), absl::Hours(1), store);
  ASSERT_TRUE(saver.ok()) << saver.status();
  EXPECT_EQ(SamplesOf(store, loaded_), 0u);
  EXPECT_EQ(Content(file.string() + ".corrupt"), "RLSTATE1 but then nonsense");
  EXPECT_TRUE(DecodeState(Content(file)).ok()) << "a good file is in its place";
}

TEST_F(StateFileTest, LeavesTheOldFileWhereAWriteWasCutOff) {
  const std::filesystem::path file = directory_.path() / "sparsity.state";
  SparsityStore store;
  Fill(store, loaded_, 2);
  ASSERT_TRUE(ReplaceFile(file, EncodeState(store.Save())).ok());
  // What a process that is killed while it writes leaves behind.
  std::ofstream(file.string() + ".new") << "RLST";
  SparsityStore next;
  const auto saver = StateSaver::Start(directory_.path(), absl::Hours(1), next);
  ASSERT_TRUE(saver.ok()) << saver.status();
  EXPECT_EQ(SamplesOf(next, loaded_), 2u);
}

TEST_F(StateFileTest, SaysWhereItCannotWrite) {
  std::ofstream(directory_.path() / "file") << "x";
  SparsityStore store;
  const auto saver = StateSaver::Start(directory_.path() / "file", absl::Hours(1), store);
  EXPECT_EQ(saver.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(saver.status().message()), HasSubstr("file"));
}

}  // namespace
}  // namespace reluserve::sparsity
