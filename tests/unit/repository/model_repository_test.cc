// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_repository.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::repository {
namespace {

using test_support::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

absl::StatusOr<std::unique_ptr<ModelRepository>> Open(const std::filesystem::path& path,
                                                      ControlMode mode = ControlMode::kNone,
                                                      std::vector<std::string> load_models = {}) {
  RepositoryOptions options;
  options.path = path;
  options.control_mode = mode;
  options.load_models = std::move(load_models);
  return ModelRepository::Create(options);
}

TEST(ModelRepositoryTest, ServesTheBuiltinModel) {
  const auto repository = Open("");
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_TRUE((*repository)->ready());
  const auto model = (*repository)->Find("digits", "");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->version(), 1);
  EXPECT_EQ((*model)->labels().size(), 10u);
}

TEST(ModelRepositoryTest, ServesTheNewestVersion) {
  const TempDir dir;
  dir.Write("m/9/model.onnx", SumBytes());
  dir.Write("m/10/model.onnx", ReluBytes());
  dir.Write("m/labels.txt", "cat\ndog\nowl\n");
  const auto repository = Open(dir.path());
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_TRUE((*repository)->ready());
  for (const char* version : {"", "10"}) {
    const auto model = (*repository)->Find("m", version);
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ((*model)->version(), 10);
    EXPECT_EQ((*model)->inputs()[0].name, "x");
    EXPECT_THAT((*model)->labels(), ElementsAre("cat", "dog", "owl"));
  }
}

TEST(ModelRepositoryTest, SaysWhatThereIsInstead) {
  const TempDir dir;
  dir.Write("one/3/model.onnx", ReluBytes());
  dir.Write("two/1/model.onnx", SumBytes());
  const auto repository = Open(dir.path());
  ASSERT_TRUE(repository.ok()) << repository.status();
  const absl::Status model = (*repository)->Find("three", "").status();
  EXPECT_EQ(model.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(model), HasSubstr("there is no model \"three\"; this server has one, two"));
  for (const char* version : {"1", "03", "3.0", "latest", "../3"}) {
    const absl::Status status = (*repository)->Find("one", version).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << version;
    EXPECT_THAT(Message(status), HasSubstr("this server has version 3"));
  }
  // Names are compared, never looked up in the file system.
  EXPECT_EQ((*repository)->Find("one/../two", "").status().code(), absl::StatusCode::kNotFound);
}

TEST(ModelRepositoryTest, ServesTheOthersWhereOneIsBroken) {
  const TempDir dir;
  dir.Write("broken/1/model.onnx", "not a model");
  dir.Write("empty/labels.txt", "cat\n");
  dir.Write("fine/1/model.onnx", ReluBytes());
  dir.Write("mislabelled/1/model.onnx", ReluBytes());
  dir.Write("mislabelled/labels.txt", "cat\n");
  dir.Write("older/1/model.onnx", ReluBytes());
  dir.Write("older/2/other.onnx", ReluBytes());
  const auto repository = Open(dir.path());
  ASSERT_TRUE(repository.ok()) << repository.status();
  EXPECT_FALSE((*repository)->ready());
  EXPECT_TRUE((*repository)->Find("fine", "").ok());
  const std::pair<const char*, const char*> reasons[] = {
      {"broken", "model \"broken\" is not ready: "},
      {"empty", "has no version: expected"},
      {"mislabelled", "labels.txt has 1 labels"},
      {"older", "there is no file"},
  };
  for (const auto& [name, reason] : reasons) {
    const absl::Status status = (*repository)->Find(name, "").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << name;
    EXPECT_THAT(Message(status), HasSubstr(reason));
  }
}

TEST(ModelRepositoryTest, RefusesADirectoryWithoutModels) {
  const TempDir dir;
  dir.Write("README", "nothing else");
  const absl::Status status = Open(dir.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(status), HasSubstr("holds no model: expected"));
}

// "m 2 READY", with the reason where there is one.
std::vector<std::string> IndexText(const ModelRepository& repository, bool ready_only = false) {
  std::vector<std::string> lines;
  for (const IndexEntry& entry : repository.Index(ready_only)) {
    lines.push_back(fmt::format("{} {} {}{}{}", entry.name, entry.version, Name(entry.state),
                                entry.reason.empty() ? "" : ": ", entry.reason));
    EXPECT_EQ(entry.model != nullptr, entry.state == ModelState::kReady) << lines.back();
  }
  return lines;
}

