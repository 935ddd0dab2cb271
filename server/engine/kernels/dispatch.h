// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// From the element type of a view, known at run time, to a C++ type.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_DISPATCH_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_DISPATCH_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <absl/status/status.h>

#include "server/base/status.h"
#include "server/graph/graph.h"
#include "server/tensor/data_type.h"

namespace reluserve::engine::kernels {

template <typename... Ts>
struct TypeList {};

using FloatTypes = TypeList<float, double>;
using SignedTypes = TypeList<float, double, int8_t, int16_t, int32_t, int64_t>;
using UnsignedTypes = TypeList<uint8_t, uint16_t, uint32_t, uint64_t>;
using IntegerTypes =
    TypeList<int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t>;
using NumericTypes = TypeList<float, double, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                              uint32_t, uint64_t>;

// The answer of a kernel that has no form for elements of `type`.
inline absl::Status UnsupportedType(const graph::Node& node, DataType type) {
  return Unimplemented("{} has no kernel for {} elements", node.op_type, Name(type));
}

// Calls visit(std::type_identity<T>{}) with the T of the list that `type` denotes, and returns its
// status (OK where it returns nothing); UNIMPLEMENTED when the list has no such type.
template <typename... Ts, typename Visitor>
absl::Status Dispatch(TypeList<Ts...>, const graph::Node& node, DataType type,
                      const Visitor& visit) {
  absl::Status status;
  auto call = [&]<typename T>(std::type_identity<T> tag) {
    if constexpr (std::is_void_v<decltype(visit(tag))>) {
      visit(tag);
    } else {
      status = visit(tag);
    }
    return true;
  };
  const bool found = ((type == DataTypeOf<Ts>() && call(std::type_identity<Ts>{})) || ...);
  return found ? status : UnsupportedType(node, type);
}

// Calls visit(std::integral_constant<size_t, bytes>{}) for the element size, so that a kernel which
// only moves elements is compiled once for each size and copies them with one instruction.
template <typename Visitor>
void DispatchByteSize(size_t bytes, const Visitor& visit) {
  switch (bytes) {
    case 1:
      return visit(std::integral_constant<size_t, 1>{});
    case 2:
      return visit(std::integral_constant<size_t, 2>{});
    case 4:
      return visit(std::integral_constant<size_t, 4>{});
    default:
      return visit(std::integral_constant<size_t, 8>{});
  }
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_DISPATCH_H_
