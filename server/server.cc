// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/server.h"
#include "proto/health.pb.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <absl/time/clock.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <spdlog/spdlog.h>

#include "server/base/status.h"
#include "server/batching/cpu_grant.h"
#include "server/batching/lanes.h"
#include "server/batching/scheduler.h"
#include "server/insight.h"
#include "server/repository/model_repository.h"
#include "server/repository/poller.h"
#include "server/rpc/access_control.h"
#include "server/rpc/listener.h"
#include "server/rpc/log_settings.h"
#include "server/rpc/model_service.h"
#include "server/rpc/open_inference_service.h"
#include "server/rpc/prediction_service.h"
#include "server/rpc/profile_service.h"
#include "server/rpc/shared_memory_regions.h"
#include "server/rpc/sparsity_service.h"
#include "server/rpc/tuning_service.h"

namespace reluserve {
namespace {

using batching::Scheduler;
using batching::SchedulerOptions;
using repository::ControlMode;
using repository::ModelRepository;

// What gRPC gets to send answers that are computed.
constexpr absl::Duration kShutdownGrace = absl::Seconds(1);

// Fills in what the flags leave to the machine.
SchedulerOptions ChooseLanes(const ServerOptions& options) {
  const batching::CpuGrant grant = batching::GetCpuGrant();
  SchedulerOptions chosen;
  const batching::LaneChoice lanes =
      batching::ChooseLanes(grant.cpus(), options.lanes, options.threads_per_lane);
  chosen.lanes = lanes.lanes;
  chosen.threads_per_lane = lanes.threads_per_lane;
  chosen.queue_capacity = options.queue_capacity;
  chosen.admitted_bytes = int64_t{options.max_admitted_mib} << 20;
  chosen.count_every = options.count_every;
  spdlog::info("cpus granted={} affinity={} quota={} lanes={} threads_per_lane={}", grant.cpus(),
               grant.affinity, grant.quota ? fmt::format("{:.2f}", *grant.quota) : "none",
               chosen.lanes, chosen.threads_per_lane);
  if (lanes.threads() > grant.cpus()) {
    spdlog::warn("lanes * threads_per_lane = {} is more than the {} CPUs granted", lanes.threads(),
                 grant.cpus());
  }
  return chosen;
}

repository::RepositoryOptions ChooseModels(const ServerOptions& options,
                                           const SchedulerOptions& lanes) {
  repository::RepositoryOptions chosen;
  chosen.path = options.model_repository;
  chosen.model_name = options.model_name;
  chosen.control_mode = options.model_control_mode == "explicit" ? ControlMode::kExplicit
                        : options.model_control_mode == "poll"   ? ControlMode::kPoll
                                                                 : ControlMode::kNone;
  chosen.load_models = options.load_model;
  chosen.strict_readiness = options.strict_readiness;
  chosen.threads_per_lane = lanes.threads_per_lane;
  chosen.batching.max_batch_size = options.default_max_batch_size;
  chosen.winograd = options.winograd;
  return chosen;
}

// Health of the whole server and of its services is the server's readiness, that of a model whether
// some version of it serves; kept in step from now on.
void WatchHealth(grpc::Server& server, ModelRepository& repository) {
  grpc::HealthCheckServiceInterface& health = *server.GetHealthCheckService();
  repository.SetListener([&health](const std::string& model, bool model_ready, bool ready) {
    health.SetServingStatus(model, model_ready);
    for (const char* service :
         {"", inference::GRPCInferenceService::service_full_name(),
          v1::PredictionService::service_full_name(), v1::ModelService::service_full_name(),
          v1::SparsityService::service_full_name(), v1::ProfileService::service_full_name(),
          v1::TuningService::service_full_name()}) {
      health.SetServingStatus(service, ready);
    }
  });
}

rpc::ListenerOptions ChooseListener(const ServerOptions& options) {
  rpc::ListenerOptions chosen;
  chosen.address = options.grpc_address;
  chosen.tls = {options.tls_cert, options.tls_key, options.tls_client_ca};
  chosen.max_message_mib = options.max_message_mib;
  chosen.response_compression = options.response_compression;
  chosen.keepalive_time_s = options.grpc_keepalive_time_s;
  chosen.keepalive_timeout_s = options.grpc_keepalive_timeout_s;
  chosen.min_ping_interval_s = options.grpc_min_ping_interval_s;
  return chosen;
}

}  // namespace

absl::Status Serve(const ServerOptions& options, const sigset_t& stop_signals) {
  const SchedulerOptions lanes = ChooseLanes(options);
  RELUSERVE_ASSIGN_OR_RETURN(const std::unique_ptr<ModelRepository> repository,
                             ModelRepository::Create(ChooseModels(options, lanes)));
  RELUSERVE_ASSIGN_OR_RETURN(const std::unique_ptr<Insight> insight, Insight::Create(options));
  metrics::ModelStatistics& statistics = insight->statistics();
  RELUSERVE_ASSIGN_OR_RETURN(const std::unique_ptr<Scheduler> scheduler,
                             Scheduler::Create(lanes, &insight->observer()));

  rpc::SharedMemoryRegions shared_memory(options.allow_shared_memory,
                                         static_cast<uint64_t>(options.max_message_mib) << 20);
  RELUSERVE_ASSIGN_OR_RETURN(
      const std::unique_ptr<rpc::AccessControl> access,
      rpc::AccessControl::Create({options.auth_token_file, options.admin_token_file}));
  rpc::LogSettings log_settings(spdlog::default_logger(), kLogPattern);
  rpc::OpenInferenceService open_inference({*repository, *scheduler, insight->requests(),
                                            statistics, shared_memory, *access, log_settings});
  rpc::PredictionService prediction(*repository, *scheduler, insight->requests(), statistics,
                                    *access);
  rpc::ModelService model(*repository, lanes.threads_per_lane, *access);
  rpc::SparsityService sparsity(*repository, insight->sparsity(), *access);
  rpc::ProfileService profile(*repository, *access);
  rpc::TuningService tuning(*repository, *access, lanes.threads_per_lane);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // gRPC's own health service brings no description for reflection to give: ours has to be linked.
  grpc::health::v1::HealthCheckRequest::descriptor();
  grpc::ServerBuilder builder;
  int port = 0;
  RELUSERVE_RETURN_IF_ERROR(rpc::Listen(ChooseListener(options), &port, builder));
  builder.RegisterService(&open_inference);
  builder.RegisterService(&prediction);
  builder.RegisterService(&model);
  builder.RegisterService(&sparsity);
  builder.RegisterService(&profile);
  builder.RegisterService(&tuning);
  insight->ObserveCalls(builder);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        fmt::format("cannot listen on --grpc-address {}: is the address right and the port free?",
                    options.grpc_address));
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::unique_ptr<http::HttpServer> http_server,
                             insight->StartHttp(options, *repository, *scheduler));
  WatchHealth(*server, *repository);
  std::optional<repository::Poller> poller;
  if (options.model_control_mode == "poll") {
    poller.emplace([&] { repository->Poll(); }, absl::Seconds(options.repository_poll_secs));
  }
  spdlog::info("grpc_listening address={} port={}", options.grpc_address, port);

  int signal = 0;
  sigwait(&stop_signals, &signal);
  spdlog::info("stopping signal={} lame_duck_s={} drain_timeout_s={}", signal, options.lame_duck_s,
               options.drain_timeout_s);
  // From here on, another signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
  repository->Stop();
  server->GetHealthCheckService()->Shutdown();
  absl::SleepFor(absl::Seconds(options.lame_duck_s));
  poller.reset();
  const absl::Time deadline = absl::Now() + absl::Seconds(options.drain_timeout_s);
  if (!scheduler->Drain(deadline)) spdlog::warn("drain timed out: requests are cut off");
  // Everything is computed: what is left are answers on their way out, and health watchers, who
  // would stay for ever.
  server->Shutdown(absl::ToChronoTime(absl::Now() + kShutdownGrace));
  repository->SetListener(nullptr);
  spdlog::info("stopped");
  return absl::OkStatus();
}

}  // namespace reluserve
