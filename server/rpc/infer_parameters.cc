// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/infer_parameters.h"

#include "server/base/status.h"

namespace reluserve::rpc {

using inference::InferParameter;

absl::StatusOr<std::optional<uint64_t>> NumberParameter(const InferParameters& parameters,
                                                        const char* name, std::string_view owner) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return std::nullopt;
  const InferParameter& parameter = found->second;
  if (parameter.has_uint64_param()) return parameter.uint64_param();
  if (parameter.has_int64_param() && parameter.int64_param() >= 0) {
    return static_cast<uint64_t>(parameter.int64_param());
  }
  return InvalidArgument(
      "{}: parameter \"{}\" is {}, expected an integer that is not negative", owner, name,
      parameter.has_int64_param() ? std::to_string(parameter.int64_param()) : "of another type");
}

absl::StatusOr<std::optional<SharedMemoryRange>> SharedMemoryParameters(
    const InferParameters& parameters, const SharedMemoryRegions& regions, std::string_view owner) {
  const auto region = parameters.find("shared_memory_region");
  if (region == parameters.end()) return std::nullopt;
  SharedMemoryRange range;
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<uint64_t> byte_size,
                             NumberParameter(parameters, "shared_memory_byte_size", owner));
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<uint64_t> offset,
                             NumberParameter(parameters, "shared_memory_offset", owner));
  if (!byte_size || *byte_size == 0) {
    return InvalidArgument(
        "{}: parameter \"shared_memory_byte_size\" is missing or 0, expected the tensor's bytes in "
        "region \"{}\"",
        owner, region->second.string_param());
  }
  RELUSERVE_ASSIGN_OR_RETURN(range.region, regions.Find(region->second.string_param()));
  range.offset = offset.value_or(0);
  range.byte_size = *byte_size;
  const absl::Status inside = range.region->CheckRange(range.offset, range.byte_size);
  if (!inside.ok()) return Annotate(inside, std::string(owner));
  return range;
}

}  // namespace reluserve::rpc
