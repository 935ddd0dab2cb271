// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <csignal>
#include <cstdio>
#include <string>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "server/server.h"
#include "server/server_options.h"

int main(int argc, char** argv) {
  const reluserve::ParsedOptions parsed = reluserve::ParseServerOptions(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;

  spdlog::set_default_logger(spdlog::stderr_logger_mt("reluserve"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%f%z %l %v");
  spdlog::set_level(spdlog::level::from_str(parsed.options.log_level));

  // Blocked before there are other threads, so that all of them inherit it and the signals wait for
  // the one that asks.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  const absl::Status status = reluserve::Serve(parsed.options, stop_signals);
  if (!status.ok()) {
    spdlog::error("{}", std::string(status.message()));
    return 1;
  }
  return 0;
}
