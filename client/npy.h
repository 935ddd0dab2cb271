// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// NumPy's .npy files, versions 1 and 2.

#ifndef RELUSERVE_CLIENT_NPY_H_
#define RELUSERVE_CLIENT_NPY_H_

#include <string_view>

#include <absl/status/statusor.h>

#include "server/tensor/tensor.h"

namespace reluserve::client {

// Whether a file is meant to be one: it begins with the format's magic bytes.
bool IsNpy(std::string_view file);

// The array of a file. It points into `file`.
//
// INVALID_ARGUMENT for what is not exactly a .npy file: a header cut off, malformed, with a
// missing, repeated or unknown key, or more or fewer bytes of elements than its shape says.
// UNIMPLEMENTED for arrays that cannot be sent as they are: big-endian, in Fortran order, or of a
// type that no tensor has.
absl::StatusOr<TensorView> ParseNpy(std::string_view file);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_NPY_H_
