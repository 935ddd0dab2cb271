// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "server/base/status.h"
#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/indices.h"
#include "server/engine/kernels/kernel_list.h"

namespace reluserve::engine::kernels {
namespace {

using graph::ScatterReduction;

// NaN is larger and smaller than every number, as for Max and Min.
template <typename T>
T Reduced(ScatterReduction reduction, T old, T update) {
  switch (reduction) {
    case ScatterReduction::kNone:
      return update;
    case ScatterReduction::kAdd:
      return Add(old, update);
    case ScatterReduction::kMul:
      return Multiply(old, update);
    case ScatterReduction::kMax:
      return old >= update || old != old ? old : update;
    case ScatterReduction::kMin:
      return old <= update || old != old ? old : update;
  }
  return update;
}

// Pieces of `length` elements of the updates, each with the place in the result it goes to. In
// order, on one thread: two may go to the same place.
absl::Status WritePieces(const graph::Node& node, ScatterReduction reduction,
                         const std::vector<int64_t>& places, int64_t length, Inputs inputs,
                         const MutableTensorView& output) {
  std::memcpy(output.data, inputs[0].data, output.byte_size());
  if (reduction == ScatterReduction::kNone) {
    const auto bytes = static_cast<int64_t>(ByteSize(output.type)) * length;
    const auto* update = Elements<std::byte>(inputs[2]);
    for (size_t i = 0; i < places.size(); ++i, update += bytes) {
      std::memcpy(Elements<std::byte>(output) + places[i] / length * bytes, update,
                  static_cast<size_t>(bytes));
    }
    return absl::OkStatus();
  }
  return Dispatch(NumericTypes{}, node, output.type, [&]<typename T>(std::type_identity<T>) {
    const T* update = Elements<T>(inputs[2]);
    for (const int64_t place : places) {
      T* target = Elements<T>(output) + place;
      for (int64_t i = 0; i < length; ++i) target[i] = Reduced(reduction, target[i], *update++);
    }
  });
}

// The place of each row of indices, of `depth` entries, in axes of these extents; `strides` are
// those of the elements.
template <typename Index>
absl::StatusOr<std::vector<int64_t>> PlacesOfRows(const graph::Node& node,
                                                  const TensorView& indices,
                                                  std::span<const int64_t> extents,
                                                  std::span<const int64_t> strides) {
  std::vector<int64_t> places;
  const Index* index = Elements<Index>(indices);
  const int64_t rows = indices.shape.ElementCount(0, indices.shape.rank() - 1);
  places.reserve(static_cast<size_t>(rows));
  for (int64_t row = 0; row < rows; ++row) {
    int64_t place = 0;
    for (size_t axis = 0; axis < extents.size(); ++axis, ++index) {
      RELUSERVE_RETURN_IF_ERROR(CheckIndex(node, *index, extents[axis]));
      place += Resolve(*index, extents[axis]) * strides[axis];
    }
    places.push_back(place);
  }
  return places;
}

// The place of each element of the indices, which replaces the coordinate along `axis`.
template <typename Index>
absl::StatusOr<std::vector<int64_t>> PlacesOfElements(const graph::Node& node,
                                                      const TensorView& indices, const Shape& x,
                                                      int axis) {
  std::vector<int64_t> places;
  const Shape strides = RowMajorStrides(x);
  const std::span<const Index> values = indices.values<Index>();
  places.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    RELUSERVE_RETURN_IF_ERROR(CheckIndex(node, values[i], x[axis]));
    int64_t place = Resolve(values[i], x[axis]) * strides[axis];
    auto rest = static_cast<int64_t>(i);
    for (int other = x.rank(); other-- > 0;) {
      if (other != axis) place += rest % indices.shape[other] * strides[other];
      rest /= indices.shape[other];
    }
    places.push_back(place);
  }
  return places;
}

// Calls visit(Index{}) with the type of the indices, for a function that returns places.
template <typename Visitor>
absl::StatusOr<std::vector<int64_t>> ForIndexType(const graph::Node& node, DataType type,
                                                  const Visitor& visit) {
  std::vector<int64_t> places;
  RELUSERVE_RETURN_IF_ERROR(Dispatch(
      IndexTypes{}, node, type, [&]<typename Index>(std::type_identity<Index>) -> absl::Status {
        RELUSERVE_ASSIGN_OR_RETURN(places, visit(Index{}));
        return absl::OkStatus();
      }));
  return places;
}

}  // namespace

absl::Status ScatterElements(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::ScatterElements>(node.op);
  const Shape& x = inputs[0].shape;
  const auto axis = static_cast<int>(op.axis < 0 ? op.axis + x.rank() : op.axis);
  RELUSERVE_ASSIGN_OR_RETURN(const auto places, ForIndexType(node, inputs[1].type, [&](auto index) {
                               return PlacesOfElements<decltype(index)>(node, inputs[1], x, axis);
                             }));
  return WritePieces(node, op.reduction, places, 1, inputs, outputs[0]);
}

absl::Status ScatterNd(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const Shape& x = inputs[0].shape;
  const Shape& indices = inputs[1].shape;
  const auto depth = static_cast<size_t>(indices[indices.rank() - 1]);
  const Shape strides = RowMajorStrides(x);
  RELUSERVE_ASSIGN_OR_RETURN(const auto places, ForIndexType(node, inputs[1].type, [&](auto index) {
                               return PlacesOfRows<decltype(index)>(node, inputs[1],
                                                                    x.dims().first(depth),
                                                                    strides.dims().first(depth));
                             }));
  const int64_t length = x.ElementCount(static_cast<int>(depth), x.rank());
  if (length == 0) return absl::OkStatus();
  return WritePieces(node, std::get<graph::ScatterNd>(node.op).reduction, places, length, inputs,
                     outputs[0]);
}

absl::Status GatherNd(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto shared = static_cast<int>(std::get<graph::GatherNd>(node.op).batch_dims);
  const Shape& x = inputs[0].shape;
  const Shape& indices = inputs[1].shape;
  const auto depth = static_cast<size_t>(indices[indices.rank() - 1]);
  const Shape strides = RowMajorStrides(x);
  RELUSERVE_ASSIGN_OR_RETURN(const auto places, ForIndexType(node, inputs[1].type, [&](auto index) {
                               return PlacesOfRows<decltype(index)>(
                                   node, inputs[1],
                                   x.dims().subspan(static_cast<size_t>(shared), depth),
                                   strides.dims().subspan(static_cast<size_t>(shared), depth));
                             }));
  const int64_t length = x.ElementCount(shared + static_cast<int>(depth), x.rank());
  const int64_t batch = x.ElementCount(shared, x.rank());
  const int64_t rows_of_batch = indices.ElementCount(shared, indices.rank() - 1);
  const auto bytes = static_cast<int64_t>(ByteSize(inputs[0].type));
  auto* target = Elements<std::byte>(outputs[0]);
  for (size_t row = 0; row < places.size(); ++row, target += length * bytes) {
    const int64_t from = static_cast<int64_t>(row) / rows_of_batch * batch + places[row];
    std::memcpy(target, Elements<std::byte>(inputs[0]) + from * bytes,
                static_cast<size_t>(length * bytes));
  }
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
