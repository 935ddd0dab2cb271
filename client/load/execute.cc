// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/execute.h"

#include <chrono>
#include <utility>

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include "client/client.h"
#include "client/load/rate_search.h"
#include "client/load/transport.h"
#include "server/base/status.h"

namespace reluserve::load {
namespace {

std::string InputText(const InputOptions& input) {
  std::string text;
  if (!input.files.empty()) {
    text = input.files.size() == 1 ? input.files.front()
                                   : fmt::format("{} files or directories", input.files.size());
  } else if (!input.named_files.empty()) {
    text = fmt::format("{} named files", input.named_files.size());
  } else {
    text = fmt::format("{}, batch {}",
                       input.zeros ? "zeros" : fmt::format("random (seed {})", input.seed),
                       input.batch);
  }
  return input.sparsity.empty() ? text : text + ", sparsity of " + input.sparsity;
}

// A run under way.
class Execution {
 public:
  Execution(const RunOptions& options, const RunObserver& observer)
      : options_(options), observer_(observer) {}

  absl::StatusOr<RunResult> Run();

 private:
  absl::Status Prepare();
  absl::StatusOr<StageResult> RunOne(const Stage& stage);
  absl::Status Search(const SearchOptions& search);
  // The counters of all models, summed over the endpoints; none where one of them does not tell.
  std::optional<ServerCounters> ReadServerCounters() const;
  // Appends the stage's result to the run's.
  absl::Status Add(const Stage& stage);

  const RunOptions& options_;
  const RunObserver& observer_;
  std::vector<PreparedModel> models_;
  std::unique_ptr<Transport> transport_;
  std::vector<client::Client> statistics_clients_;  // one for each endpoint
  std::optional<Slo> slo_;
  RunResult run_;
};

absl::Status Execution::Prepare() {
  const client::Client client(
      options_.endpoints.front(),
      std::chrono::duration_cast<std::chrono::milliseconds>(options_.timeout), options_.security);
  for (const RunOptions::Model& model : options_.models) {
    RELUSERVE_ASSIGN_OR_RETURN(const inference::ModelMetadataResponse metadata,
                               client.ModelMetadata(model.name, model.version));
    RELUSERVE_ASSIGN_OR_RETURN(PreparedModel prepared,
                               load::Prepare(metadata, model.version, options_.input));
    models_.push_back(std::move(prepared));
    run_.models.push_back(model.name);
  }
  if (!options_.slo.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(slo_, ParseSlo(options_.slo));
  }
  transport_ = std::make_unique<Transport>(Transport::Options{.endpoints = options_.endpoints,
                                                              .connections = options_.connections,
                                                              .security = options_.security});
  for (const std::string& endpoint : options_.endpoints) {
    // Long enough for a server under load; one that is gone is not to hold up the run.
    statistics_clients_.emplace_back(endpoint, std::chrono::seconds(2), options_.security);
  }
  run_.started = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
  run_.version = RELUSERVE_VERSION;
  run_.endpoints = options_.endpoints;
  run_.input = InputText(options_.input);
  run_.slo = options_.slo;
  return absl::OkStatus();
}

std::optional<ServerCounters> Execution::ReadServerCounters() const {
  ServerCounters sum;
  for (const client::Client& client : statistics_clients_) {
    for (const RunOptions::Model& model : options_.models) {
      const auto response = client.ModelStatistics(model.name, model.version);
      if (!response.ok()) return std::nullopt;
      sum += CountersOf(*response, model.name);
    }
  }
  return sum;
}

absl::StatusOr<StageResult> Execution::RunOne(const Stage& stage) {
  Driver::Options driver = {.stage = stage,
                            .arrivals = options_.arrivals,
                            .seed = options_.seed,
                            .timeout = options_.timeout,
                            .max_outstanding = options_.max_outstanding,
                            .retry = options_.retry,
                            .models = static_cast<int>(models_.size()),
                            .endpoints = static_cast<int>(options_.endpoints.size()),
                            .endpoint_rest = std::chrono::milliseconds(500)};
  StageResult result;
  result.label = LabelOf(stage);
  result.loop = stage.loop;
  result.load = stage.loop == LoopKind::kClosed ? stage.concurrency : stage.offered_rate();
  result.shaped = stage.loop == LoopKind::kOpen && LabelOf(stage).find("..") != std::string::npos;
  const auto on_progress = [&](const StageProgress& progress) {
    observer_.on_progress(result.label, progress);
  };
  std::optional<ServerCounters> begin;
  std::optional<ServerCounters> end;
  const auto on_measure = [&](bool begins) { (begins ? begin : end) = ReadServerCounters(); };
  RELUSERVE_ASSIGN_OR_RETURN(StageRun stage_run,
                             RunStage(driver, models_, *transport_, on_progress, on_measure));
  if (begin && end) result.server = Growth(*begin, *end);
  result.measurement = std::move(stage_run.measurement);
  result.first_messages = std::move(stage_run.first_messages);
  result.generator_cpu = stage_run.generator_cpu;
  double samples = 0;
  double requests = 0;
  for (const PreparedModel& model : models_) {
    for (const int64_t count : model.samples)
      samples += static_cast<double>(count) / model.samples.size();
    requests += 1;
  }
  result.samples_per_request = samples / requests;
  if (slo_) result.slo_misses = Misses(*slo_, result);
  if (stage.loop == LoopKind::kOpen) {
    run_.arrivals = options_.arrivals == ArrivalKind::kPoisson ? "Poisson" : "constant";
  }
  return result;
}

absl::Status Execution::Add(const Stage& stage) {
  RELUSERVE_ASSIGN_OR_RETURN(StageResult result, RunOne(stage));
  run_.stages.push_back(std::move(result));
  observer_.on_stage(run_.stages.back());
  return absl::OkStatus();
}

absl::Status Execution::Search(const SearchOptions& options) {
  RateSearch search(options.lowest, options.highest, options.precision);
  while (const std::optional<double> rate = search.next()) {
    RELUSERVE_ASSIGN_OR_RETURN(StageResult result, RunOne(OpenStage(*rate, options.measure)));
    if (!KeptUp(result)) {
      result.slo_misses.push_back(fmt::format("answers {}/s, behind the requests",
                                              FormatRate(result.measurement.throughput)));
    }
    search.Report(result.slo_misses.empty());
    run_.search = search.result();
    run_.stages.push_back(std::move(result));
    observer_.on_stage(run_.stages.back());
  }
  return absl::OkStatus();
}

absl::StatusOr<RunResult> Execution::Run() {
  RELUSERVE_RETURN_IF_ERROR(Prepare());
  absl::Status status;
  if (options_.search) {
    status = Search(*options_.search);
  } else {
    for (const Stage& stage : options_.stages) {
      status = Add(stage);
      if (!status.ok()) break;
    }
  }
  if (!status.ok() && !(absl::IsCancelled(status) && !run_.stages.empty())) return status;
  return std::move(run_);
}

}  // namespace

absl::StatusOr<RunResult> Execute(const RunOptions& options, const RunObserver& observer) {
  return Execution(options, observer).Run();
}

}  // namespace reluserve::load
