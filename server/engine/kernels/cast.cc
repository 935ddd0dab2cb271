// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "server/engine/kernels/convert.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// A bool as stored: true is any byte but 0, as those of a request need not be 0 or 1.
struct Boolean {
  uint8_t byte;
};

template <typename T>
concept Stored = std::same_as<T, Half> || std::same_as<T, Bfloat16> || std::same_as<T, Boolean>;

// What arithmetic sees of a stored element.
template <typename T>
auto Load(T value) {
  if constexpr (std::same_as<T, Boolean>) {
    return static_cast<uint8_t>(value.byte != 0);
  } else if constexpr (Stored<T>) {
    return ToFloat(value);
  } else {
    return value;
  }
}

template <typename To, typename From>
To Convert(From value) {
  if constexpr (std::same_as<To, Half>) {
    return ToHalf(static_cast<double>(value));
  } else if constexpr (std::same_as<To, Bfloat16>) {
    return ToBfloat16(static_cast<double>(value));
  } else if constexpr (std::same_as<To, Boolean>) {
    return {static_cast<uint8_t>(value != 0)};
  } else if constexpr (std::integral<To> && std::floating_point<From>) {
    return SaturatingCast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

// Calls visit(std::type_identity<T>{}) with the storage type of any DataType.
template <typename Visitor>
absl::Status DispatchStored(const graph::Node& node, DataType type, const Visitor& visit) {
  switch (type) {
    case DataType::kFloat16:
      visit(std::type_identity<Half>{});
      return absl::OkStatus();
    case DataType::kBfloat16:
      visit(std::type_identity<Bfloat16>{});
      return absl::OkStatus();
    case DataType::kBool:
      visit(std::type_identity<Boolean>{});
      return absl::OkStatus();
    default:
      return Dispatch(NumericTypes{}, node, type, visit);
  }
}

template <typename To, typename From>
void ConvertAll(const TensorView& input, const MutableTensorView& output) {
  const From* x = Elements<From>(input);
  To* y = Elements<To>(output);
  ParallelRanges(output.shape.ElementCount(), 2, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = Convert<To>(Load(x[i]));
  });
}

}  // namespace

absl::Status Cast(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const TensorView& input = inputs[0];
  const MutableTensorView& output = outputs[0];
  if (input.type == output.type) {
    std::memcpy(output.data, input.data, output.byte_size());
    return absl::OkStatus();
  }
  absl::Status status;
  RELUSERVE_RETURN_IF_ERROR(
      DispatchStored(node, input.type, [&]<typename From>(std::type_identity<From>) {
        status = DispatchStored(node, output.type, [&]<typename To>(std::type_identity<To>) {
          ConvertAll<To, From>(input, output);
        });
      }));
  return status;
}

}  // namespace reluserve::engine::kernels
