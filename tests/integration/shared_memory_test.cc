// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tensors in POSIX shared memory: the same bits as in messages, and nothing that a client does to
// its memory harms the server.

#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"
#include "tests/support/shared_memory.h"

namespace reluserve::integration {
namespace {

using test_support::SharedMemoryObject;
using ::testing::HasSubstr;
using Request = inference::ModelInferRequest;

constexpr size_t kInputBytes = 2 * 64 * 4;
constexpr size_t kOutputBytes = 2 * 10 * 4;
constexpr size_t kOutputOffset = 1000;

template <typename Tensor>
void SetRange(const std::string& region, int64_t offset, int64_t byte_size, Tensor* tensor) {
  auto& parameters = *tensor->mutable_parameters();
  parameters["shared_memory_region"].set_string_param(region);
  parameters["shared_memory_offset"].set_int64_param(offset);
  parameters["shared_memory_byte_size"].set_int64_param(byte_size);
}

class SharedMemoryTest : public ::testing::Test {
 protected:
  SharedMemoryTest()
      : server_(ServerProcess::Start({"--allow-shared-memory"})), client_(server_->NewClient()) {
    object_.Write(0, InputBytes(std::span(Digits()).first(2)));
  }

  absl::Status Register(const std::string& name, uint64_t offset, uint64_t byte_size) {
    inference::SystemSharedMemoryRegisterRequest request;
    request.set_name(name);
    request.set_key(object_.key());
    request.set_offset(offset);
    request.set_byte_size(byte_size);
    return client_.RegisterSharedMemory(request);
  }

  // Input and output in the region "all".
  static Request SharedRequest() {
    Request request = InferRequest(std::span(Digits()).first(2));
    request.clear_raw_input_contents();
    SetRange("all", 0, kInputBytes, request.mutable_inputs(0));
    request.add_outputs()->set_name("logits");
    SetRange("all", kOutputOffset, kOutputBytes, request.mutable_outputs(0));
    return request;
  }

  SharedMemoryObject object_{4096};
  const std::unique_ptr<ServerProcess> server_;
  const client::Client client_;
};

TEST_F(SharedMemoryTest, GivesTheSameBits) {
  ASSERT_TRUE(Register("all", 0, 4096).ok());
  const auto sent = client_.ModelInfer(InferRequest(std::span(Digits()).first(2)));
  ASSERT_TRUE(sent.ok()) << sent.status();
  const auto shared = client_.ModelInfer(SharedRequest());
  ASSERT_TRUE(shared.ok()) << shared.status();
  EXPECT_TRUE(object_.Read(kOutputOffset, kOutputBytes) == sent->raw_output_contents(0));
  ASSERT_EQ(shared->raw_output_contents_size(), 1);
  EXPECT_EQ(shared->raw_output_contents(0), "");
  const auto& parameters = shared->outputs(0).parameters();
  EXPECT_EQ(parameters.at("shared_memory_region").string_param(), "all");
  EXPECT_EQ(parameters.at("shared_memory_byte_size").int64_param(), int64_t{kOutputBytes});
}

TEST_F(SharedMemoryTest, IsRegisteredReportedAndForgotten) {
  ASSERT_TRUE(Register("all", 0, 4096).ok());
  ASSERT_TRUE(Register("part", 100, 10).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Register("part", 0, 10)));
  EXPECT_TRUE(absl::IsInvalidArgument(Register("long", 1, 4096)));
  auto status = client_.SharedMemoryStatus();
  ASSERT_TRUE(status.ok()) << status.status();
  ASSERT_EQ(status->regions_size(), 2);
  EXPECT_EQ(status->regions().at("part").offset(), 100u);
  EXPECT_EQ(status->regions().at("part").key(), object_.key());
  EXPECT_TRUE(client_.UnregisterSharedMemory("part").ok());
  EXPECT_TRUE(absl::IsNotFound(client_.SharedMemoryStatus("part").status()));
  EXPECT_TRUE(client_.UnregisterSharedMemory("part").ok());
  EXPECT_TRUE(client_.UnregisterSharedMemory("").ok());
  EXPECT_TRUE(absl::IsNotFound(client_.ModelInfer(SharedRequest()).status()));
}

TEST_F(SharedMemoryTest, RefusesRangesThatDoNotFit) {
  struct Row {
    std::string name;
    std::function<void(Request*)> damage;
    std::string message;
  };
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const auto input = [](int64_t offset, int64_t byte_size) {
    return [=](Request* r) { SetRange("all", offset, byte_size, r->mutable_inputs(0)); };
  };
  const auto output = [](int64_t offset, int64_t byte_size) {
    return [=](Request* r) { SetRange("all", offset, byte_size, r->mutable_outputs(0)); };
  };
  const Row rows[] = {
      {"input ends outside", input(4096 - kInputBytes + 1, kInputBytes), "do not lie within"},
      {"input begins outside", input(5000, kInputBytes), "do not lie within"},
      {"negative offset", input(-1, kInputBytes), "is -1, expected"},
      {"negative size", input(0, -4), "is -4, expected"},
      {"no size", input(0, 0), "missing or 0"},
      {"size too small", input(0, kInputBytes - 4), "508 bytes, expected 512"},
      {"size too large", input(0, kInputBytes + 4), "516 bytes, expected 512"},
      {"end wraps", input(kMax, kMax), "do not lie within"},
      {"output ends outside", output(4090, kOutputBytes), "do not lie within"},
      {"output too small", output(0, kOutputBytes - 1), "has 80 bytes"},
      {"output wraps", output(kMax - 10, 20), "do not lie within"},
      {"size that is a string",
       [](Request* r) {
         (*r->mutable_inputs(0)->mutable_parameters())["shared_memory_byte_size"].set_string_param(
             "512");
       },
       "of another type"},
      {"contents as well",
       [](Request* r) { r->mutable_inputs(0)->mutable_contents()->add_fp32_contents(1); },
       "both contents and shared memory"},
      {"raw contents as well",
       [](Request* r) { r->add_raw_input_contents(std::string(kInputBytes, 'x')); },
       "raw_input_contents has 1 entries, expected 0"},
      {"classes in shared memory",
       [](Request* r) {
         (*r->mutable_outputs(0)->mutable_parameters())["classification"].set_int64_param(2);
       },
       "classification cannot go to shared memory"},
  };
  ASSERT_TRUE(Register("all", 0, 4096).ok());
  for (const Row& row : rows) {
    Request request = SharedRequest();
    row.damage(&request);
    const absl::Status status = client_.ModelInfer(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << row.name << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message)) << row.name;
  }
  EXPECT_TRUE(client_.ModelInfer(SharedRequest()).ok());
}

TEST_F(SharedMemoryTest, OutlivesATruncatedObject) {
  ASSERT_TRUE(Register("all", 0, 4096).ok());
  object_.Resize(10);
  const absl::Status status = client_.ModelInfer(SharedRequest()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("has 10 bytes"));
  object_.Resize(4096);
  EXPECT_TRUE(client_.ModelInfer(SharedRequest()).ok());
}

TEST(SharedMemoryOffTest, IsRefusedUnlessAllowed) {
  const auto server = ServerProcess::Start();
  const client::Client client = server->NewClient();
  const SharedMemoryObject object(100);
  inference::SystemSharedMemoryRegisterRequest request;
  request.set_name("r");
  request.set_key(object.key());
  request.set_byte_size(100);
  const absl::Status status = client.RegisterSharedMemory(request);
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("--allow-shared-memory"));
  // What tools do first, on every server.
  EXPECT_TRUE(client.UnregisterSharedMemory("").ok());
}

}  // namespace
}  // namespace reluserve::integration
