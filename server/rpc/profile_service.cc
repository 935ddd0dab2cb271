// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/profile_service.h"

#include <memory>
#include <string>

#include "server/base/status.h"
#include "server/engine/compiled_model.h"
#include "server/rpc/duration.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {
namespace {

using repository::LoadedModel;

void EncodeStep(const engine::StepProfile& step, v1::StepProfile& message) {
  message.set_node(step.info.node);
  message.set_operator_(step.info.op_type);
  message.set_implementation(step.info.implementation);
  message.set_output_layout(step.info.output_layout);
  message.set_activation(step.info.activation);
  message.set_by_sample(step.info.sample >= 0);
  message.set_macs(static_cast<uint64_t>(step.info.macs));
  EncodeDuration(step.time, *message.mutable_time());
  EncodeDuration(step.fastest, *message.mutable_fastest());
  message.set_elements(step.elements);
  message.set_inactive(step.inactive);
}

void EncodePlan(const engine::PlanProfile& plan, v1::PlanProfile& message) {
  for (const Shape& shape : plan.input_shapes) {
    message.add_input_shapes()->mutable_extents()->Add(shape.dims().begin(), shape.dims().end());
  }
  message.set_threads(static_cast<uint32_t>(plan.threads));
  message.set_runs(plan.runs);
  EncodeDuration(plan.time, *message.mutable_time());
  for (const engine::StepProfile& step : plan.steps) EncodeStep(step, *message.add_steps());
}

// Ends a call with the status of `work` on the model, which is done if the caller may have it done.
template <typename Request, typename Work>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const char* method,
                                 const Request& request, const absl::Status& allowed,
                                 const repository::ModelRepository& repository, const Work& work) {
  const CallLabel label = {method, request.model_name(), ""};
  if (!allowed.ok()) return Finish(context, label, allowed);
  const auto model = repository.Find(request.model_name(), request.model_version());
  if (model.ok()) work(**model);
  return Finish(context, label, model.status());
}

}  // namespace

grpc::ServerUnaryReactor* ProfileService::StartProfile(grpc::CallbackServerContext* context,
                                                       const v1::StartProfileRequest* request,
                                                       v1::StartProfileResponse*) {
  return Answer(context, "StartProfile", *request, access_.Check(*context, Permission::kAdmin),
                repository_, [](const LoadedModel& model) { model.compiled().profiler().Start(); });
}

grpc::ServerUnaryReactor* ProfileService::StopProfile(grpc::CallbackServerContext* context,
                                                      const v1::StopProfileRequest* request,
                                                      v1::StopProfileResponse*) {
  return Answer(context, "StopProfile", *request, access_.Check(*context, Permission::kAdmin),
                repository_, [](const LoadedModel& model) { model.compiled().profiler().Stop(); });
}

grpc::ServerUnaryReactor* ProfileService::GetProfile(grpc::CallbackServerContext* context,
                                                     const v1::GetProfileRequest* request,
                                                     v1::Profile* response) {
  return Answer(context, "GetProfile", *request, access_.Check(*context, Permission::kUse),
                repository_, [&](const LoadedModel& model) {
                  const engine::Profiler& profiler = model.compiled().profiler();
                  response->set_model_name(model.name());
                  response->set_model_version(std::to_string(model.version()));
                  response->set_running(profiler.on());
                  for (const engine::PlanProfile& plan : profiler.Read()) {
                    EncodePlan(plan, *response->add_plans());
                  }
                });
}

}  // namespace reluserve::rpc
