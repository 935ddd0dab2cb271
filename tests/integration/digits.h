// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The test images of the built-in model, and requests that ask about them.

#ifndef RELUSERVE_TESTS_INTEGRATION_DIGITS_H_
#define RELUSERVE_TESTS_INTEGRATION_DIGITS_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "proto/open_inference.pb.h"
#include "proto/reluserve/v1/prediction.pb.h"

namespace reluserve::integration {

struct Digit {
  std::array<float, 64> pixels{};  // the model's input: ink in 0..1, row by row
  int label = 0;
};

// All of server/builtin/digits_test.bin.
const std::vector<Digit>& Digits();

// The bytes of the model's input for these images, [digits.size(),1,8,8].
std::string InputBytes(std::span<const Digit> digits);

// Requests to the built-in model for the classes of these images.
inference::ModelInferRequest InferRequest(std::span<const Digit> digits);
v1::PredictRequest PredictRequest(std::span<const Digit> digits);

// The floats of a raw tensor.
std::vector<float> Floats(const std::string& bytes);

// The place of the largest of each sample's ten logits.
std::vector<int> ClassesOf(const std::string& logits);

// How many of the digits have their label in `classes`.
int CountRight(std::span<const Digit> digits, std::span<const int> classes);

// A file of the source tree, whole.
std::string SourceFile(const std::string& path);

}  // namespace reluserve::integration

#endif  // RELUSERVE_TESTS_INTEGRATION_DIGITS_H_
