// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/model_service.h"

#include <omp.h>

#include <string>
#include <vector>

#include "server/base/status.h"
#include "server/engine/compiled_model.h"
#include "server/rpc/planned_shapes.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {
namespace {

using repository::IndexEntry;
using repository::LoadedModel;

void EncodeSpecs(const std::vector<repository::TensorSpec>& specs,
                 google::protobuf::RepeatedPtrField<v1::TensorSpec>* target) {
  for (const repository::TensorSpec& spec : specs) {
    v1::TensorSpec* message = target->Add();
    message->set_name(spec.name);
    message->set_datatype(std::string(Name(spec.type)));
    message->mutable_shape()->Add(spec.shape.begin(), spec.shape.end());
  }
}

void EncodeLoaded(const LoadedModel& model, v1::ModelSummary& summary) {
  summary.set_name(model.name());
  summary.set_version(std::to_string(model.version()));
  summary.set_ready(true);
  summary.set_producer(model.info().producer);
  summary.set_activation_layers(static_cast<uint32_t>(model.compiled().layers().size()));
  EncodeSpecs(model.inputs(), summary.mutable_inputs());
  EncodeSpecs(model.outputs(), summary.mutable_outputs());
}

void EncodeEntry(const IndexEntry& entry, v1::ModelSummary& summary) {
  if (entry.model != nullptr) return EncodeLoaded(*entry.model, summary);
  summary.set_name(entry.name);
  if (entry.version > 0) summary.set_version(std::to_string(entry.version));
  summary.set_reason(entry.reason);
}

void EncodePlan(const engine::PlanInfo& plan, v1::DescribeModelResponse& response) {
  for (const engine::StepInfo& step : plan.steps) {
    v1::PlanStep* message = response.add_steps();
    message->set_node(step.node);
    message->set_operator_(step.op_type);
    message->set_implementation(step.implementation);
    message->set_output_layout(step.output_layout);
    message->set_activation(step.activation);
    message->set_macs(static_cast<uint64_t>(step.macs));
    message->set_by_sample(step.sample >= 0);
  }
  response.set_macs(static_cast<uint64_t>(plan.macs));
  response.set_arena_bytes(static_cast<uint64_t>(plan.arena_bytes));
  response.set_activation_bytes(static_cast<uint64_t>(plan.activation_bytes));
  response.set_scratchpad_bytes(static_cast<uint64_t>(plan.scratchpad_bytes));
  response.set_packed_weight_bytes(static_cast<uint64_t>(plan.packed_weight_bytes));
}

absl::Status Describe(const v1::DescribeModelRequest& request, const LoadedModel& model,
                      v1::DescribeModelResponse& response) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<Shape> shapes, PlannedShapes(request, model));
  RELUSERVE_ASSIGN_OR_RETURN(const engine::PlanInfo plan, model.compiled().Describe(shapes));
  EncodeLoaded(model, *response.mutable_summary());
  response.set_graph_before(model.compiled().graph_before());
  response.set_graph_after(model.compiled().graph_after());
  for (const graph::PassReport& report : model.compiled().pass_reports()) {
    v1::PassReport* message = response.add_passes();
    message->set_name(std::string(report.name));
    message->set_changes(static_cast<uint32_t>(report.changes));
  }
  for (const Shape& shape : shapes) {
    response.add_input_shapes()->mutable_extents()->Add(shape.dims().begin(), shape.dims().end());
  }
  EncodePlan(plan, response);
  if (model.run_sizes_found()) {
    response.mutable_run_sizes()->Add(model.run_sizes().begin(), model.run_sizes().end());
  }
  for (const std::string& node : model.compiled().by_sample()) response.add_nodes_by_sample(node);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* ModelService::ListModels(grpc::CallbackServerContext* context,
                                                   const v1::ListModelsRequest*,
                                                   v1::ListModelsResponse* response) {
  const CallLabel label = {"ListModels", "", ""};
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return Finish(context, label, allowed);
  for (const IndexEntry& entry : repository_.Index()) EncodeEntry(entry, *response->add_models());
  return Finish(context, label, absl::OkStatus());
}

grpc::ServerUnaryReactor* ModelService::DescribeModel(grpc::CallbackServerContext* context,
                                                      const v1::DescribeModelRequest* request,
                                                      v1::DescribeModelResponse* response) {
  const CallLabel label = {"DescribeModel", request->name(), ""};
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return Finish(context, label, allowed);
  const auto model = repository_.Find(request->name(), request->version());
  absl::Status status = model.status();
  if (status.ok()) {
    omp_set_num_threads(threads_per_lane_);
    status = Describe(*request, **model, *response);
  }
  return Finish(context, label, status);
}

}  // namespace reluserve::rpc
