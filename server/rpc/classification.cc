// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/classification.h"

#include <string_view>

#include "server/base/status.h"
#include "server/rpc/bytes_tensor.h"
#include "server/tensor/half.h"

namespace reluserve::rpc {
namespace {

template <typename T>
std::string ClassText(T score, uint32_t index, std::span<const std::string> labels) {
  if (index < labels.size()) return fmt::format("{}:{}:{}", score, index, labels[index]);
  return fmt::format("{}:{}", score, index);
}

template <typename T>
ClassStrings ClassifyScores(std::span<const T> scores, int64_t samples, bool batched, size_t k,
                            std::span<const std::string> labels) {
  const size_t classes = samples == 0 ? 0 : scores.size() / static_cast<size_t>(samples);
  ClassStrings result;
  if (batched) result.shape.push_back(samples);
  result.shape.push_back(static_cast<int64_t>(std::min(k, classes)));
  for (size_t sample = 0; sample < static_cast<size_t>(samples); ++sample) {
    const std::span<const T> own = scores.subspan(sample * classes, classes);
    for (const uint32_t index : TopClasses(own, k)) {
      AppendBytesElement(ClassText(own[index], index, labels), result.bytes);
    }
  }
  return result;
}

// Narrow floats as the floats they stand for.
std::vector<float> Widened(const TensorView& output) {
  const bool half = output.type == DataType::kFloat16;
  const std::span<const uint16_t> bits = output.values<uint16_t>();
  std::vector<float> values;
  values.reserve(bits.size());
  for (const uint16_t each : bits) {
    values.push_back(half ? FloatFromHalf(each) : FloatFromBfloat16(each));
  }
  return values;
}

}  // namespace

absl::StatusOr<ClassStrings> Classify(const TensorView& output, bool batched, size_t k,
                                      std::span<const std::string> labels) {
  const int64_t samples = batched ? output.shape[0] : 1;
  const auto classify = [&]<typename T>(std::span<const T> scores) {
    return ClassifyScores<T>(scores, samples, batched, k, labels);
  };
  switch (output.type) {
    case DataType::kFloat32:
      return classify(output.values<float>());
    case DataType::kFloat64:
      return classify(output.values<double>());
    case DataType::kFloat16:
    case DataType::kBfloat16: {
      const std::vector<float> scores = Widened(output);
      return classify(std::span<const float>(scores));
    }
    case DataType::kInt8:
      return classify(output.values<int8_t>());
    case DataType::kInt16:
      return classify(output.values<int16_t>());
    case DataType::kInt32:
      return classify(output.values<int32_t>());
    case DataType::kInt64:
      return classify(output.values<int64_t>());
    case DataType::kUint8:
      return classify(output.values<uint8_t>());
    case DataType::kUint16:
      return classify(output.values<uint16_t>());
    case DataType::kUint32:
      return classify(output.values<uint32_t>());
    case DataType::kUint64:
      return classify(output.values<uint64_t>());
    case DataType::kBool:
      break;
  }
  return InvalidArgument("classification needs numbers, and the output is of {}",
                         Name(output.type));
}

}  // namespace reluserve::rpc
