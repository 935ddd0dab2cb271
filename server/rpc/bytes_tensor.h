// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tensors of BYTES in raw contents: of each element its length in four bytes, little-endian, and
// then that many bytes.

#ifndef RELUSERVE_SERVER_RPC_BYTES_TENSOR_H_
#define RELUSERVE_SERVER_RPC_BYTES_TENSOR_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace reluserve::rpc {

// The datatype of such tensors.
inline constexpr std::string_view kBytes = "BYTES";

void AppendBytesElement(std::string_view element, std::string& raw);

// Views of the `count` elements. INVALID_ARGUMENT naming `tensor` when there are fewer or more, or
// one is longer than what is left.
absl::StatusOr<std::vector<std::string_view>> SplitBytesElements(std::string_view tensor,
                                                                 std::string_view raw,
                                                                 int64_t count);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_BYTES_TENSOR_H_
