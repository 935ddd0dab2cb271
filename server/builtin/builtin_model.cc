// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/builtin/builtin_model.h"

#include <cstdint>

// Defined in embedded_files.S.
extern "C" {
extern const char reluserve_digits_onnx[];
extern const uint64_t reluserve_digits_onnx_size;
extern const char reluserve_digits_labels[];
extern const uint64_t reluserve_digits_labels_size;
}

namespace reluserve::builtin {

std::string_view DigitsModel() { return {reluserve_digits_onnx, reluserve_digits_onnx_size}; }

std::string_view DigitsLabels() { return {reluserve_digits_labels, reluserve_digits_labels_size}; }

}  // namespace reluserve::builtin
