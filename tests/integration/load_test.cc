// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Many clients at once, with two models, requests of all sizes, deadlines and cancellations: every
// answer is bit for bit that to the same request sent alone. For three seconds, or
// RELUSERVE_LOAD_SECONDS; from 20 on, the server's memory is watched as well.

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <limits>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include "proto/open_inference.grpc.pb.h"
#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/onnx/model_builder.h"

namespace reluserve::integration {
namespace {

using Clock = std::chrono::steady_clock;
using inference::GRPCInferenceService;
using inference::ModelInferRequest;
using inference::ModelInferResponse;

constexpr uint32_t kSeed = 20260704;
constexpr int kClients = 64;

std::chrono::seconds Duration() {
  const char* seconds = std::getenv("RELUSERVE_LOAD_SECONDS");
  return std::chrono::seconds(seconds != nullptr ? std::atoi(seconds) : 3);
}

onnx_import::Floats RandomFloats(size_t count, std::mt19937& random) {
  std::uniform_real_distribution<float> values(-0.5f, 0.5f);
  onnx_import::Floats result(count);
  for (float& value : result) value = values(random);
  return result;
}

// Grouped convolutions and a wide dense layer: kernels that like to depend on the batch, and enough
// work in each to be shared among threads.
std::string GroupedModel() {
  std::mt19937 random(kSeed);
  const auto tensor = [&](const onnx_import::Ints& dims) {
    size_t count = 1;
    for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
    return onnx_import::FloatTensor(dims, RandomFloats(count, random));
  };
  return onnx_import::ModelBuilder()
      .Input("x", {-1, 12, 20, 20})
      .Initializer("w1", tensor({24, 3, 3, 3}))
      .Node("Conv", {"x", "w1"}, {"c1"}, {{"group", 4}})
      .Node("Relu", {"c1"}, {"r1"})
      .Initializer("w2", tensor({30, 4, 3, 3}))
      .Node("Conv", {"r1", "w2"}, {"c2"}, {{"group", 6}})
      .Node("Relu", {"c2"}, {"r2"})
      .Node("Flatten", {"r2"}, {"flat"})
      .Initializer("w3", tensor({7680, 400}))
      .Node("MatMul", {"flat", "w3"}, {"dense"})
      .Node("Relu", {"dense"}, {"r3"})
      .Initializer("w4", tensor({400, 17}))
      .Node("MatMul", {"r3", "w4"}, {"y"})
      .Output("y")
      .Bytes();
}

// A request and the answer it gets alone.
struct Case {
  ModelInferRequest request;
  std::string answer;
};

Case MakeCase(std::mt19937& random) {
  const bool digits = random() % 2 == 0;
  // Mostly single samples; some that do not fit into one batch.
  const int64_t samples = random() % 2 == 0 ? 1 : 1 + static_cast<int64_t>(random() % 20);
  std::vector<int64_t> shape = {samples, 12, 20, 20};
  if (digits) shape = {samples, 1, 8, 8};
  size_t count = 1;
  for (const int64_t extent : shape) count *= static_cast<size_t>(extent);
  onnx_import::Floats values = RandomFloats(count, random);
  if (random() % 8 == 0) values[random() % count] = std::numeric_limits<float>::infinity();

  Case result;
  ModelInferRequest& request = result.request;
  request.set_model_name(digits ? "digits" : "grouped");
  if (random() % 2 == 0) {
    (*request.mutable_parameters())["sparsity"].set_string_param("channels");
  }
  auto* input = request.add_inputs();
  input->set_name(digits ? "image" : "x");
  input->set_datatype("FP32");
  input->mutable_shape()->Add(shape.begin(), shape.end());
  request.add_raw_input_contents(
      std::string(reinterpret_cast<const char*>(values.data()), count * sizeof(float)));
  return result;
}

// What happened to the requests of all clients.
class Tally {
 public:
  void Count(const std::string& what) {
    const std::lock_guard lock(mutex_);
    ++counts_[what];
  }
  int64_t operator[](const std::string& what) {
    const std::lock_guard lock(mutex_);
    return counts_[what];
  }
  std::string ToString() {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [what, count] : counts_) text += fmt::format("{}: {}  ", what, count);
    return text;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int64_t> counts_;
};

// Sends one request, perhaps with a near deadline or cancelled on the way, and judges the answer.
void SendOne(GRPCInferenceService::Stub& stub, const Case& sent, std::mt19937& random,
             Tally& tally) {
  grpc::ClientContext context;
  ModelInferResponse response;
  const uint32_t kind = random() % 8;
  const bool expires = kind == 0;
  const bool cancelled = kind == 1;
  const auto patience = std::chrono::milliseconds(expires ? 1 + random() % 40 : 120'000);
  context.set_deadline(std::chrono::system_clock::now() + patience);
  std::promise<grpc::Status> answered;
  stub.async()->ModelInfer(&context, &sent.request, &response,
                           [&](const grpc::Status& status) { answered.set_value(status); });
  auto answer = answered.get_future();
  if (cancelled) {
    answer.wait_for(std::chrono::microseconds(random() % 20'000));
    context.TryCancel();
  }
  const grpc::Status status = answer.get();
  if (status.ok()) {
    tally.Count(response.SerializeAsString() == sent.answer ? "same" : "DIFFERENT");
  } else if (expires && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    tally.Count("expired");
  } else if (cancelled && status.error_code() == grpc::StatusCode::CANCELLED) {
    tally.Count("cancelled");
  } else {
    tally.Count("FAILED " + status.error_message());
  }
}

// Bytes of the server that are in memory.
int64_t ResidentBytes(pid_t pid) {
  int64_t pages = 0;
  int64_t resident = 0;
  std::ifstream(fmt::format("/proc/{}/statm", pid)) >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// Threads of the lanes, which share their names with the OpenMP threads they start.
int LaneThreads(pid_t pid) {
  int threads = 0;
  const auto tasks = std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid));
  for (const auto& task : tasks) {
    std::string name;
    std::ifstream(task.path() / "comm") >> name;
    if (name.starts_with("lane-")) ++threads;
  }
  return threads;
}

// The server's memory over time: its level after ten seconds, and its highest from then on.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t pid) : pid_(pid), start_(Clock::now()) {}

  void Look() {
    if (Clock::now() - start_ < std::chrono::seconds(10)) return;
    const int64_t bytes = ResidentBytes(pid_);
    if (level_ == 0) level_ = bytes;
    highest_ = std::max(highest_, bytes);
  }
  int64_t level() const { return level_; }
  int64_t highest() const { return highest_; }

 private:
  const pid_t pid_;
  const Clock::time_point start_;
  int64_t level_ = 0;
  int64_t highest_ = 0;
};

class LoadTest : public ::testing::TestWithParam<std::vector<std::string>> {
 protected:
  void SetUp() override {
    repository_.Write("digits/1/model.onnx", SourceFile("server/builtin/digits.onnx"));
    repository_.Write("grouped/1/model.onnx", GroupedModel());
    std::vector<std::string> arguments = {"--model-repository", repository_.path()};
    arguments.insert(arguments.end(), GetParam().begin(), GetParam().end());
    server_ = ServerProcess::Start(arguments);
    ASSERT_NE(server_, nullptr);
    std::mt19937 random(kSeed);
    for (int i = 0; i < 60; ++i) cases_.push_back(MakeCase(random));
    const client::Client client = server_->NewClient();
    for (Case& one : cases_) {
      const auto response = client.ModelInfer(one.request);
      ASSERT_TRUE(response.ok()) << response.status();
      one.answer = response->SerializeAsString();
    }
  }

  std::unique_ptr<GRPCInferenceService::Stub> NewStub() const {
    return GRPCInferenceService::NewStub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }

  const test_support::TempDir repository_;
  std::unique_ptr<ServerProcess> server_;
  std::vector<Case> cases_;
};

TEST_P(LoadTest, EveryAnswerIsThatToTheRequestAlone) {
  const auto seconds = Duration();
  Tally tally;
  MemoryWatch memory(server_->pid());
  std::atomic<int64_t> sent = 0;
  const Clock::time_point end = Clock::now() + seconds;
  std::vector<std::thread> clients;
  for (int number = 0; number < kClients; ++number) {
    clients.emplace_back([&, number] {
      std::mt19937 random(kSeed + 1 + static_cast<uint32_t>(number));
      const auto stub = NewStub();
      while (Clock::now() < end) {
        ++sent;
        SendOne(*stub, cases_[random() % cases_.size()], random, tally);
        if (number == 0) memory.Look();
      }
    });
  }
  for (std::thread& client : clients) client.join();
  fmt::print("in {} s: {}\n", seconds.count(), tally.ToString());
  EXPECT_GT(tally["same"], kClients);
  EXPECT_GT(tally["expired"], 0);
  EXPECT_GT(tally["cancelled"], 0);
  EXPECT_EQ(tally["same"] + tally["expired"] + tally["cancelled"], sent)
      << tally.ToString() << "(seed " << kSeed << ")";
  if (seconds >= std::chrono::seconds(20)) {
    fmt::print("resident MiB: {:.1f} after 10 s, {:.1f} at most from then on\n",
               static_cast<double>(memory.level()) / (1 << 20),
               static_cast<double>(memory.highest()) / (1 << 20));
    EXPECT_LE(static_cast<double>(memory.highest()), 1.05 * static_cast<double>(memory.level()));
  }
}

TEST_P(LoadTest, LanesHaveNoMoreThreadsThanTheyShould) {
  const std::vector<std::string>& flags = GetParam();
  const int expected = std::stoi(flags[1]) * std::stoi(flags[3]);
  EXPECT_EQ(LaneThreads(server_->pid()), expected) << "after requests to both models";
}

INSTANTIATE_TEST_SUITE_P(
    Lanes, LoadTest,
    ::testing::Values(std::vector<std::string>{"--lanes", "1", "--threads-per-lane", "2"},
                      std::vector<std::string>{"--lanes", "2", "--threads-per-lane", "1"}),
    [](const auto& test) { return test.param[1] + "x" + test.param[3]; });

}  // namespace
}  // namespace reluserve::integration
