// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Where the elements of a ModelInferRequest's inputs are: in raw contents, typed contents or shared
// memory.

#ifndef RELUSERVE_SERVER_RPC_INPUT_CONTENTS_H_
#define RELUSERVE_SERVER_RPC_INPUT_CONTENTS_H_

#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "proto/open_inference.pb.h"
#include "server/rpc/input_validation.h"
#include "server/rpc/shared_memory_regions.h"

namespace reluserve::rpc {

struct InputContents {
  // One for each input of the message, into the message or `owned`.
  std::vector<NamedTensor> tensors;
  // Elements that were converted, or read from shared memory. Moving the vector moves no element.
  std::vector<std::string> owned;
};

// INVALID_ARGUMENT naming what does not fit together; what SharedMemoryParameters and
// SharedMemoryRegion::Read return. The message must outlive the result.
absl::StatusOr<InputContents> FindContents(const inference::ModelInferRequest& message,
                                           const SharedMemoryRegions& regions);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_INPUT_CONTENTS_H_
