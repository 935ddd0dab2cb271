// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Flags and environment variables of the server.

#ifndef RELUSERVE_SERVER_SERVER_OPTIONS_H_
#define RELUSERVE_SERVER_SERVER_OPTIONS_H_

#include <optional>
#include <string>

namespace reluserve {

// Each field is the flag of the same name with dashes, and the environment variable RELUSERVE_...
// in capitals; a flag goes before its variable.
struct ServerOptions {
  // Where gRPC listens, as host:port; port 0 takes a free one, which the log names.
  std::string grpc_address = "0.0.0.0:8001";
  // Directory laid out as <model>/<version>/model.onnx. Empty: the built-in model is served.
  std::string model_repository;
  // Batches computed at once. 0: one for every four CPUs granted, and one at least.
  int lanes = 0;
  // Threads that compute one batch. 0: the CPUs granted, shared out among the lanes.
  int threads_per_lane = 0;
  // Requests that may wait; more are refused with RESOURCE_EXHAUSTED.
  int queue_capacity = 256;
  // MiB of inputs that may be held, waiting or being computed; more are refused likewise.
  int max_admitted_mib = 512;
  // Largest request message, in MiB.
  int max_message_mib = 64;
  // After SIGTERM, how long requests in flight may take to finish.
  int drain_timeout_s = 30;
  // trace, debug, info, warn, error or off. At debug, a line for each request.
  std::string log_level = "info";
};

// Reads the command line. Where the process should end instead (help, version, an error, all of
// which it prints), the exit code: 0, or 2 for a bad flag.
struct ParsedOptions {
  ServerOptions options;
  std::optional<int> exit_code;
};
ParsedOptions ParseServerOptions(int argc, char** argv);

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_SERVER_OPTIONS_H_
