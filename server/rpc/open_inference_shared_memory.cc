// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <memory>

#include "server/rpc/open_inference_service.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

void EncodeRegion(const SharedMemoryRegion& region,
                  inference::SystemSharedMemoryStatusResponse& response) {
  auto& message = (*response.mutable_regions())[region.name()];
  message.set_name(region.name());
  message.set_key(region.key());
  message.set_offset(region.offset());
  message.set_byte_size(region.byte_size());
}

}  // namespace

ServerUnaryReactor* OpenInferenceService::SystemSharedMemoryStatus(
    CallbackServerContext* context, const inference::SystemSharedMemoryStatusRequest* request,
    inference::SystemSharedMemoryStatusResponse* response) {
  absl::Status status = access_.Check(*context, Permission::kUse);
  if (status.ok() && request->name().empty()) {
    for (const auto& region : shared_memory_.List()) EncodeRegion(*region, *response);
  } else if (status.ok()) {
    const auto region = shared_memory_.Find(request->name());
    if (region.ok()) EncodeRegion(**region, *response);
    status = region.status();
  }
  return Finish(context, {"SystemSharedMemoryStatus", "", request->name()}, status);
}

ServerUnaryReactor* OpenInferenceService::SystemSharedMemoryRegister(
    CallbackServerContext* context, const inference::SystemSharedMemoryRegisterRequest* request,
    inference::SystemSharedMemoryRegisterResponse*) {
  absl::Status status = access_.Check(*context, Permission::kAdmin);
  if (status.ok()) {
    status = shared_memory_.Register(request->name(), request->key(), request->offset(),
                                     request->byte_size());
  }
  return Finish(context, {"SystemSharedMemoryRegister", "", request->name()}, status);
}

ServerUnaryReactor* OpenInferenceService::SystemSharedMemoryUnregister(
    CallbackServerContext* context, const inference::SystemSharedMemoryUnregisterRequest* request,
    inference::SystemSharedMemoryUnregisterResponse*) {
  const absl::Status status = access_.Check(*context, Permission::kAdmin);
  if (status.ok()) shared_memory_.Unregister(request->name());
  return Finish(context, {"SystemSharedMemoryUnregister", "", request->name()}, status);
}

// Tools ask these of every server, to clear away what an earlier run left: there is nothing.
ServerUnaryReactor* OpenInferenceService::CudaSharedMemoryStatus(
    CallbackServerContext* context, const inference::CudaSharedMemoryStatusRequest* request,
    inference::CudaSharedMemoryStatusResponse*) {
  return Finish(context, {"CudaSharedMemoryStatus", "", request->name()},
                access_.Check(*context, Permission::kUse));
}

ServerUnaryReactor* OpenInferenceService::CudaSharedMemoryRegister(
    CallbackServerContext* context, const inference::CudaSharedMemoryRegisterRequest* request,
    inference::CudaSharedMemoryRegisterResponse*) {
  absl::Status status = access_.Check(*context, Permission::kAdmin);
  if (status.ok()) {
    status = absl::UnimplementedError(
        "this server computes on CPUs and takes no CUDA memory; use system shared memory");
  }
  return Finish(context, {"CudaSharedMemoryRegister", "", request->name()}, status);
}

ServerUnaryReactor* OpenInferenceService::CudaSharedMemoryUnregister(
    CallbackServerContext* context, const inference::CudaSharedMemoryUnregisterRequest* request,
    inference::CudaSharedMemoryUnregisterResponse*) {
  return Finish(context, {"CudaSharedMemoryUnregister", "", request->name()},
                access_.Check(*context, Permission::kAdmin));
}

}  // namespace reluserve::rpc
