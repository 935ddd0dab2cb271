// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The load generator in real time, against a server that answers when it is told to. A busy machine
// makes everything later and nothing earlier, so what is expected here are counts and lower bounds;
// that figures are exact is shown in virtual time, by unit/client/load/driver_test.cc.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "client/load/execute.h"
#include "tests/integration/child_process.h"
#include "tests/integration/scheduled_server.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

load::RunResult RunAgainst(const ScheduledServer& server, const load::Stage& stage) {
  load::RunOptions options;
  options.endpoints = {server.address()};
  options.timeout = kPatience;
  options.models = {{.name = "scheduled"}};
  options.arrivals = load::ArrivalKind::kConstant;
  options.stages = {stage};
  const auto run =
      load::Execute(options, {.on_progress = [](auto&&...) {}, .on_stage = [](auto&&) {}});
  EXPECT_TRUE(run.ok()) << run.status();
  return run.ok() ? *run : load::RunResult();
}

TEST(LoadGeneratorTest, OpenLoopSeesTheStallThatHeldRequestsBack) {
  // From 200 to 700 ms after its first request the server answers nothing.
  static constexpr nanoseconds kUsual = milliseconds(5);
  ScheduledServer server([](int64_t, nanoseconds since_first) -> ScheduledAnswer {
    const bool stalled = since_first >= milliseconds(200) && since_first < milliseconds(700);
    return {.delay = stalled ? std::max(kUsual, milliseconds(700) - since_first) : kUsual};
  });
  const load::RunResult run = RunAgainst(
      server, load::OpenStage(200, {.duration = seconds(1), .window = milliseconds(100)}));
  ASSERT_EQ(run.stages.size(), 1);
  const load::Tally& total = run.stages[0].measurement.total;
  EXPECT_EQ(total.ok, 200);
  EXPECT_EQ(server.arrived(), 200);
  EXPECT_EQ(total.failed(), 0);
  // The 100 requests due during the stall had to wait for its end: half of all took longer than the
  // other half's 5 ms, a quarter 250 ms or more, and the first of them half a second.
  EXPECT_GE(total.latency.min(), kUsual);
  EXPECT_GE(total.latency.Percentile(76), milliseconds(240));
  EXPECT_GE(total.latency.Percentile(95), milliseconds(420));
  EXPECT_GE(total.latency.max(), milliseconds(490));
}

TEST(LoadGeneratorTest, ClosedLoopSeesEachAnswersOwnTime) {
  // Every tenth answer takes 100 ms, others 10 ms.
  ScheduledServer server([](int64_t number, nanoseconds) -> ScheduledAnswer {
    return {.delay = milliseconds(number % 10 == 9 ? 100 : 10)};
  });
  load::MeasureOptions measure = {.duration = seconds(3600), .window = seconds(1)};
  measure.count = 200;
  const load::RunResult run = RunAgainst(server, load::ClosedStage(4, measure));
  ASSERT_EQ(run.stages.size(), 1);
  const load::Tally& total = run.stages[0].measurement.total;
  EXPECT_EQ(total.ok, 200);
  EXPECT_EQ(server.arrived(), 200);
  EXPECT_GE(total.latency.min(), milliseconds(10));
  EXPECT_GE(total.latency.Percentile(90.5), milliseconds(100));
  // 4 callers, each busy for 19 ms on average.
  EXPECT_LE(run.stages[0].measurement.throughput, 4 / 0.018);
  EXPECT_GT(run.stages[0].generator_cpu, 0);
}

struct Outcome {
  int exit_code = 0;
  std::string output;
  std::string error;
};

Outcome RunLoad(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {RELUCTL_BINARY, "load"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess process(command, {"LC_ALL=C.UTF-8"});
  Outcome outcome;
  outcome.exit_code = process.Wait();
  outcome.output = process.output();
  outcome.error = process.error_text();
  return outcome;
}

std::string ContentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST(LoadCommandTest, SweepsAndWritesReportsThatCompare) {
  ScheduledServer server(
      [](int64_t, nanoseconds) -> ScheduledAnswer { return {.delay = milliseconds(2)}; });
  const test_support::TempDir directory;
  const std::string saved = directory.path() / "run.json";
  const std::string csv = directory.path() / "run.csv";
  const std::string html = directory.path() / "run.html";
  const Outcome run =
      RunLoad({"scheduled", "--server", server.address(), "-c", "1,3", "-n", "60", "--warmup", "0",
               "--slo", "errors=0", "--save", saved, "--csv", csv, "--html", html});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output, AllOf(StartsWith("LOAD"), HasSubstr("concurrency 1"),
                                HasSubstr("concurrency 3"), HasSubstr("kept")));
  EXPECT_THAT(run.error, AllOf(HasSubstr("concurrency 1: "), HasSubstr("0 failed")));
  EXPECT_EQ(server.arrived(), 120);
  EXPECT_THAT(ContentOf(csv), HasSubstr("\nconcurrency 3,closed,3,"));
  EXPECT_THAT(ContentOf(html), HasSubstr("Latency over throughput"));
  const auto json = nlohmann::json::parse(ContentOf(saved), nullptr, false);
  EXPECT_EQ(json["stages"][1]["requests"]["ok"], 60);

  const Outcome compared = RunLoad({"compare", saved, saved});
  EXPECT_EQ(compared.exit_code, 0) << compared.error;
  EXPECT_THAT(compared.output, HasSubstr("+0.0%"));
}

