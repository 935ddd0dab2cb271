// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Health, reflection, and the end of the server.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::HasSubstr;

std::shared_ptr<grpc::Channel> ChannelTo(const ServerProcess& server) {
  return grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials());
}

// One Watch call.
class Watcher {
 public:
  Watcher(const ServerProcess& server, const std::string& service)
      : stub_(Health::NewStub(ChannelTo(server))) {
    context_.set_deadline(std::chrono::system_clock::now() + kPatience);
    HealthCheckRequest request;
    request.set_service(service);
    reader_ = stub_->Watch(&context_, request);
  }
  ~Watcher() { context_.TryCancel(); }

  // The next status; UNKNOWN at the end of the stream.
  HealthCheckResponse::ServingStatus Next() {
    HealthCheckResponse response;
    return reader_->Read(&response) ? response.status() : HealthCheckResponse::UNKNOWN;
  }

 private:
  std::unique_ptr<Health::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader_;
};

const std::vector<std::string>& ServingNames() {
  static const std::vector<std::string> names = {"", "inference.GRPCInferenceService",
                                                 "reluserve.v1.PredictionService",
                                                 "reluserve.v1.ModelService", "digits"};
  return names;
}

class HealthTest : public BuiltinModelFixture {};

TEST_F(HealthTest, ServerServicesAndModelsAreServing) {
  for (const std::string& name : ServingNames()) {
    SCOPED_TRACE(name);
    const auto status = client().CheckHealth(name);
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(*status, HealthCheckResponse::SERVING);
    EXPECT_EQ(Watcher(server(), name).Next(), HealthCheckResponse::SERVING);
  }
}

TEST_F(HealthTest, UnknownNames) {
  EXPECT_EQ(client().CheckHealth("nothing").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Watcher(server(), "nothing").Next(), HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST_F(HealthTest, ReflectionListsTheServices) {
  grpc::GenericStub stub(ChannelTo(server()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  // ServerReflectionRequest { list_services: "*" }, which has number 7. gRPC's library installs no
  // generated code for the reflection protocol.
  const grpc::Slice slice(std::string("\x3a\x01*"));
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", {},
                 &request, &response,
                 [&done](const grpc::Status& status) { done.set_value(status); });
  const grpc::Status status = done.get_future().get();
  ASSERT_TRUE(status.ok()) << status.error_message();
  grpc::Slice answer;
  ASSERT_TRUE(response.DumpToSingleSlice(&answer).ok());
  const std::string services(reinterpret_cast<const char*>(answer.begin()), answer.size());
  for (const char* service : {"inference.GRPCInferenceService", "reluserve.v1.PredictionService",
                              "reluserve.v1.ModelService", "grpc.health.v1.Health"}) {
    EXPECT_THAT(services, HasSubstr(service));
  }
}

// Health turns before the server goes: who watches is told, and then the exit is clean.
TEST(ShutdownTest, TurnsNotServingAndExits) {
  // A server that waited for its watchers to hang up would exhaust the test's patience.
  const std::unique_ptr<ServerProcess> server = ServerProcess::Start({"--drain-timeout-s", "3600"});
  ASSERT_NE(server, nullptr);
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (const std::string& name : ServingNames()) {
    watchers.push_back(std::make_unique<Watcher>(*server, name));
    ASSERT_EQ(watchers.back()->Next(), HealthCheckResponse::SERVING) << name;
  }
  server->Terminate();
  for (size_t i = 0; i < watchers.size(); ++i) {
    EXPECT_EQ(watchers[i]->Next(), HealthCheckResponse::NOT_SERVING) << ServingNames()[i];
  }
  // An open Watch does not hold up the end.
  EXPECT_EQ(server->Stop(), 0);
}

TEST(ShutdownTest, AnswersRequestsInFlight) {
  const std::unique_ptr<ServerProcess> server = ServerProcess::Start();
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  const auto expected = client.ModelInfer(InferRequest(Digits()));
  ASSERT_TRUE(expected.ok()) << expected.status();
  // Each is worth many milliseconds. One answer tells that the others, sent before it came, are
  // under way too.
  std::promise<void> first_answer;
  std::atomic<int> answers = 0;
  std::vector<std::future<absl::StatusOr<inference::ModelInferResponse>>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(std::async(std::launch::async, [&] {
      auto response = client.ModelInfer(InferRequest(Digits()));
      if (answers.fetch_add(1) == 0) first_answer.set_value();
      return response;
    }));
  }
  first_answer.get_future().wait();
  server->Terminate();
  int answered = 0;
  for (auto& call : calls) {
    const auto response = call.get();
    if (response.ok()) {
      ++answered;
      EXPECT_TRUE(response->raw_output_contents(0) == expected->raw_output_contents(0));
    } else {
      // It came too late to be taken; a broken connection would be a request that was dropped.
      EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
      EXPECT_THAT(std::string(response.status().message()), HasSubstr("draining"));
    }
  }
  EXPECT_GE(answered, 1);
  EXPECT_EQ(server->Stop(), 0);
}

}  // namespace
}  // namespace reluserve::integration
