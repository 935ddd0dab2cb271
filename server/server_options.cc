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
  reluserve --model-repository /mnt/models --model-name resnet   the one model that is there
  reluserve --model-repository /models --model-control-mode poll   and models that come and change
  reluserve --tls-cert server.pem --tls-key server.key --auth-token-file tokens
                                                    TLS, for clients with a token
  reluserve --lanes 2 --threads-per-lane 1          two batches at once, a thread each
  RELUSERVE_GRPC_ADDRESS=127.0.0.1:0 reluserve      any free port; the log says which)";

void AddModelFlags(CLI::App& app, ServerOptions& options) {
  app.add_option("--model-repository", options.model_repository,
                 "directory of <model>/<version>/model.onnx, one model's directory, or a model "
                 "file; without it the built-in model is served")
      ->envname("RELUSERVE_MODEL_REPOSITORY");
  app.add_option("--model-name", options.model_name,
                 "name of a single model there; default: that of its file or directory")
      ->envname("RELUSERVE_MODEL_NAME");
  app.add_option("--model-control-mode", options.model_control_mode,
                 "none: what is there at the start is served; explicit: what --load-model and "
                 "requests name; poll: what is there, looked for now and then")
      ->envname("RELUSERVE_MODEL_CONTROL_MODE")
      ->check(CLI::IsMember({"none", "explicit", "poll"}))
      ->capture_default_str();
  app.add_option("--load-model", options.load_model,
                 "with explicit: a model to load at the start, or * for all; may be repeated")
      ->envname("RELUSERVE_LOAD_MODEL")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--repository-poll-secs", options.repository_poll_secs,
                 "with poll: seconds between two looks at the repository")
      ->envname("RELUSERVE_REPOSITORY_POLL_SECS")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str();
  app.add_option("--strict-readiness", options.strict_readiness,
                 "true: ready when every model is; false: when every model has been tried")
      ->envname("RELUSERVE_STRICT_READINESS")
      ->capture_default_str();
  app.add_option("--default-max-batch-size", options.default_max_batch_size,
                 "samples computed at once of a model whose configuration does not say")
      ->envname("RELUSERVE_DEFAULT_MAX_BATCH_SIZE")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--winograd", options.winograd,
                 "true: compute 3x3 convolutions by Winograd's algorithm where that is faster and "
                 "exact enough; false: never")
      ->envname("RELUSERVE_WINOGRAD")
      ->capture_default_str();
}

void AddFlags(CLI::App& app, ServerOptions& options) {
  app.add_option("--grpc-address", options.grpc_address,
                 "where gRPC listens, host:port; port 0 takes a free one")
      ->envname("RELUSERVE_GRPC_ADDRESS")
      ->capture_default_str();
  app.add_option(
         "--http-address", options.http_address,
         "where HTTP listens, with metrics, health and the dashboard, host:port; off: nowhere")
      ->envname("RELUSERVE_HTTP_ADDRESS")
      ->capture_default_str();
  AddModelFlags(app, options);
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
  app.add_option("--count-every", options.count_every,
                 "count the activations of every so many-th request for a model, and of those that "
                 "ask for their counts; 1: of all. Where they are not counted, values that stop "
                 "being finite inside a network go unnoticed")
      ->envname("RELUSERVE_COUNT_EVERY")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--max-message-mib", options.max_message_mib, "largest request message, in MiB")
      ->envname("RELUSERVE_MAX_MESSAGE_MIB")
      ->check(CLI::Range(1, 2047))
      ->capture_default_str();
  app.add_option("--lame-duck-s", options.lame_duck_s,
                 "seconds after SIGTERM that requests are still taken while health says "
                 "NOT_SERVING")
      ->envname("RELUSERVE_LAME_DUCK_S")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  app.add_option("--drain-timeout-s", options.drain_timeout_s,
                 "seconds that requests in flight may take to finish after that")
      ->envname("RELUSERVE_DRAIN_TIMEOUT_S")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  app.add_option("--state-dir", options.state_dir,
                 "directory to keep activation counts and baselines in over restarts; without it "
                 "they end with the process")
      ->envname("RELUSERVE_STATE_DIR");
  app.add_option("--state-interval-s", options.state_interval_s,
                 "seconds between saving them: what is lost when the process is killed")
      ->envname("RELUSERVE_STATE_INTERVAL_S")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  app.add_option("--log-level", options.log_level, "at debug, a line for each request")
      ->envname("RELUSERVE_LOG_LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  app.set_version_flag("--version", std::string("reluserve ") + RELUSERVE_VERSION);
}

void AddSecurityFlags(CLI::App& app, ServerOptions& options) {
  app.add_option("--tls-cert", options.tls_cert,
                 "PEM file of the server's certificate chain: gRPC speaks TLS; read again when it "
                 "changes, as are the other files")
      ->envname("RELUSERVE_TLS_CERT");
  app.add_option("--tls-key", options.tls_key, "PEM file of the certificate's private key")
      ->envname("RELUSERVE_TLS_KEY");
  app.add_option("--tls-client-ca", options.tls_client_ca,
                 "PEM file of who vouches for clients, which then have to show a certificate")
      ->envname("RELUSERVE_TLS_CLIENT_CA");
  app.add_option("--auth-token-file", options.auth_token_file,
                 "file with a token a line; calls need one as \"authorization: Bearer <token>\"")
      ->envname("RELUSERVE_AUTH_TOKEN_FILE");
  app.add_option(
         "--admin-token-file", options.admin_token_file,
         "file with a token a line; loading and unloading models, shared memory and changing "
         "settings need one")
      ->envname("RELUSERVE_ADMIN_TOKEN_FILE");
  app.add_flag("--allow-shared-memory", options.allow_shared_memory,
               "let clients on this machine pass tensors in POSIX shared memory: every object that "
               "the server's user can open")
      ->envname("RELUSERVE_ALLOW_SHARED_MEMORY");
}

void AddConnectionFlags(CLI::App& app, ServerOptions& options) {
  app.add_option("--response-compression", options.response_compression,
                 "of answers to calls that do not ask for one by the header response-compression")
      ->envname("RELUSERVE_RESPONSE_COMPRESSION")
      ->check(CLI::IsMember({"identity", "gzip", "deflate"}))
      ->capture_default_str();
  app.add_option("--grpc-keepalive-time-s", options.grpc_keepalive_time_s,
                 "seconds without traffic after which a connection is pinged")
      ->envname("RELUSERVE_GRPC_KEEPALIVE_TIME_S")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  app.add_option("--grpc-keepalive-timeout-s", options.grpc_keepalive_timeout_s,
                 "seconds that a ping may go unanswered before the connection is closed")
      ->envname("RELUSERVE_GRPC_KEEPALIVE_TIMEOUT_S")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  app.add_option("--grpc-min-ping-interval-s", options.grpc_min_ping_interval_s,
                 "clients that ping more often than this are cut off")
      ->envname("RELUSERVE_GRPC_MIN_PING_INTERVAL_S")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
}

}  // namespace

ParsedOptions ParseServerOptions(int argc, char** argv) {
  ParsedOptions parsed;
  CLI::App app(kDescription, "reluserve");
  app.footer(kFooter);
  AddFlags(app, parsed.options);
  AddSecurityFlags(app, parsed.options);
  AddConnectionFlags(app, parsed.options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = app.exit(error) == 0 ? 0 : 2;
  }
  return parsed;
}

}  // namespace reluserve
