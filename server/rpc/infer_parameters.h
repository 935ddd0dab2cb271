// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Parameters of requests, inputs and outputs in the Open Inference Protocol. Those that nobody asks
// for here are ignored.

#ifndef RELUSERVE_SERVER_RPC_INFER_PARAMETERS_H_
#define RELUSERVE_SERVER_RPC_INFER_PARAMETERS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <google/protobuf/map.h>

#include "proto/open_inference.pb.h"
#include "server/rpc/shared_memory_regions.h"

namespace reluserve::rpc {

using InferParameters = google::protobuf::Map<std::string, inference::InferParameter>;

// A number that is not negative, sent as int64_param or uint64_param; nothing where the parameter
// is not there. INVALID_ARGUMENT for anything else; `owner` ("request", "output \"y\"") is for the
// message.
absl::StatusOr<std::optional<uint64_t>> NumberParameter(const InferParameters& parameters,
                                                        const char* name, std::string_view owner);

// A place in shared memory.
struct SharedMemoryRange {
  std::shared_ptr<const SharedMemoryRegion> region;
  uint64_t offset = 0;  // within the region
  uint64_t byte_size = 0;
};

// What shared_memory_region, shared_memory_byte_size and shared_memory_offset say; nothing where
// the first is not there. INVALID_ARGUMENT for values that do not fit together or lie outside the
// region, NOT_FOUND for a region that is not registered.
absl::StatusOr<std::optional<SharedMemoryRange>> SharedMemoryParameters(
    const InferParameters& parameters, const SharedMemoryRegions& regions, std::string_view owner);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_INFER_PARAMETERS_H_