TEST(ModelRepositoryTest, LoadsAndUnloadsOnRequest) {
  const TempDir dir;
  dir.Write("a/1/model.onnx", ReluBytes());
  dir.Write("b/1/model.onnx", SumBytes());
  const auto created = Open(dir.path(), ControlMode::kExplicit, {"a"});
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  EXPECT_TRUE(repository.ready());
  EXPECT_THAT(IndexText(repository), ElementsAre("a 1 READY", "b 0 UNAVAILABLE: not loaded"));
  EXPECT_EQ(repository.Find("b", "").status().code(), absl::StatusCode::kNotFound);

  EXPECT_EQ(repository.Load("b"), absl::OkStatus());
  EXPECT_THAT(IndexText(repository), ElementsAre("a 1 READY", "b 1 READY"));
  EXPECT_THAT(IndexText(repository, /*ready_only=*/true), ElementsAre("a 1 READY", "b 1 READY"));

  // A request in flight keeps its model.
  auto handle = repository.Find("a", "").value();
  EXPECT_EQ(repository.Unload("a"), absl::OkStatus());
  EXPECT_EQ(IndexText(repository)[0], "a 1 UNLOADING: answering its last requests");
  EXPECT_EQ(handle->inputs()[0].name, "x");
  handle.reset();
  EXPECT_EQ(IndexText(repository)[0], "a 1 UNAVAILABLE: unloaded");
  const absl::Status gone = repository.Find("a", "").status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(gone), HasSubstr("unloaded"));
  EXPECT_TRUE(repository.ready()) << "a model that was unloaded on request is not missed";

  EXPECT_EQ(repository.Load("a"), absl::OkStatus());
  EXPECT_TRUE(repository.Find("a", "1").ok());
  EXPECT_EQ(repository.Load("../a").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(repository.Unload("c").code(), absl::StatusCode::kNotFound);
}

TEST(ModelRepositoryTest, LoadsEveryModelOrNamesTheOneThatIsNotThere) {
  const TempDir dir;
  dir.Write("a/1/model.onnx", ReluBytes());
  dir.Write("b/1/model.onnx", SumBytes());
  const auto all = Open(dir.path(), ControlMode::kExplicit, {"*"});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(IndexText(**all), ElementsAre("a 1 READY", "b 1 READY"));
  const auto wrong = Open(dir.path(), ControlMode::kExplicit, {"a", "c"});
  EXPECT_EQ(wrong.status(), absl::NotFoundError("there is no model \"c\" in the repository"));
}

TEST(ModelRepositoryTest, RefusesRequestsToLoadUnlessToldSo) {
  const TempDir dir;
  dir.Write("a/1/model.onnx", ReluBytes());
  for (const ControlMode mode : {ControlMode::kNone, ControlMode::kPoll}) {
    const auto repository = Open(dir.path(), mode);
    ASSERT_TRUE(repository.ok()) << repository.status();
    for (const absl::Status& status : {(*repository)->Load("a"), (*repository)->Unload("a")}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
      EXPECT_THAT(Message(status), HasSubstr("--model-control-mode explicit"));
    }
    EXPECT_TRUE((*repository)->Find("a", "").ok());
  }
}

TEST(ModelRepositoryTest, KeepsTheOldVersionWhereTheNewOneIsBroken) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kExplicit, {"*"});
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;

  dir.Write("m/2/model.onnx", SumBytes().substr(0, 40));
  const absl::Status refused = repository.Load("m");
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(refused), HasSubstr("model \"m\" version 2: "));
  EXPECT_EQ(repository.Find("m", "").value()->version(), 1);
  EXPECT_TRUE(repository.ready());
  EXPECT_EQ(repository.Find("m", "2").status().code(), absl::StatusCode::kUnavailable);
  const std::vector<std::string> index = IndexText(repository);
  ASSERT_EQ(index.size(), 2u);
  EXPECT_EQ(index[0], "m 1 READY");
  EXPECT_THAT(index[1], HasSubstr("m 2 UNAVAILABLE: "));

  const auto old = repository.Find("m", "").value();
  dir.Write("m/2/model.onnx", SumBytes());
  EXPECT_EQ(repository.Load("m"), absl::OkStatus());
  EXPECT_EQ(repository.Find("m", "").value()->version(), 2);
  EXPECT_THAT(IndexText(repository),
              ElementsAre("m 1 UNLOADING: answering its last requests", "m 2 READY"));
  EXPECT_EQ(old->version(), 1);
}

