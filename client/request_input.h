// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The input of prediction requests: from files, or made up.

#ifndef RELUSERVE_CLIENT_REQUEST_INPUT_H_
#define RELUSERVE_CLIENT_REQUEST_INPUT_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "proto/open_inference.pb.h"
#include "proto/reluserve/v1/prediction.pb.h"
#include "server/tensor/shape.h"

namespace reluserve::client {

using InputSpec = inference::ModelMetadataResponse::TensorMetadata;

// Shapes for inputs, by name; under "" the shape for the only input of a model.
using InputShapes = std::map<std::string, Shape>;

// "1,3,224,224" or "image=1,3,224,224". INVALID_ARGUMENT for anything else.
absl::Status ParseInputShape(std::string_view text, InputShapes* shapes);

// INVALID_ARGUMENT where a shape is for an input that the model does not have, or names none while
// the model has several.
absl::Status CheckShapeNames(const InputShapes& shapes,
                             const inference::ModelMetadataResponse& model);

// The input of that name. INVALID_ARGUMENT where the model has none.
absl::StatusOr<InputSpec> FindInput(const std::string& name,
                                    const inference::ModelMetadataResponse& model);

// The shape of an input: the one in `shapes`, or else the model's with `batch` as its first extent,
// where that is open. INVALID_ARGUMENT where more is open.
absl::StatusOr<Shape> PlannedShape(const InputSpec& spec, const InputShapes& shapes, int64_t batch);

// The bytes of a file. NOT_FOUND or another error of the operating system's, naming the file;
// RESOURCE_EXHAUSTED where no request can carry that many.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Whether a file is an encoded image that a server can decode (PNG or JPEG), by its first bytes.
bool IsImage(std::string_view file);

// The tensor in a file, for the input `spec` of a model. A .npy file brings datatype and shape, and
// the server judges whether they fit. Any other file holds the elements alone, dense, row-major,
// little-endian and of the input's datatype; their shape is the one in `shapes`, or else the
// model's, in which one open extent follows from the file's size.
absl::StatusOr<v1::Tensor> TensorFromFile(std::string file, const InputSpec& spec,
                                          const InputShapes& shapes);

// Random elements for the input `spec`: floating-point ones uniform in [0, 1), integers in 0..127,
// booleans either; of the PlannedShape(). The same generator state gives the same elements on every
// machine.
absl::StatusOr<v1::Tensor> RandomTensor(const InputSpec& spec, const InputShapes& shapes,
                                        int64_t batch, std::mt19937_64& generator);

// One for each input of the model, in its order.
absl::StatusOr<v1::TensorInputs> RandomInputs(const inference::ModelMetadataResponse& model,
                                              const InputShapes& shapes, int64_t batch,
                                              uint64_t seed);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_REQUEST_INPUT_H_
