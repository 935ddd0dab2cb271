// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Flags and environment variables of the server.

#ifndef RELUSERVE_SERVER_SERVER_OPTIONS_H_
#define RELUSERVE_SERVER_SERVER_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

namespace reluserve {

// Of the lines of the log, for spdlog.
inline constexpr char kLogPattern[] = "%Y-%m-%dT%H:%M:%S.%f%z %l %v";

// Each field is the flag of the same name with dashes, and the environment variable RELUSERVE_...
// in capitals; a flag goes before its variable.
struct ServerOptions {
  // Where gRPC listens, as host:port; port 0 takes a free one, which the log names.
  std::string grpc_address = "0.0.0.0:8001";
  // Where HTTP listens, with metrics, health and the dashboard, as host:port; port 0 takes a free
  // one, which the log names; "off": nowhere.
  std::string http_address = "0.0.0.0:8000";
  // A directory laid out as <model>/<version>/model.onnx, one model's directory, or one model file.
  // Empty: the built-in model is served.
  std::string model_repository;
  // The name of a single model there. Empty: that of its file or directory.
  std::string model_name;
  // none, explicit or poll: who decides which models are served (repository::ControlMode).
  std::string model_control_mode = "none";
  // With explicit, the models loaded at the start; "*" is all.
  std::vector<std::string> load_model;
  // With poll, seconds from one look at the repository to the next.
  double repository_poll_secs = 15;
  // Whether all models have to be ready for the server to be.
  bool strict_readiness = true;
  // Samples computed at once of a model whose configuration does not say.
  int default_max_batch_size = 8;
  // Whether 3x3 convolutions may be computed by Winograd's algorithm: faster, with results that
  // differ in the last bits (engine/primitives/winograd.h has the bound).
  bool winograd = true;
  // Batches computed at once. 0: one for every four CPUs granted, and one at least.
  int lanes = 0;
  // Threads that compute one batch. 0: the CPUs granted, shared out among the lanes.
  int threads_per_lane = 0;
  // Requests that may wait; more are refused with RESOURCE_EXHAUSTED.
  int queue_capacity = 256;
  // MiB of inputs that may be held, waiting or being computed; more are refused likewise.
  int max_admitted_mib = 512;
  // Of the requests for a model the activations of every so many-th are counted, and of those that
  // ask for their counts (batching::SchedulerOptions).
  int count_every = 1;
  // Largest request message, in MiB.
  int max_message_mib = 64;
  // Whether clients on the same machine may pass tensors in POSIX shared memory. It lets a client
  // that may register regions read and write every shared memory object that the server's user can.
  bool allow_shared_memory = false;
  // PEM files. The server's certificate and its key: gRPC speaks TLS. And who vouches for clients:
  // these have to show a certificate.
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  // Files with a token a line. Calls need one of the first; loading, shared memory and settings one
  // of the second, and nobody may do these where there is only the first.
  std::string auth_token_file;
  std::string admin_token_file;
  // identity, gzip or deflate: of answers to calls that do not ask for one.
  std::string response_compression = "identity";
  // See rpc/listener.h.
  int grpc_keepalive_time_s = 120;
  int grpc_keepalive_timeout_s = 20;
  int grpc_min_ping_interval_s = 10;
  // After SIGTERM, how long requests are still taken while health says NOT_SERVING, so that load
  // balancers notice.
  int lame_duck_s = 0;
  // After that, how long requests in flight may take to finish.
  int drain_timeout_s = 30;
  // Directory that activation counts and baselines are kept in from one process to the next. Empty:
  // they are lost with the process.
  std::string state_dir;
  // Seconds between two times they are saved; a process that is killed loses at most that much.
  int state_interval_s = 30;
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
