// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/integration/scheduled_server.h"

#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/alarm.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include "proto/open_inference.grpc.pb.h"

namespace reluserve::integration {

using inference::GRPCInferenceService;

class ScheduledServer::Service final : public GRPCInferenceService::CallbackService {
 public:
  explicit Service(Schedule schedule) : schedule_(std::move(schedule)) {}

  grpc::ServerUnaryReactor* ModelMetadata(grpc::CallbackServerContext* context,
                                          const inference::ModelMetadataRequest* request,
                                          inference::ModelMetadataResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (request->name() != "scheduled") {
      reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "no such model"));
      return reactor;
    }
    response->set_name("scheduled");
    auto* input = response->add_inputs();
    input->set_name("data");
    input->set_datatype("FP32");
    input->add_shape(-1);
    input->add_shape(4);
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                       const inference::ModelInferRequest* request,
                                       inference::ModelInferResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    response->set_model_name(request->model_name());
    response->set_id(request->id());
    const auto now = std::chrono::steady_clock::now();
    ScheduledAnswer answer;
    {
      const std::lock_guard lock(mutex_);
      if (arrived_ == 0) first_ = now;
      answer = schedule_(arrived_++, now - first_);
    }
    AnswerAt(now + answer.delay, {request->id(), now, answer.status, reactor});
    return reactor;
  }

  int64_t arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

  std::map<std::string, ServedRequest> served() const {
    const std::lock_guard lock(mutex_);
    return served_;
  }

 private:
  struct Call {
    std::string id;
    std::chrono::steady_clock::time_point arrived;
    grpc::Status status;
    grpc::ServerUnaryReactor* reactor = nullptr;
  };

  // gRPC's timers count in milliseconds of a clock it reads now and then, so they may be early.
  void AnswerAt(std::chrono::steady_clock::time_point due, const Call& call) {
    const auto now = std::chrono::steady_clock::now();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    if (left.count() <= 0) return Answer(call, now);
    auto* alarm = new grpc::Alarm();
    alarm->Set(std::chrono::system_clock::now() + left, [this, due, call, alarm](bool) {
      AnswerAt(due, call);
      delete alarm;
    });
  }

  void Answer(const Call& call, std::chrono::steady_clock::time_point now) {
    if (!call.id.empty()) {
      const std::lock_guard lock(mutex_);
      served_[call.id] = {call.arrived, now};
    }
    call.reactor->Finish(call.status);
  }

  const Schedule schedule_;
  mutable std::mutex mutex_;
  int64_t arrived_ = 0;
  std::chrono::steady_clock::time_point first_;
  std::map<std::string, ServedRequest> served_;
};

ScheduledServer::ScheduledServer(Schedule schedule)
    : service_(std::make_unique<Service>(std::move(schedule))) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  address_ = fmt::format("127.0.0.1:{}", port);
}

ScheduledServer::~ScheduledServer() { server_->Shutdown(); }

int64_t ScheduledServer::arrived() const { return service_->arrived(); }

std::map<std::string, ServedRequest> ScheduledServer::served() const { return service_->served(); }

}  // namespace reluserve::integration