TEST(ModelRepositoryTest, KeepsTheOldFilesOfAVersionWhereTheNewOnesAreBroken) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kExplicit, {"*"});
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  const auto first = repository.Find("m", "").value();
  EXPECT_EQ(repository.Load("m"), absl::OkStatus());
  EXPECT_EQ(repository.Find("m", "").value(), first) << "nothing changed, so nothing was loaded";

  dir.Write("m/1/model.onnx", "not a model");
  EXPECT_FALSE(repository.Load("m").ok());
  EXPECT_EQ(repository.Find("m", "").value(), first);
  EXPECT_THAT(IndexText(repository), ElementsAre(HasSubstr("m 1 READY: newer files were refused")));

  dir.Write("m/1/model.onnx", SumBytes());
  EXPECT_EQ(repository.Load("m"), absl::OkStatus());
  EXPECT_EQ(repository.Find("m", "").value()->inputs()[0].name, "a");
  EXPECT_EQ(first->inputs()[0].name, "x");
  EXPECT_THAT(IndexText(repository), ElementsAre("m 1 READY"));
}

TEST(ModelRepositoryTest, PollsUntilFilesStayTheSame) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kPoll);
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  const std::string whole = SumBytes();
  for (const size_t copied : {whole.size() / 3, whole.size() / 2, whole.size()}) {
    dir.Write("m/2/model.onnx", whole.substr(0, copied));
    repository.Poll();
    EXPECT_THAT(IndexText(repository), ElementsAre("m 1 READY")) << copied << " bytes";
  }
  repository.Poll();
  EXPECT_THAT(IndexText(repository), ElementsAre("m 2 READY"));
  const auto model = repository.Find("m", "").value();
  repository.Poll();
  EXPECT_EQ(repository.Find("m", "").value(), model) << "nothing changed, so nothing was loaded";
}

TEST(ModelRepositoryTest, ReportsAHalfCopiedVersionAndLoadsItWhenItIsWhole) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kPoll);
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  dir.Write("m/2/model.onnx", SumBytes().substr(0, 40));
  repository.Poll();
  repository.Poll();
  const std::vector<std::string> index = IndexText(repository);
  ASSERT_EQ(index.size(), 2u);
  EXPECT_EQ(index[0], "m 1 READY");
  EXPECT_THAT(index[1], HasSubstr("m 2 UNAVAILABLE: "));
  dir.Write("m/2/model.onnx", SumBytes());
  repository.Poll();
  repository.Poll();
  EXPECT_THAT(IndexText(repository), ElementsAre("m 2 READY"));
}

TEST(ModelRepositoryTest, FollowsModelsThatComeAndGo) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kPoll);
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  dir.Write("n/1/model.onnx", SumBytes());
  repository.Poll();
  repository.Poll();
  EXPECT_THAT(IndexText(repository), ElementsAre("m 1 READY", "n 1 READY"));

  // Replaced by renaming, it is missing for a moment.
  std::filesystem::rename(dir.path() / "m", dir.path() / ".m");
  repository.Poll();
  EXPECT_TRUE(repository.Find("m", "").ok());
  repository.Poll();
  EXPECT_THAT(IndexText(repository), ElementsAre("m 1 UNAVAILABLE: unloaded", "n 1 READY"));

  // A repository that cannot be read takes nothing out of service.
  std::filesystem::rename(dir.path() / "n", dir.path() / ".n");
  std::filesystem::rename(dir.path(), dir.path().string() + ".away");
  for (int i = 0; i < 3; ++i) repository.Poll();
  EXPECT_TRUE(repository.Find("n", "").ok());
  std::filesystem::rename(dir.path().string() + ".away", dir.path());
}

