// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/integration/digits.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace reluserve::integration {
namespace {

constexpr size_t kClasses = 10;

std::vector<Digit> LoadDigits() {
  const std::string file = SourceFile("server/builtin/digits_test.bin");
  constexpr std::string_view kMagic = "RLSDIG1\n";
  uint32_t count = 0;
  if (!file.starts_with(kMagic)) throw std::runtime_error("digits_test.bin: wrong magic");
  std::memcpy(&count, file.data() + kMagic.size(), sizeof(count));
  const size_t begin = kMagic.size() + sizeof(count);
  if (count == 0 || file.size() != begin + size_t{65} * count) {
    throw std::runtime_error("digits_test.bin: wrong size");
  }
  std::vector<Digit> digits(count);
  for (size_t i = 0; i < count; ++i) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(file.data()) + begin + 65 * i;
    for (size_t p = 0; p < 64; ++p) digits[i].pixels[p] = bytes[p] / 16.0f;
    digits[i].label = bytes[64];
  }
  return digits;
}

}  // namespace

std::string SourceFile(const std::string& path) {
  std::ifstream stream(SOURCE_DIRECTORY "/" + path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

const std::vector<Digit>& Digits() {
  static const std::vector<Digit> digits = LoadDigits();
  return digits;
}

std::string InputBytes(std::span<const Digit> digits) {
  std::string bytes;
  for (const Digit& digit : digits) {
    bytes.append(reinterpret_cast<const char*>(digit.pixels.data()), sizeof(digit.pixels));
  }
  return bytes;
}

inference::ModelInferRequest InferRequest(std::span<const Digit> digits) {
  inference::ModelInferRequest request;
  request.set_model_name("digits");
  auto* input = request.add_inputs();
  input->set_name("image");
  input->set_datatype("FP32");
  for (const int64_t extent :
       {static_cast<int64_t>(digits.size()), int64_t{1}, int64_t{8}, int64_t{8}}) {
    input->add_shape(extent);
  }
  request.add_raw_input_contents(InputBytes(digits));
  return request;
}

v1::PredictRequest PredictRequest(std::span<const Digit> digits) {
  v1::PredictRequest request;
  request.set_model_name("digits");
  request.set_top_k(1);
  v1::Tensor* input = request.mutable_tensors()->add_tensors();
  input->set_name("image");
  input->set_datatype("FP32");
  for (const int64_t extent :
       {static_cast<int64_t>(digits.size()), int64_t{1}, int64_t{8}, int64_t{8}}) {
    input->add_shape(extent);
  }
  input->set_data(InputBytes(digits));
  return request;
}

std::vector<float> Floats(const std::string& bytes) {
  std::vector<float> floats(bytes.size() / sizeof(float));
  std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
  return floats;
}

std::vector<int> ClassesOf(const std::string& logits) {
  const std::vector<float> values = Floats(logits);
  std::vector<int> classes;
  for (size_t begin = 0; begin + kClasses <= values.size(); begin += kClasses) {
    const auto sample = values.begin() + begin;
    classes.push_back(static_cast<int>(std::max_element(sample, sample + kClasses) - sample));
  }
  return classes;
}

int CountRight(std::span<const Digit> digits, std::span<const int> classes) {
  int right = 0;
  for (size_t i = 0; i < std::min(digits.size(), classes.size()); ++i) {
    if (classes[i] == digits[i].label) ++right;
  }
  return right;
}

}  // namespace reluserve::integration
