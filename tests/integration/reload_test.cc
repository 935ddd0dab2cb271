// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// New versions of a model come while it is under load: good ones, broken ones, and some that are
// copied in two halves. RELUSERVE_TEST_RELOADS says how many; 200 takes some minutes.

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using ::testing::HasSubstr;

int Reloads() {
  const char* given = std::getenv("RELUSERVE_TEST_RELOADS");
  return given == nullptr ? 18 : std::atoi(given);
}

// What the server, the only program that this one has started, has resident, in bytes.
int64_t ResidentBytesOfServer() {
  pid_t server = 0;
  std::ifstream(fmt::format("/proc/self/task/{}/children", getpid())) >> server;
  int64_t size = 0;
  int64_t resident = 0;
  std::ifstream(fmt::format("/proc/{}/statm", server)) >> size >> resident;
  EXPECT_GT(resident, 0) << "the server has ended";
  return resident * sysconf(_SC_PAGESIZE);
}

// Sends the same request again and again, and counts answers that are not the expected one.
class Load {
 public:
  Load(const ServerProcess& server, int clients) {
    request_ = InferRequest(std::span(Digits()).first(5));
    request_.set_model_name("m");
    const auto response = server.NewClient().ModelInfer(request_);
    EXPECT_TRUE(response.ok()) << response.status();
    if (response.ok()) expected_ = response->raw_output_contents(0);
    for (int i = 0; i < clients; ++i) {
      threads_.emplace_back([this, client = server.NewClient()] { Run(client); });
    }
  }
  ~Load() { Stop(); }

  void Stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  int64_t answers() const { return answers_; }
  int64_t failures() const { return failures_; }

 private:
  void Run(const client::Client& client) {
    while (!stopping_) {
      const auto response = client.ModelInfer(request_);
      ++answers_;
      if (response.ok() && response->raw_output_contents(0) == expected_) continue;
      if (failures_++ == 0) ADD_FAILURE() << response.status();
    }
  }

  inference::ModelInferRequest request_;
  std::string expected_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> answers_ = 0;
  std::atomic<int64_t> failures_ = 0;
  std::vector<std::thread> threads_;
};

// A repository with a model "m", whose versions a server polls.
class ReloadTest : public testing::Test {
 protected:
  void SetUp() override {
    repository_.Write("m/1/model.onnx", model_);
    server_ = ServerProcess::Start({"--model-repository", repository_.path(),
                                    "--model-control-mode", "poll", "--repository-poll-secs",
                                    "0.02", "--lanes", "2", "--threads-per-lane", "1"});
    ASSERT_NE(server_, nullptr);
    client_ = std::make_unique<client::Client>(server_->NewClient());
  }

  void Write(int version, std::string_view content) {
    repository_.Write(fmt::format("m/{}/model.onnx", version), content);
  }
  void Remove(int version) {
    std::filesystem::remove_all(repository_.path() / "m" / std::to_string(version));
  }

  // Waits until the index has the version, ready or with a reason.
  void WaitFor(int version, bool ready) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto models = client_->ListModels();
      ASSERT_TRUE(models.ok()) << models.status();
      for (const v1::ModelSummary& model : models->models()) {
        const bool settled =
            ready ? model.ready() : model.reason().find("ONNX") != std::string::npos;
        if (model.version() == std::to_string(version) && settled) return;
      }
      std::this_thread::yield();
    }
    FAIL() << "version " << version << " did not become " << (ready ? "ready" : "refused");
  }

  // Version `newest` serves before, and what is returned after.
  int Reload(int i, int newest) {
    const int next = newest + 1;
    if (i % 3 == 1) {
      Write(next, "not a model");
      WaitFor(next, /*ready=*/false);
      Remove(next);
      return newest;
    }
    if (i % 3 == 2) {
      Write(next, model_.substr(0, model_.size() / 2));
      WaitFor(next, /*ready=*/false);
    }
    Write(next, model_);
    WaitFor(next, /*ready=*/true);
    Remove(newest);
    return next;
  }

  const std::string model_ = SourceFile("server/builtin/digits.onnx");
  const test_support::TempDir repository_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<client::Client> client_;
};

TEST_F(ReloadTest, FailsNoRequestAndLeavesNoMemoryBehind) {
  const int reloads = Reloads();
  const int settled = std::min(20, reloads / 2);
  Load load(*server_, /*clients=*/3);
  int newest = 1;
  int64_t settled_bytes = 0;
  for (int i = 0; i < reloads && !HasFailure(); ++i) {
    newest = Reload(i, newest);
    if (i + 1 == settled) settled_bytes = ResidentBytesOfServer();
  }
  load.Stop();
  const int64_t bytes = ResidentBytesOfServer();
  fmt::print("reloads={} answers={} failures={} resident_mib_after_{}={:.1f} resident_mib={:.1f}\n",
             reloads, load.answers(), load.failures(), settled,
             static_cast<double>(settled_bytes) / (1 << 20),
             static_cast<double>(bytes) / (1 << 20));
  EXPECT_EQ(load.failures(), 0);
  EXPECT_GT(load.answers(), reloads) << "there was next to no load";
  EXPECT_GT(newest, reloads / 2);
  // Until some twenty reloads the allocator's pools of the server's threads still fill.
  const double filling = settled < 20 ? 8 << 20 : 0;
  EXPECT_LE(static_cast<double>(bytes), 1.05 * static_cast<double>(settled_bytes) + filling);
  EXPECT_THAT(server_->log(), HasSubstr(fmt::format("model_released model=m version={}", 1)));
}

}  // namespace
}  // namespace reluserve::integration