TEST(ModelRepositoryTest, ServesFilesThatComeWithTheRequest) {
  const TempDir dir;
  dir.Write("m/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kExplicit, {"*"});
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  EXPECT_EQ(repository.Load("m", {"", {{"5/model.onnx", SumBytes()}}}), absl::OkStatus());
  EXPECT_THAT(IndexText(repository), ElementsAre("m 5 READY"));
  EXPECT_EQ(repository.Load("new", {"", {{"1/model.onnx", ReluBytes()}}}), absl::OkStatus());
  EXPECT_TRUE(repository.Find("new", "").ok());
  // Without them, what is on disk is served again.
  EXPECT_EQ(repository.Load("m"), absl::OkStatus());
  EXPECT_EQ(repository.Find("m", "").value()->version(), 1);
  EXPECT_EQ(repository.Load("bad/name", {"", {{"1/model.onnx", ReluBytes()}}}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ModelRepositoryTest, TellsWhenReadinessChanges) {
  const TempDir dir;
  dir.Write("a/1/model.onnx", ReluBytes());
  dir.Write("b/1/model.onnx", "not a model");
  const auto created = Open(dir.path(), ControlMode::kExplicit, {"*"});
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  std::vector<std::string> heard;
  repository.SetListener([&](const std::string& model, bool model_ready, bool ready) {
    heard.push_back(fmt::format("{} {} {}", model, model_ready, ready));
  });
  EXPECT_THAT(heard, ElementsAre("a true false", "b false false"));
  heard.clear();
  dir.Write("b/1/model.onnx", ReluBytes());
  EXPECT_EQ(repository.Load("b"), absl::OkStatus());
  EXPECT_EQ(heard.back(), "b true true");
  EXPECT_TRUE(repository.ready());
  EXPECT_EQ(repository.Unload("b"), absl::OkStatus());
  EXPECT_EQ(heard.back(), "b false true");
  EXPECT_EQ(repository.IsReady("a", "").value(), true);
  repository.Stop();
  EXPECT_FALSE(repository.ready());
  EXPECT_EQ(repository.IsReady("a", "").value(), false);
  EXPECT_TRUE(repository.Find("a", "").ok()) << "what arrives now is still answered";
}

TEST(ModelRepositoryTest, AModelThatComesLaterAndIsBrokenTakesNothingOutOfService) {
  const TempDir dir;
  dir.Write("a/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kPoll);
  ASSERT_TRUE(created.ok()) << created.status();
  dir.Write("b/1/model.onnx", "not a model");
  (*created)->Poll();
  (*created)->Poll();
  EXPECT_EQ((*created)->Find("b", "").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE((*created)->ready());
}

TEST(ModelRepositoryTest, FindsBatchSizesWhileModelsServe) {
  const TempDir dir;
  dir.Write("a/1/model.onnx", ReluBytes());
  dir.Write("b/1/model.onnx", SumBytes());
  const auto created = Open(dir.path(), ControlMode::kExplicit, {"a"});
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  EXPECT_EQ(repository.Load("b"), absl::OkStatus());
  for (const char* name : {"a", "b"}) {
    const auto model = repository.Find(name, "").value();
    while (!model->run_sizes_found()) std::this_thread::yield();
    EXPECT_EQ(model->run_sizes().front(), 1);
    EXPECT_EQ(model->run_sizes().back(), model->batching().max_batch_size);
  }
}

// However far the search for its batch sizes has come.
TEST(ModelRepositoryTest, UnloadsAModelThatIsBeingTried) {
  const TempDir dir;
  dir.Write("a/1/model.onnx", ReluBytes());
  const auto created = Open(dir.path(), ControlMode::kExplicit);
  ASSERT_TRUE(created.ok()) << created.status();
  ModelRepository& repository = **created;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(repository.Load("a"), absl::OkStatus());
    EXPECT_THAT(IndexText(repository), ElementsAre("a 1 READY"));
    for (int spin = 0; spin < i * 100; ++spin) std::this_thread::yield();
    EXPECT_EQ(repository.Unload("a"), absl::OkStatus());
    EXPECT_THAT(IndexText(repository), ElementsAre("a 1 UNAVAILABLE: unloaded"));
  }
}

TEST(ModelRepositoryTest, HandlesMayOutliveIt) {
  auto repository = Open("");
  ASSERT_TRUE(repository.ok()) << repository.status();
  auto handle = (*repository)->Find("digits", "").value();
  repository->reset();
  EXPECT_EQ(handle->name(), "digits");
  handle.reset();
}

}  // namespace
}  // namespace reluserve::repository
