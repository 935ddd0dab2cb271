// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/server_options.h"

#include <cstdio>
#include <exception>
#include <sstream>

#include <CLI/CLI.hpp>

namespace reluserve {
namespace {

constexpr char kDescription[] =
    "Serves ReLU convolutional networks (ONNX) on CPUs over gRPC, and reports with each prediction "
    "how much of every activation layer was inactive.";

constexpr char kFooter[] = R"(
Examples:
  reluserve                                         the built-in handwritten-digits model on port 8001
  reluserve --model-repository /models              every /models/<model>/<version>/model.onnx
  reluserve --lanes 2 --threads-per-lane 1          two batches at once, a thread each
  RELUSERVE_GRPC_ADDRESS=127.0.0.1:0 reluserve      any free port; the log says which)";

void AddFlags(CLI::App& app, ServerOptions& options) {
  app.add_option("--grpc-address", options.grpc_address,
                 "where gRPC listens, host:port; port 0 takes a free one")
      ->envname("RELUSERVE_GRPC_ADDRESS")
      ->capture_default_str();
  app.add_option(
         "--model-repository", options.model_repository,
         "directory of <model>/<version>/model.onnx; without it the built-in model is served")
      ->envname("RELUSERVE_MODEL_REPOSITORY");
  app.add_option("--lanes", options.lanes,
                 "batches computed at once; 0: one for every four CPUs granted")
      ->envname("RELUSERVE_LANES")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--threads-per-lane", options.threads_per_lane,
                 "threads that compute one batch; 0: the CPUs granted, shared out among the lanes")
      ->envname("RELUSERVE_THREADS_PER_LANE")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--queue-capacity", options.queue_capacity,
                 "requests that may wait; more are refused")
      ->envname("RELUSERVE_QUEUE_CAPACITY")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--max-admitted-mib", options.max_admitted_mib,
                 "MiB of inputs held, waiting or being computed; what would be more is refused")
      ->envname("RELUSERVE_MAX_ADMITTED_MIB")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--max-message-mib", options.max_message_mib, "largest request message, in MiB")
      ->envname("RELUSERVE_MAX_MESSAGE_MIB")
      ->check(CLI::Range(1, 2047))
      ->capture_default_str();
  app.add_option("--drain-timeout-s", options.drain_timeout_s,
                 "seconds that requests in flight may take to finish after SIGTERM")
      ->envname("RELUSERVE_DRAIN_TIMEOUT_S")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  app.add_option("--log-level", options.log_level, "at debug, a line for each request")
      ->envname("RELUSERVE_LOG_LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  app.set_version_flag("--version", std::string("reluserve ") + RELUSERVE_VERSION);
}

}  // namespace

ParsedOptions ParseServerOptions(int argc, char** argv) {
  ParsedOptions parsed;
  CLI::App app(kDescription, "reluserve");
  app.footer(kFooter);
  AddFlags(app, parsed.options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = app.exit(error) == 0 ? 0 : 2;
  }
  return parsed;
}

}  // namespace reluserve
