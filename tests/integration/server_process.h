// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_INTEGRATION_SERVER_PROCESS_H_
#define RELUSERVE_TESTS_INTEGRATION_SERVER_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "tests/integration/child_process.h"

namespace reluserve::integration {

// The real server, listening on a free port of this machine's own address.
class ServerProcess {
 public:
  // Starts the server with `arguments` besides its address, and waits until it listens. A test
  // failure and nullptr where it does not.
  static std::unique_ptr<ServerProcess> Start(const std::vector<std::string>& arguments = {});

  // Stops the server, if it still runs, and expects a clean exit. Prints its log after a failed
  // test.
  ~ServerProcess();

  // host:port of its gRPC services.
  const std::string& address() const { return address_; }

  // Of its HTTP side, on 127.0.0.1; 0 where that is off.
  int http_port() const { return http_port_; }

  // A client with a channel of its own.
  client::Client NewClient() const { return client::Client(address_, kPatience); }

  // Asks the server to stop, as service managers do.
  void Terminate();

  // Ends it at once, as a crash would.
  void Kill();

  // Terminate(), where that was not done yet, and waits for the exit code.
  int Stop();

  pid_t pid() const { return process_.pid(); }

  std::string log() const { return process_.error_text(); }

  // Waits until the log has `text`; whether it came.
  bool WaitForLog(const std::string& text) {
    return process_.WaitForErrorText(
        [&](const std::string& log) { return log.find(text) != std::string::npos; });
  }

 private:
  explicit ServerProcess(const std::vector<std::string>& arguments) : process_(arguments) {}

  ChildProcess process_;
  std::string address_;
  int http_port_ = 0;
  bool terminated_ = false;
  bool stopped_ = false;
};

}  // namespace reluserve::integration

#endif  // RELUSERVE_TESTS_INTEGRATION_SERVER_PROCESS_H_
