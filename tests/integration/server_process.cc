// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/integration/server_process.h"

#include <signal.h>

#include <cstdio>
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::integration {

std::unique_ptr<ServerProcess> ServerProcess::Start(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {RELUSERVE_BINARY, "--grpc-address", "127.0.0.1:0",
                                      "--http-address", "127.0.0.1:0"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::unique_ptr<ServerProcess> server(new ServerProcess(command));
  const bool listens = server->process_.WaitForErrorText([&](const std::string& log) {
    static const std::regex kListening("grpc_listening address=\\S+ port=(\\d+)\\s");
    std::smatch found;
    if (!std::regex_search(log, found, kListening)) return false;
    server->address_ = fmt::format("127.0.0.1:{}", found[1].str());
    static const std::regex kHttp("http_listening address=\\S+ port=(\\d+)\\s");
    if (std::regex_search(log, found, kHttp)) server->http_port_ = std::stoi(found[1].str());
    return true;
  });
  if (!listens) {
    ADD_FAILURE() << "the server does not listen; its log:\n" << server->log();
    server->stopped_ = true;
    return nullptr;
  }
  return server;
}

ServerProcess::~ServerProcess() {
  if (!stopped_) {
    EXPECT_EQ(Stop(), 0) << "exit code of the server";
  }
  if (testing::Test::HasFailure()) fmt::print(stderr, "The server's log:\n{}\n", log());
}

void ServerProcess::Terminate() {
  terminated_ = true;
  process_.Signal(SIGTERM);
}

void ServerProcess::Kill() {
  process_.Signal(SIGKILL);
  process_.Wait();
  stopped_ = true;
}

int ServerProcess::Stop() {
  stopped_ = true;
  // A second signal would end it at once.
  if (!terminated_) Terminate();
  return process_.Wait();
}

}  // namespace reluserve::integration
