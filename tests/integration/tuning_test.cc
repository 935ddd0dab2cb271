// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tuning a model of a server, from the call to the file that the server goes by.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/child_process.h"
#include "tests/integration/server_process.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using test_support::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr uint32_t kRuns = 2;

TEST(TuningTest, TellsHowItGetsOnAndWhatItFound) {
  const auto server = ServerProcess::Start({});
  ASSERT_NE(server, nullptr);
  v1::TuneRequest request;
  request.set_model_name("digits");
  request.set_batch(3);
  request.set_runs(kRuns);
  uint32_t reports = 0;
  const auto result = server->NewClient().Tune(request, [&](const v1::TuneProgress& progress) {
    ++reports;
    EXPECT_GT(progress.runs_done(), 0u);
    EXPECT_LE(progress.runs_done(), progress.runs());
  });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(reports, 0u);
  EXPECT_EQ(result->tuning().model_fingerprint().size(), 16u);
  EXPECT_GT(result->time_by_rules().nanos(), 0);
  EXPECT_GT(result->time_tuned().nanos(), 0);
}

TEST(TuningTest, RefusesWhatItCannotTune) {
  const auto server = ServerProcess::Start({});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  const auto tune = [&](auto change) {
    v1::TuneRequest request;
    request.set_model_name("digits");
    request.set_runs(kRuns);
    change(request);
    return client.Tune(request, [](auto&&) {}).status();
  };
  EXPECT_TRUE(absl::IsNotFound(tune([](auto& request) { request.set_model_name("nope"); })));
  EXPECT_TRUE(absl::IsInvalidArgument(tune([](auto& request) { request.set_runs(1001); })));
  EXPECT_TRUE(absl::IsInvalidArgument(tune([](auto& request) { request.set_batch(1025); })));
  for (const int64_t extent : {int64_t{-1}, int64_t{7}, int64_t{1} << 40, int64_t{1} << 62}) {
    EXPECT_TRUE(absl::IsInvalidArgument(tune([&](auto& request) {
      auto* shape = request.add_input_shapes();
      for (const int64_t fixed : {int64_t{1}, int64_t{1}, int64_t{8}, extent}) {
        shape->add_extents(fixed);
      }
    }))) << extent;
  }
}

TEST(TuningTest, ReluctlWritesTheFile) {
  const auto server = ServerProcess::Start({});
  ASSERT_NE(server, nullptr);
  const TempDir dir;
  const auto tune = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {RELUCTL_BINARY, "tune", "digits", "--runs", "2",
                                         "--server", server->address()});
    return ChildProcess(arguments);
  };
  const std::string file = (dir.path() / "tuning.pbtxt").string();
  ChildProcess text = tune({"--save", file});
  EXPECT_EQ(text.Wait(), 0) << text.error_text();
  EXPECT_THAT(text.output(), AllOf(HasSubstr("by the rules"), HasSubstr("times as fast")));
  std::stringstream written;
  written << std::ifstream(file).rdbuf();
  EXPECT_THAT(written.str(),
              AllOf(HasSubstr("model_fingerprint: "), HasSubstr("onednn_version: ")));
  ChildProcess json = tune({"-o", "json"});
  EXPECT_EQ(json.Wait(), 0) << json.error_text();
  EXPECT_THAT(nlohmann::json::parse(json.output())["tuning"].get<std::string>(),
              HasSubstr("model_fingerprint: "));
  ChildProcess nowhere = tune({"--save", (dir.path() / "no" / "where").string()});
  EXPECT_EQ(nowhere.Wait(), 1);
  EXPECT_THAT(nowhere.error_text(), HasSubstr("cannot write"));
}

}  // namespace
}  // namespace reluserve::integration