TEST(LoadCommandTest, RetriesAtAnotherEndpointAndCountsFailures) {
  ScheduledServer refusing([](int64_t, nanoseconds) -> ScheduledAnswer {
    return {.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining")};
  });
  ScheduledServer answering([](int64_t, nanoseconds) -> ScheduledAnswer { return {}; });
  const std::vector<std::string> common = {"scheduled",
                                           "-e",
                                           answering.address(),
                                           "-e",
                                           refusing.address(),
                                           "-c",
                                           "2",
                                           "-n",
                                           "40",
                                           "--warmup",
                                           "0",
                                           "--slo",
                                           "errors=0",
                                           "-q"};
  std::vector<std::string> with_retries = common;
  with_retries.insert(with_retries.end(), {"--retries", "3", "-o", "json"});
  const Outcome kept = RunLoad(with_retries);
  EXPECT_EQ(kept.exit_code, 0) << kept.error;
  EXPECT_THAT(kept.error, IsEmpty());
  const auto json = nlohmann::json::parse(kept.output, nullptr, false);
  EXPECT_EQ(json["stages"][0]["requests"]["ok"], 40);
  EXPECT_GE(json["stages"][0]["requests"]["retries"], 1);
  EXPECT_EQ(json["stages"][0]["by_endpoint"][0]["ok"], 40);
  EXPECT_EQ(json["stages"][0]["by_endpoint"][1]["ok"], 0);

  const Outcome missed = RunLoad(common);
  EXPECT_EQ(missed.exit_code, 3) << missed.error;
  EXPECT_THAT(missed.output, AllOf(HasSubstr("missed errors"), HasSubstr("UNAVAILABLE"),
                                   HasSubstr("first: draining")));
}

TEST(LoadCommandTest, SearchesForARate) {
  ScheduledServer server(
      [](int64_t, nanoseconds) -> ScheduledAnswer { return {.delay = milliseconds(1)}; });
  // A single request, which has two seconds to be answered in time.
  const Outcome run =
      RunLoad({"scheduled", "--server", server.address(), "--find-max-rate", "0.5:0.5", "--slo",
               "p99=50s,errors=0", "-d", "2s", "--warmup", "0", "--arrivals", "constant"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.output, HasSubstr("0.5/s, the end of the range"));
  const Outcome none = RunLoad({"scheduled", "--server", server.address(), "--find-max-rate",
                                "20:40", "--slo", "p99=1us", "-d", "300ms", "--warmup", "0"});
  EXPECT_EQ(none.exit_code, 3) << none.error;
  EXPECT_THAT(none.output, HasSubstr("No rate kept the objectives: 20/s missed them"));
}

TEST(LoadCommandTest, FailuresAreOneLine) {
  ScheduledServer server([](int64_t, nanoseconds) -> ScheduledAnswer { return {}; });
  const test_support::TempDir directory;
  const std::string not_a_run = directory.Write("not_a_run.json", "{}");
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
    std::string message;
  };
  const std::vector<Row> rows = {
      {{}, 2, "MODEL is required"},
      {{"scheduled", "-c", "0"}, 2, "--concurrency"},
      {{"scheduled", "-c", "1.5"}, 2, "not a whole number"},
      {{"scheduled", "-c", "1", "-r", "5"}, 2, "at most 1"},
      {{"scheduled", "-r", "fast"}, 2, "--rate"},
      {{"scheduled", "-d", "10"}, 2, "--duration"},
      {{"scheduled", "--slo", "p99=fast"}, 2, "--slo"},
      {{"scheduled", "--find-max-rate", "5:10"}, 2, "needs --slo"},
      {{"scheduled", "--find-max-rate", "10:5", "--slo", "p99=1s"}, 2, "LOWEST:HIGHEST"},
      {{"scheduled", "--schedule", "5@1s", "-d", "1s"}, 2, "--schedule"},
      {{"scheduled", "--retry-on", "SOMETIMES"}, 2, "SOMETIMES"},
      {{"scheduled", "--zeros", "-f", "x"}, 2, "at most"},
      {{"nothing", "--server", server.address()}, 1, "NOT_FOUND"},
      {{"scheduled", "--server", server.address(), "-f", "/nowhere"}, 1, "/nowhere"},
      {{"scheduled", "--server", server.address(), "--shape", "x=1,4"}, 1, "\"x\""},
      {{"compare", "/nowhere.json", not_a_run}, 1, "/nowhere.json"},
      {{"compare", not_a_run, not_a_run}, 1, "not a saved run"},
      {{"compare", not_a_run}, 2, "AFTER"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.message);
    const Outcome run = RunLoad(row.arguments);
    EXPECT_EQ(run.exit_code, row.exit_code) << run.error;
    EXPECT_THAT(run.output, IsEmpty());
    EXPECT_THAT(run.error, AllOf(StartsWith("reluctl: "), HasSubstr(row.message)));
  }
}

}  // namespace
}  // namespace reluserve::integration
