// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The requests of a run: made and serialised once, before any of them is sent.

#ifndef RELUSERVE_CLIENT_LOAD_REQUEST_SET_H_
#define RELUSERVE_CLIENT_LOAD_REQUEST_SET_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>
#include <grpcpp/support/byte_buffer.h>

#include "client/request_input.h"
#include "proto/open_inference.pb.h"

namespace reluserve::load {

// Where input comes from: files, named files, or else made up.
struct InputOptions {
  // One request for each: a PNG or JPEG, a .npy array, raw elements, or a directory, which stands
  // for the files in it, by name.
  std::vector<std::string> files;
  // One request of all: the name of an input and its .npy or raw file.
  std::vector<std::pair<std::string, std::string>> named_files;
  bool zeros = false;  // made up: zeros, not random elements
  uint64_t seed = 1;   // of random elements
  int variants = 8;    // different random requests
  int64_t batch = 1;   // samples of a made-up request
  client::InputShapes shapes;
  // "": none. "layers" or "channels": ask for the activation counts with each answer.
  std::string sparsity;
};

// The requests of one model, as bytes of inference.ModelInferRequest.
struct PreparedModel {
  std::string name;
  std::string version;
  // What they share with one another, so that a call is only a reference more. Not empty.
  std::vector<grpc::ByteBuffer> requests;
  // Samples of each, by the first extent of its first input; 1 where the model has no batch.
  std::vector<int64_t> samples;
};

// No run holds more input than this.
inline constexpr int64_t kMaxPreparedBytes = int64_t{1} << 30;

// The files that `path` stands for: itself, or those in the directory, hidden ones left out, by
// name. NOT_FOUND for no such path, INVALID_ARGUMENT for a directory without files.
absl::StatusOr<std::vector<std::string>> ExpandPath(const std::string& path);

// The tensor of an image for an input of FP32 [N,C,H,W] with C = 1 or 3: elements in 0..1, resized
// to the input's height and width, which `shapes` gives where the model leaves them open.
absl::StatusOr<v1::Tensor> TensorFromImage(const std::string& file, const client::InputSpec& spec,
                                           const client::InputShapes& shapes);

// The messages for a model. `version` may be empty: the newest.
absl::StatusOr<std::vector<inference::ModelInferRequest>> MakeRequests(
    const inference::ModelMetadataResponse& model, const std::string& version,
    const InputOptions& options);

// Serialises them. RESOURCE_EXHAUSTED where they are larger than kMaxPreparedBytes together.
absl::StatusOr<PreparedModel> Prepare(const inference::ModelMetadataResponse& model,
                                      const std::string& version, const InputOptions& options);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_REQUEST_SET_H_
