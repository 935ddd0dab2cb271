// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Every method of every service, one by one: who may call it.

#include <set>

#include <google/protobuf/descriptor.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "tests/integration/server_process.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

// What probes ask, who have no tokens.
const std::set<std::string> kOpen = {"ServerLive", "ServerReady", "ModelReady"};
// What changes the server.
const std::set<std::string> kAdmin = {"RepositoryModelLoad",
                                      "RepositoryModelUnload",
                                      "SystemSharedMemoryRegister",
                                      "SystemSharedMemoryUnregister",
                                      "CudaSharedMemoryRegister",
                                      "CudaSharedMemoryUnregister",
                                      "SetBaseline",
                                      "ResetSparsity",
                                      "StartProfile",
                                      "Tune",
                                      "StopProfile"};

// A call of any method with an empty request; streams end after it.
grpc::StatusCode Call(const std::string& address, const std::string& method,
                      const std::string& token) {
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  grpc::CompletionQueue queue;
  const auto wait = [&] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  wait();
  const grpc::Slice empty("");
  call->WriteLast(grpc::ByteBuffer(&empty, 1), grpc::WriteOptions(), nullptr);
  wait();
  // The status comes after the answer, where there is one.
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  wait();
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
  return status.error_code();
}

std::vector<const google::protobuf::MethodDescriptor*> AllMethods() {
  // In the pool once they are used.
  inference::ModelInferRequest::descriptor();
  v1::PredictRequest::descriptor();
  v1::ListModelsRequest::descriptor();
  v1::GetSparsityRequest::descriptor();
  v1::GetProfileRequest::descriptor();
  v1::TuneRequest::descriptor();
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const char* name : {"inference.GRPCInferenceService", "reluserve.v1.PredictionService",
                           "reluserve.v1.ModelService", "reluserve.v1.SparsityService",
                           "reluserve.v1.ProfileService", "reluserve.v1.TuningService"}) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    EXPECT_NE(service, nullptr) << name;
    for (int i = 0; service != nullptr && i < service->method_count(); ++i) {
      methods.push_back(service->method(i));
    }
  }
  return methods;
}

TEST(AccessTest, IsCheckedByEveryMethod) {
  const test_support::TempDir directory;
  const auto server = ServerProcess::Start(
      {"--allow-shared-memory", "--auth-token-file", directory.Write("users", "user\n"),
       "--admin-token-file", directory.Write("admins", "admin\n")});
  ASSERT_NE(server, nullptr);
  const auto methods = AllMethods();
  EXPECT_GE(methods.size(), 30u);
  size_t admin_methods = 0;
  for (const auto* method : methods) {
    const std::string path = "/" + method->service()->full_name() + "/" + method->name();
    SCOPED_TRACE(path);
    const bool open = kOpen.contains(method->name());
    const bool admin = kAdmin.contains(method->name());
    admin_methods += admin ? 1 : 0;
    for (const char* token : {"", "wrong"}) {
      const grpc::StatusCode code = Call(server->address(), path, token);
      if (open) {
        EXPECT_NE(code, grpc::StatusCode::UNAUTHENTICATED);
      } else {
        EXPECT_EQ(code, grpc::StatusCode::UNAUTHENTICATED) << token;
      }
    }
    const grpc::StatusCode user = Call(server->address(), path, "user");
    EXPECT_NE(user, grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(user == grpc::StatusCode::PERMISSION_DENIED, admin) << user;
    const grpc::StatusCode by_admin = Call(server->address(), path, "admin");
    EXPECT_NE(by_admin, grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_NE(by_admin, grpc::StatusCode::PERMISSION_DENIED);
  }
  EXPECT_EQ(admin_methods, kAdmin.size());
}

TEST(AccessTest, ChangingSettingsIsForAdministrators) {
  const test_support::TempDir directory;
  const auto server =
      ServerProcess::Start({"--auth-token-file", directory.Write("users", "user\n"),
                            "--admin-token-file", directory.Write("admins", "admin\n")});
  ASSERT_NE(server, nullptr);
  const client::Client user(server->address(), kPatience, {.token = "user"});
  const client::Client admin(server->address(), kPatience, {.token = "admin"});
  inference::LogSettingsRequest log;
  inference::TraceSettingRequest trace;
  EXPECT_TRUE(user.LogSettings(log).ok());
  EXPECT_TRUE(user.TraceSetting(trace).ok());
  (*log.mutable_settings())["log_verbose_level"].set_uint32_param(1);
  (*trace.mutable_settings())["trace_rate"].add_value("1");
  EXPECT_TRUE(absl::IsPermissionDenied(user.LogSettings(log).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(user.TraceSetting(trace).status()));
  EXPECT_TRUE(admin.LogSettings(log).ok());
  EXPECT_TRUE(admin.TraceSetting(trace).ok());
}

// Probes have no tokens.
TEST(AccessTest, LeavesHealthOpen) {
  const test_support::TempDir directory;
  const auto server = ServerProcess::Start({"--auth-token-file", directory.Write("t", "user\n")});
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(server->NewClient().CheckHealth("").ok());
  EXPECT_TRUE(server->NewClient().CheckHealth("digits").ok());
}

}  // namespace
}  // namespace reluserve::integration
