// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/tuning_service.h"

#include <cstdint>
#include <optional>
#include <utility>

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <spdlog/spdlog.h>

#include "server/base/status.h"
#include "server/engine/tuner.h"
#include "server/repository/tuning_file.h"
#include "server/rpc/duration.h"
#include "server/rpc/job_stream.h"
#include "server/rpc/planned_shapes.h"

namespace reluserve::rpc {
namespace {

using repository::LoadedModel;

constexpr uint32_t kMaxRuns = 1000;
// Of an input: what a request with as many would bring is refused for its length.
constexpr int64_t kMaxElements = int64_t{1} << 24;
constexpr int kDefaultRuns = 20;
constexpr absl::Duration kProgressInterval = absl::Milliseconds(200);

using Stream = JobStream<v1::TuneResponse>;

absl::StatusOr<engine::TuneOptions> DecodeOptions(const v1::TuneRequest& request,
                                                  const LoadedModel& model) {
  if (request.runs() > kMaxRuns) {
    return InvalidArgument("runs is {}, expected at most {}", request.runs(), kMaxRuns);
  }
  engine::TuneOptions options;
  options.runs = request.runs() == 0 ? kDefaultRuns : static_cast<int>(request.runs());
  RELUSERVE_ASSIGN_OR_RETURN(options.input_shapes, PlannedShapes(request, model));
  for (const Shape& shape : options.input_shapes) {
    const std::optional<int64_t> elements = shape.CheckedElementCount();
    if (!elements || *elements > kMaxElements) {
      return InvalidArgument("input shape {} is not for {} elements or less", shape.ToString(),
                             kMaxElements);
    }
  }
  return options;
}

void EncodeReport(const engine::TuneReport& report, const LoadedModel& model,
                  v1::TuneResult& result) {
  *result.mutable_tuning() = repository::EncodeTuning(report.tuning, model.fingerprint());
  EncodeDuration(report.time_by_rules, *result.mutable_time_by_rules());
  EncodeDuration(report.time_tuned, *result.mutable_time_tuned());
  for (const engine::TunedNode& node : report.nodes) {
    v1::TunedConvolution* convolution = result.add_convolutions();
    convolution->set_node(node.name);
    convolution->set_tile_by_rules(static_cast<uint32_t>(node.tile_by_rules));
    convolution->set_tile(static_cast<uint32_t>(node.tile));
    EncodeDuration(node.time_by_rules, *convolution->mutable_time_by_rules());
    EncodeDuration(node.time, *convolution->mutable_time());
  }
}

// Sends progress now and then; whether the client still waits.
bool SendProgress(int done, int all, absl::Time& next, Stream& stream) {
  if (absl::Now() < next) return !stream.cancelled();
  next = absl::Now() + kProgressInterval;
  v1::TuneResponse response;
  response.mutable_progress()->set_runs_done(static_cast<uint32_t>(done));
  response.mutable_progress()->set_runs(static_cast<uint32_t>(all));
  return stream.Send(std::move(response));
}

absl::Status TuneModel(const LoadedModel& model, engine::TuneOptions options, Stream& stream) {
  absl::Time next = absl::InfinitePast();
  options.go_on = [&](int done, int all) { return SendProgress(done, all, next, stream); };
  RELUSERVE_ASSIGN_OR_RETURN(const engine::TuneReport report,
                             engine::Tune(model.compiled(), options));
  spdlog::info("model_tuned model={} version={} ms_by_rules={:.3f} ms_tuned={:.3f}", model.name(),
               model.version(), absl::ToDoubleMilliseconds(report.time_by_rules),
               absl::ToDoubleMilliseconds(report.time_tuned));
  v1::TuneResponse response;
  EncodeReport(report, model, *response.mutable_result());
  stream.Send(std::move(response));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerWriteReactor<v1::TuneResponse>* TuningService::Tune(
    grpc::CallbackServerContext* context, const v1::TuneRequest* request) {
  const absl::Status allowed = access_.Check(*context, Permission::kAdmin);
  if (!allowed.ok()) return Stream::Refuse(allowed);
  const auto model = repository_.Find(request->model_name(), request->model_version());
  if (!model.ok()) return Stream::Refuse(model.status());
  absl::StatusOr<engine::TuneOptions> options = DecodeOptions(*request, **model);
  if (!options.ok()) return Stream::Refuse(options.status());
  return Stream::Start(worker_, [model = *model, options = *std::move(options)](Stream& stream) {
    return TuneModel(*model, options, stream);
  });
}

}  // namespace reluserve::rpc
