// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Names that come from a model file. They go on into responses, log lines and metric labels, so a
// name has to be text that fits there.

#ifndef RELUSERVE_SERVER_ONNX_NAMES_H_
#define RELUSERVE_SERVER_ONNX_NAMES_H_

#include <cstddef>
#include <string_view>

#include <absl/status/status.h>

namespace reluserve::onnx_import {

// Bytes in the longest name accepted. Exporters that nest scopes in names reach a few hundred.
inline constexpr size_t kMaxNameBytes = 1024;

// Whether `name` is UTF-8 without control characters, of kMaxNameBytes at most.
bool IsCleanName(std::string_view name);

// INVALID_ARGUMENT, "the name of a node is not ...", unless IsCleanName(name).
absl::Status CheckName(std::string_view what, std::string_view name);

// The error with what it is about in front: "has no shape" becomes "input "x" has no shape".
absl::Status WithSubject(const absl::Status& status, std::string_view what, std::string_view name);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_NAMES_H_
