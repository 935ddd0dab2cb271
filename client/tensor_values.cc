// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/tensor_values.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/tensor/half.h"

namespace reluserve::client {
namespace {

// Calls `visit` with each element, stored as Stored and converted by `convert`. A message's data
// may have any alignment.
template <typename Stored, typename Convert, typename Visit>
void VisitAs(const TensorView& tensor, Convert convert, Visit& visit) {
  const auto* bytes = static_cast<const char*>(tensor.data);
  const int64_t count = tensor.shape.ElementCount();
  for (int64_t i = 0; i < count; ++i) {
    Stored element;
    std::memcpy(&element, bytes + i * sizeof(Stored), sizeof(Stored));
    visit(convert(element));
  }
}

// Calls `visit` with each element as bool, int64_t, uint64_t, float or double.
template <typename Visit>
void VisitElements(const TensorView& tensor, Visit visit) {
  const auto same = [](auto value) { return value; };
  const auto wide_signed = [](auto value) { return static_cast<int64_t>(value); };
  const auto wide_unsigned = [](auto value) { return static_cast<uint64_t>(value); };
  switch (tensor.type) {
    case DataType::kFloat32:
      return VisitAs<float>(tensor, same, visit);
    case DataType::kFloat16:
      return VisitAs<uint16_t>(tensor, FloatFromHalf, visit);
    case DataType::kBfloat16:
      return VisitAs<uint16_t>(tensor, FloatFromBfloat16, visit);
    case DataType::kFloat64:
      return VisitAs<double>(tensor, same, visit);
    case DataType::kInt8:
      return VisitAs<int8_t>(tensor, wide_signed, visit);
    case DataType::kInt16:
      return VisitAs<int16_t>(tensor, wide_signed, visit);
    case DataType::kInt32:
      return VisitAs<int32_t>(tensor, wide_signed, visit);
    case DataType::kInt64:
      return VisitAs<int64_t>(tensor, wide_signed, visit);
    case DataType::kUint8:
      return VisitAs<uint8_t>(tensor, wide_unsigned, visit);
    case DataType::kUint16:
      return VisitAs<uint16_t>(tensor, wide_unsigned, visit);
    case DataType::kUint32:
      return VisitAs<uint32_t>(tensor, wide_unsigned, visit);
    case DataType::kUint64:
      return VisitAs<uint64_t>(tensor, wide_unsigned, visit);
    case DataType::kBool:
      return VisitAs<uint8_t>(
          tensor, [](uint8_t value) { return value != 0; }, visit);
  }
}

// What JSON has no number for.
nlohmann::ordered_json NonFiniteToJson(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

}  // namespace

absl::StatusOr<TensorView> ViewOf(const v1::Tensor& tensor) {
  const std::optional<DataType> type = DataTypeFromName(tensor.datatype());
  if (!type) {
    return InvalidArgument("tensor \"{}\" has the unknown datatype \"{}\"", tensor.name(),
                           tensor.datatype());
  }
  TensorView view{*type, Shape(std::span(tensor.shape().data(), tensor.shape().size())),
                  tensor.data().data()};
  const std::optional<int64_t> count = view.shape.CheckedElementCount();
  const std::optional<int64_t> bytes =
      count ? CheckedMultiply(*count, static_cast<int64_t>(ByteSize(*type))) : std::nullopt;
  if (!bytes || static_cast<size_t>(*bytes) != tensor.data().size()) {
    return InvalidArgument("tensor \"{}\" is {} {} but has {} bytes", tensor.name(),
                           tensor.datatype(), view.shape.ToString(), tensor.data().size());
  }
  return view;
}

nlohmann::ordered_json ValueToJson(float value) {
  if (!std::isfinite(value)) return NonFiniteToJson(value);
  // The double nearest to the shortest decimal of the float: 0.1, not 0.10000000149011612.
  return std::strtod(fmt::format("{}", value).c_str(), nullptr);
}

nlohmann::ordered_json ValuesToJson(const TensorView& tensor) {
  nlohmann::ordered_json values = nlohmann::ordered_json::array();
  VisitElements(tensor, [&values]<typename T>(T value) {
    if constexpr (std::is_same_v<T, float>) {
      values.push_back(ValueToJson(value));
    } else if constexpr (std::is_same_v<T, double>) {
      if (std::isfinite(value)) {
        values.push_back(value);
      } else {
        values.push_back(NonFiniteToJson(value));
      }
    } else {
      values.push_back(value);
    }
  });
  return values;
}

ValueSummary Summarise(const TensorView& tensor) {
  ValueSummary summary;
  double sum = 0;
  int64_t finite = 0;
  VisitElements(tensor, [&](auto element) {
    const auto value = static_cast<double>(element);
    if (!std::isfinite(value)) {
      ++summary.non_finite;
      return;
    }
    summary.min = finite == 0 ? value : std::min(summary.min, value);
    summary.max = finite == 0 ? value : std::max(summary.max, value);
    sum += value;
    ++finite;
  });
  if (finite > 0) summary.mean = sum / static_cast<double>(finite);
  return summary;
}

}  // namespace reluserve::client
