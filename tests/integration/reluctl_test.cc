// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The command-line client against the real server.

#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/child_process.h"
#include "tests/integration/digits.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  int exit_code = 0;
  std::string output;
  std::string error;
};

Outcome RunReluctl(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {"LC_ALL=C.UTF-8"}) {
  std::vector<std::string> command = {RELUCTL_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess process(command, environment);
  Outcome run;
  run.exit_code = process.Wait();
  run.output = process.output();
  run.error = process.error_text();
  return run;
}

std::string Sample(const std::string& name) {
  return SOURCE_DIRECTORY "/client/samples/digit_" + name + ".png";
}

// A .npy file.
std::string NpyOf(const std::string& descr, const std::string& shape, const std::string& elements) {
  const std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  return "\x93NUMPY" + std::string{'\1', '\0', static_cast<char>(header.size()), '\0'} + header +
         elements;
}

class ReluctlTest : public BuiltinModelFixture {
 protected:
  Outcome Reluctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--server", server().address()});
    return RunReluctl(arguments);
  }

  // The JSON that a command prints.
  nlohmann::json ReluctlJson(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--output", "json"});
    const Outcome run = Reluctl(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.error;
    return nlohmann::json::parse(run.output, nullptr, false);
  }
};

TEST_F(ReluctlTest, Models) {
  const Outcome run = Reluctl({"models"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output,
              AllOf(StartsWith("NAME"), HasSubstr("digits"), HasSubstr("ready"),
                    HasSubstr("image FP32 [?,1,8,8]"), HasSubstr("logits FP32 [?,10]")));
  const nlohmann::json json = ReluctlJson({"models"});
  ASSERT_EQ(json["models"].size(), 1);
  EXPECT_EQ(json["models"][0]["name"], "digits");
  EXPECT_EQ(json["models"][0]["activation_layers"], 7);
}

TEST_F(ReluctlTest, ServerFromTheEnvironment) {
  const Outcome run = RunReluctl({"models"}, {"RELUCTL_SERVER=" + server().address()});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output, HasSubstr("digits"));
}

TEST_F(ReluctlTest, Health) {
  EXPECT_EQ(Reluctl({"health"}).output, "server serving\n");
  EXPECT_EQ(Reluctl({"health", "digits"}).output, "digits serving\n");
  EXPECT_EQ(ReluctlJson({"health", "digits"}),
            nlohmann::json({{"name", "digits"}, {"serving", true}}));
  const Outcome unknown = Reluctl({"health", "nothing"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.error, StartsWith("reluctl: NOT_FOUND"));
}

TEST_F(ReluctlTest, InferImages) {
  const Outcome run =
      Reluctl({"infer", "digits", Sample("7_2"), Sample("4_12"), "--truth-from-name"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output,
              AllOf(StartsWith("INPUT"), HasSubstr("7      right"), HasSubstr("4      right"),
                    HasSubstr("2 of 2 right"), HasSubstr("stem/relu"), HasSubstr("block3/relu2"),
                    HasSubstr("█"), Not(HasSubstr("\x1b"))));
}

TEST_F(ReluctlTest, PlainTextWhereTheLocaleIsNotUtf8) {
  const Outcome run = RunReluctl(
      {"infer", "digits", Sample("7_2"), "--sparsity", "channels", "--server", server().address()},
      {"LC_ALL=C"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output, HasSubstr("##"));
  for (const char c : run.output) {
    ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << run.output;
  }
}

TEST_F(ReluctlTest, InferNpyAndRawGiveTheSameAsTheApi) {
  const std::span<const Digit> digits = std::span(Digits()).first(4);
  const test_support::TempDir directory;
  const std::string npy =
      directory.Write("batch.npy", NpyOf("<f4", "(4, 1, 8, 8)", InputBytes(digits)));
  const std::string raw = directory.Write("batch.raw", InputBytes(digits));
  const auto expected = client().ModelInfer(InferRequest(digits));
  ASSERT_TRUE(expected.ok()) << expected.status();
  const std::vector<float> logits = Floats(expected->raw_output_contents(0));

  const std::vector<std::vector<std::string>> inputs = {
      {npy}, {raw}, {"--input", "image=" + npy}, {raw, "--shape", "4,1,8,8"}};
  for (const std::vector<std::string>& input : inputs) {
    std::vector<std::string> command = {"infer", "digits"};
    command.insert(command.end(), input.begin(), input.end());
    const nlohmann::json json = ReluctlJson(command);
    SCOPED_TRACE(json.dump());
    const nlohmann::json& output = json["requests"][0]["outputs"][0];
    EXPECT_EQ(output["shape"], nlohmann::json({4, 10}));
    EXPECT_EQ(output["data"].get<std::vector<float>>(), logits);
    EXPECT_EQ(json["requests"][0]["classifications"].size(), 4);
    EXPECT_EQ(json["requests"][0]["layers"].size(), 7);
  }
}

TEST_F(ReluctlTest, InferRandomFollowsTheSeed) {
  const auto run = [this](const std::string& seed) {
    return ReluctlJson(
        {"infer", "digits", "--random", "--batch", "3", "--seed", seed, "--sparsity", "channels"});
  };
  const nlohmann::json first = run("5");
  EXPECT_EQ(first["requests"][0]["outputs"][0]["shape"], nlohmann::json({3, 10}));
  EXPECT_EQ(first["requests"][0]["layers"][0]["channels"]["inactive"].size(), 16);
  EXPECT_EQ(first, run("5"));
  EXPECT_NE(first, run("6"));
}

TEST_F(ReluctlTest, InferWithoutClassesShowsOutputs) {
  const Outcome run =
      Reluctl({"infer", "digits", "--random", "--top-k", "0", "--sparsity", "none"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output, AllOf(HasSubstr("logits"), HasSubstr("[1,10]"), HasSubstr("MEAN"),
                                Not(HasSubstr("SPARSITY"))));
}

TEST_F(ReluctlTest, Describe) {
  const Outcome run = Reluctl({"describe", "digits", "--batch", "2", "--graph", "both"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output, AllOf(StartsWith("MODEL"), HasSubstr("STEP"), HasSubstr("stem/relu"),
                                HasSubstr("[2,1,8,8]"), HasSubstr("GRAPH BEFORE"),
                                HasSubstr("GRAPH AFTER"), HasSubstr("BatchNormalization")));
  const nlohmann::json by_batch = ReluctlJson({"describe", "digits", "--batch", "2"});
  const nlohmann::json by_shape = ReluctlJson({"describe", "digits", "--shape", "image=2,1,8,8"});
  EXPECT_EQ(by_batch, by_shape);
  EXPECT_GT(by_batch["macs"], 0);
  EXPECT_FALSE(by_batch["steps"].empty());
}

TEST_F(ReluctlTest, FailuresAreOneLineAndExitOne) {
  const test_support::TempDir directory;
  const std::string garbage = directory.Write("garbage.bin", "not a tensor");
  const std::string wrong_type = directory.Write("wrong.npy", NpyOf("|u1", "(1,)", "a"));
  const std::vector<std::pair<std::vector<std::string>, std::string>> rows = {
      {{"describe", "nothing"}, "NOT_FOUND"},
      {{"describe", "digits", "--model-version", "9"}, "NOT_FOUND"},
      {{"infer", "nothing", "--random"}, "NOT_FOUND"},
      {{"infer", "digits", "/nowhere.png"}, "/nowhere.png"},
      {{"infer", "digits", garbage}, "garbage.bin: 12 bytes, expected"},
      {{"infer", "digits", wrong_type}, "wrong.npy"},
      {{"infer", "digits", "--input", "imgae=" + garbage}, "imgae"},
      {{"infer", "digits", "--random", "--shape", "1,8,8"}, "INVALID_ARGUMENT"},
      {{"infer", "digits", "--random", "--shape", "imgae=1,1,8,8"}, "imgae"},
      {{"infer", "digits", SOURCE_DIRECTORY "/LICENSE", "--truth-from-name"}, "LICENSE"},
  };
  for (const auto& [arguments, message] : rows) {
    SCOPED_TRACE(message);
    const Outcome run = Reluctl(arguments);
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.output, IsEmpty());
    EXPECT_THAT(run.error, AllOf(StartsWith("reluctl: "), HasSubstr(message)));
    EXPECT_EQ(run.error.find('\n'), run.error.size() - 1) << run.error;
  }
}

TEST(ReluctlUsageTest, WrongUsageExitsTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> rows = {
      {{}, "A command is required"},
      {{"frobnicate"}, "frobnicate"},
      {{"infer"}, "MODEL"},
      {{"infer", "digits"}, "FILES"},
      {{"infer", "digits", "a.png", "--random"}, "expected one of"},
      {{"infer", "digits", "a.png", "--batch", "2"}, "--random"},
      {{"infer", "digits", "--random", "--batch", "0"}, "--batch"},
      {{"infer", "digits", "--random", "--shape", "1x2"}, "1x2"},
      {{"infer", "digits", "--random", "--sparsity", "pixels"}, "pixels"},
      {{"infer", "digits", "--input", "a.png"}, "NAME=FILE"},
      {{"models", "--output", "xml"}, "xml"},
      {{"models", "--timeout", "0"}, "--timeout"},
      {{"describe", "digits", "--graph", "middle"}, "middle"},
  };
  for (const auto& [arguments, message] : rows) {
    const Outcome run = RunReluctl(arguments);
    EXPECT_EQ(run.exit_code, 2) << message;
    EXPECT_THAT(run.output, IsEmpty());
    EXPECT_THAT(run.error, AllOf(StartsWith("reluctl: "), HasSubstr(message)));
  }
}

TEST(ReluctlUsageTest, HelpAndVersionExitZero) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"models", "--help"},
                                             {"health", "--help"},
                                             {"infer", "--help"},
                                             {"describe", "--help"}}) {
    const Outcome run = RunReluctl(arguments);
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.output, AllOf(HasSubstr("Usage"), HasSubstr("xample")));
  }
  EXPECT_THAT(RunReluctl({"--version"}).output, StartsWith("reluctl "));
}

TEST(ReluctlUsageTest, NoServerIsUnavailable) {
  // Nothing listens on port 1.
  const Outcome run = RunReluctl({"models", "--server", "127.0.0.1:1", "--timeout", "20"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.error, StartsWith("reluctl: UNAVAILABLE"));
}

TEST(ReluctlRepositoryTest, HealthOfABrokenModelExitsFour) {
  const test_support::TempDir repository;
  repository.Write("broken/1/model.onnx", "not a model");
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const Outcome run = RunReluctl({"health", "broken", "--server", server->address()});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_EQ(run.output, "broken not serving\n");
  const Outcome models = RunReluctl({"models", "--server", server->address()});
  EXPECT_EQ(models.exit_code, 0);
  EXPECT_THAT(models.output, HasSubstr("broken 1 is not ready: "));
}

}  // namespace
}  // namespace reluserve::integration
