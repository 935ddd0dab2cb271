// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How near a server's rate of requests to its built-in model comes to that of a gRPC server which
// reads and writes messages of the same sizes and does nothing: in turns, by the same clients, each
// of which waits for its answer before it asks again.
//
//   rpc_throughput ADDRESS [CLIENTS [ROUNDS [SECONDS]]]

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "client/client.h"
#include "proto/open_inference.grpc.pb.h"
#include "tests/benchmarks/closed_loop.h"

namespace reluserve::client {
namespace {

inference::ModelInferRequest DigitRequest() {
  inference::ModelInferRequest request;
  request.set_model_name("digits");
  auto* input = request.add_inputs();
  input->set_name("image");
  input->set_datatype("FP32");
  for (const int extent : {1, 1, 8, 8}) input->add_shape(extent);
  request.add_raw_input_contents(std::string(64 * sizeof(float), '\0'));
  return request;
}

class NothingService final : public inference::GRPCInferenceService::CallbackService {
  grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                       const inference::ModelInferRequest* request,
                                       inference::ModelInferResponse* response) override {
    response->set_model_name(request->model_name());
    response->set_model_version("1");
    auto* output = response->add_outputs();
    output->set_name("logits");
    output->set_datatype("FP32");
    output->add_shape(1);
    output->add_shape(10);
    response->add_raw_output_contents(std::string(10 * sizeof(float), '\0'));
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// In a process of its own, as a server is; gRPC must not have been used before.
class NothingServer {
 public:
  NothingServer() {
    int ports[2];
    if (pipe(ports) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) {
      NothingService service;
      int port = 0;
      grpc::ServerBuilder builder;
      builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
      builder.RegisterService(&service);
      const auto server = builder.BuildAndStart();
      if (write(ports[1], &port, sizeof(port)) != sizeof(port)) std::abort();
      server->Wait();
    }
    int port = 0;
    if (read(ports[0], &port, sizeof(port)) != sizeof(port)) std::abort();
    address_ = fmt::format("127.0.0.1:{}", port);
  }
  ~NothingServer() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  NothingServer(const NothingServer&) = delete;
  NothingServer& operator=(const NothingServer&) = delete;

  const std::string& address() const { return address_; }

 private:
  pid_t child_ = 0;
  std::string address_;
};

// Answers a second.
double Throughput(const Client& client, int clients, double seconds) {
  const inference::ModelInferRequest request = DigitRequest();
  return benchmarks::AnswersPerSecond(clients, seconds, [&] {
    const auto response = client.ModelInfer(request);
    if (!response.ok()) {
      fmt::print(stderr, "{}\n", std::string(response.status().message()));
      std::exit(1);
    }
    return true;
  });
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} ADDRESS [CLIENTS [ROUNDS [SECONDS]]]\n", argv[0]);
    return 2;
  }
  const int clients = argc > 2 ? std::atoi(argv[2]) : 8;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 9;
  const double seconds = argc > 4 ? std::atof(argv[4]) : 2;
  const NothingServer nothing;
  const Client served(argv[1], std::chrono::seconds(10));
  const Client empty(nothing.address(), std::chrono::seconds(10));
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double with = Throughput(served, clients, seconds);
    const double without = Throughput(empty, clients, seconds);
    ratios.push_back(with / without);
    fmt::print("answers a second: {:.0f} computed, {:.0f} empty; ratio {:.2f}\n", with, without,
               ratios.back());
  }
  fmt::print("{} clients, median ratio {:.2f}\n", clients, benchmarks::Median(ratios));
  return 0;
}

}  // namespace
}  // namespace reluserve::client

int main(int argc, char** argv) { return reluserve::client::Main(argc, argv); }
