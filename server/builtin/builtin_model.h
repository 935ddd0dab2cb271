// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The model that is part of the server binary: it reads handwritten digits, so that a server
// without a model repository has something real to serve. README.md tells how it was trained.
//
// What is returned has static storage: it is valid, unchanging and readable from any thread for the
// life of the process.

#ifndef RELUSERVE_SERVER_BUILTIN_BUILTIN_MODEL_H_
#define RELUSERVE_SERVER_BUILTIN_BUILTIN_MODEL_H_

#include <string_view>

namespace reluserve::builtin {

// The bytes of an ONNX ModelProto. Input `image`: float32 [batch,1,8,8], ink in 0..1. Output
// `logits`: float32 [batch,10].
std::string_view DigitsModel();

// The labels of the ten logits, in order, each followed by '\n'.
std::string_view DigitsLabels();

}  // namespace reluserve::builtin

#endif  // RELUSERVE_SERVER_BUILTIN_BUILTIN_MODEL_H_
