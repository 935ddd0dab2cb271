// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <string>
#include <string_view>
#include <utility>

#include <absl/time/clock.h>

#include "server/base/status.h"
#include "server/rpc/open_inference_service.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

constexpr std::string_view kFilePrefix = "file:";

// What a load request brings along instead of what is on disk.
absl::StatusOr<repository::LoadOverrides> DecodeOverrides(
    const inference::RepositoryModelLoadRequest& request) {
  repository::LoadOverrides overrides;
  for (const auto& [name, parameter] : request.parameters()) {
    if (name == "config") {
      if (!parameter.has_string_param()) {
        return absl::InvalidArgumentError(
            "parameter \"config\" is of another type, expected a string of JSON");
      }
      overrides.config_json = parameter.string_param();
    } else if (name.starts_with(kFilePrefix)) {
      if (!parameter.has_bytes_param()) {
        return InvalidArgument("parameter \"{}\" is of another type, expected the file's bytes",
                               name);
      }
      overrides.files[name.substr(kFilePrefix.size())] = parameter.bytes_param();
    }
  }
  if (!overrides.files.empty() && overrides.config_json.empty()) {
    return absl::InvalidArgumentError(
        "parameters \"file:...\" need \"config\" beside them: they stand for the whole model");
  }
  return overrides;
}

}  // namespace

ServerUnaryReactor* OpenInferenceService::RepositoryIndex(
    CallbackServerContext* context, const inference::RepositoryIndexRequest* request,
    inference::RepositoryIndexResponse* response) {
  const CallLabel label = {"RepositoryIndex", "", ""};
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return Finish(context, label, allowed);
  for (const repository::IndexEntry& entry : repository_.Index(request->ready())) {
    auto* model = response->add_models();
    model->set_name(entry.name);
    if (entry.version > 0) model->set_version(std::to_string(entry.version));
    model->set_state(std::string(Name(entry.state)));
    model->set_reason(entry.reason);
  }
  return Finish(context, label, absl::OkStatus());
}

ServerUnaryReactor* OpenInferenceService::RepositoryModelLoad(
    CallbackServerContext* context, const inference::RepositoryModelLoadRequest* request,
    inference::RepositoryModelLoadResponse*) {
  const CallLabel label = {"RepositoryModelLoad", request->model_name(), ""};
  const absl::Status allowed = access_.Check(*context, Permission::kAdmin);
  if (!allowed.ok()) return Finish(context, label, allowed);
  absl::StatusOr<repository::LoadOverrides> overrides = DecodeOverrides(*request);
  if (!overrides.ok()) return Finish(context, label, overrides.status());
  // Answered when it is loaded, on the thread that does; until then the messages stay.
  ServerUnaryReactor* reactor = context->DefaultReactor();
  repository_.StartLoad(request->model_name(), *std::move(overrides),
                        [reactor, label, trace = BeginTrace(*context),
                         start = absl::Now()](const absl::Status& status) {
                          Finish(reactor, label, trace, status, absl::Now() - start);
                        });
  return reactor;
}

ServerUnaryReactor* OpenInferenceService::RepositoryModelUnload(
    CallbackServerContext* context, const inference::RepositoryModelUnloadRequest* request,
    inference::RepositoryModelUnloadResponse*) {
  const CallLabel label = {"RepositoryModelUnload", request->model_name(), ""};
  const absl::Status allowed = access_.Check(*context, Permission::kAdmin);
  if (!allowed.ok()) return Finish(context, label, allowed);
  ServerUnaryReactor* reactor = context->DefaultReactor();
  repository_.StartUnload(request->model_name(), [reactor, label, trace = BeginTrace(*context),
                                                  start = absl::Now()](const absl::Status& status) {
    Finish(reactor, label, trace, status, absl::Now() - start);
  });
  return reactor;
}

ServerUnaryReactor* OpenInferenceService::TraceSetting(
    CallbackServerContext* context, const inference::TraceSettingRequest* request,
    inference::TraceSettingResponse* response) {
  // Looking at settings changes nothing.
  absl::Status status =
      access_.Check(*context, request->settings().empty() ? Permission::kUse : Permission::kAdmin);
  if (status.ok() && !request->model_name().empty()) {
    status = repository_.Find(request->model_name(), "").status();
  }
  if (status.ok()) status = trace_settings_.Update(*request, *response);
  return Finish(context, {"TraceSetting", request->model_name(), ""}, status);
}

ServerUnaryReactor* OpenInferenceService::LogSettings(CallbackServerContext* context,
                                                      const inference::LogSettingsRequest* request,
                                                      inference::LogSettingsResponse* response) {
  absl::Status status =
      access_.Check(*context, request->settings().empty() ? Permission::kUse : Permission::kAdmin);
  if (status.ok()) status = log_settings_.Update(*request, *response);
  return Finish(context, {"LogSettings", "", ""}, status);
}

}  // namespace reluserve::rpc
