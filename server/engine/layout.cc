// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/layout.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace reluserve::engine {
namespace {

using compat::Blocking;
using compat::Desc;
using compat::Dims;

std::optional<dnnl::memory::data_type> DnnlType(DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return dnnl::memory::data_type::f32;
    case DataType::kInt32:
      return dnnl::memory::data_type::s32;
    case DataType::kInt8:
      return dnnl::memory::data_type::s8;
    case DataType::kUint8:
      return dnnl::memory::data_type::u8;
    default:
      return std::nullopt;
  }
}

Dims ToDims(const Shape& shape) { return Dims(shape.dims().begin(), shape.dims().end()); }

// Whether walking the axes of `order` from the innermost outwards meets dense strides, starting at
// `stride`. Axes of extent 1 may have any stride.
bool DenseInOrder(const Blocking& blocking, const std::vector<int>& order, int64_t stride,
                  const Dims& extents) {
  for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
    if (extents[*axis] != 1 && blocking.strides[*axis] != stride) return false;
    stride *= extents[*axis];
  }
  return true;
}

std::vector<int> RowMajorOrder(size_t rank) {
  std::vector<int> order(rank);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

bool IsRowMajor(const Blocking& blocking) {
  return blocking.blocked && blocking.inner_blocks.empty() &&
         DenseInOrder(blocking, RowMajorOrder(blocking.dims.size()), 1, blocking.dims);
}

bool IsChannelsLast(const Blocking& blocking) {
  if (!blocking.blocked || !blocking.inner_blocks.empty() || blocking.dims.size() < 3) return false;
  std::vector<int> order = {0};
  for (size_t axis = 2; axis < blocking.dims.size(); ++axis)
    order.push_back(static_cast<int>(axis));
  order.push_back(1);
  return DenseInOrder(blocking, order, 1, blocking.dims);
}

int64_t Product(const Dims& dims, size_t begin) {
  return std::accumulate(dims.begin() + begin, dims.end(), int64_t{1}, std::multiplies<>());
}

// The block where the only inner block is one of channels and everything else is row-major.
std::optional<int64_t> ChannelBlockOf(const Blocking& blocking) {
  if (!blocking.blocked || blocking.inner_blocks.size() != 1 || blocking.inner_axes[0] != 1) {
    return std::nullopt;
  }
  const int64_t block = blocking.inner_blocks[0];
  Dims extents = blocking.padded_dims;
  extents[1] /= block;
  if (extents[0] != blocking.dims[0] ||
      !DenseInOrder(blocking, RowMajorOrder(extents.size()), block, extents)) {
    return std::nullopt;
  }
  return block;
}

}  // namespace

bool Describable(DataType type, const Shape& shape) {
  if (!DnnlType(type) || shape.rank() < 1 || shape.rank() > kMaxRank) return false;
  return std::all_of(shape.dims().begin(), shape.dims().end(),
                     [](int64_t extent) { return extent > 0; });
}

Desc PlainDesc(DataType type, const Shape& shape) {
  return StridedDesc(type, shape, RowMajorStrides(shape));
}

Desc StridedDesc(DataType type, const Shape& shape, const Shape& strides) {
  return Desc(ToDims(shape), *DnnlType(type), ToDims(strides));
}

Desc AnyDesc(DataType type, const Shape& shape) {
  return Desc(ToDims(shape), *DnnlType(type), dnnl::memory::format_tag::any);
}

DataType TypeOf(const Desc& desc) {
  switch (compat::TypeOf(desc)) {
    case dnnl::memory::data_type::s32:
      return DataType::kInt32;
    case dnnl::memory::data_type::s8:
      return DataType::kInt8;
    case dnnl::memory::data_type::u8:
      return DataType::kUint8;
    default:
      return DataType::kFloat32;
  }
}

bool LiesPlain(const Desc& desc) {
  const Blocking blocking = compat::BlockingOf(desc);
  if (IsRowMajor(blocking)) return true;
  return ChannelBlockOf(blocking) && blocking.padded_dims[1] == blocking.dims[1] &&
         Product(blocking.dims, 2) == 1;
}

bool IsDense(const Desc& desc) {
  int64_t elements = 1;
  for (int64_t extent : compat::BlockingOf(desc).dims) elements *= extent;
  return compat::BlockingOf(desc).blocked &&
         elements * static_cast<int64_t>(ByteSize(TypeOf(desc))) ==
             static_cast<int64_t>(desc.get_size());
}

std::optional<Desc> WithType(const Desc& desc, DataType type) {
  const Blocking blocking = compat::BlockingOf(desc);
  if (!blocking.blocked) return std::nullopt;
  if (blocking.inner_blocks.empty()) {
    return Desc(blocking.dims, *DnnlType(type), blocking.strides);
  }
  const auto block = ChannelBlockOf(blocking);
  const auto rank = blocking.dims.size();
  if (!block || rank < 3 || rank > 5 || (*block != 4 && *block != 8 && *block != 16)) {
    return std::nullopt;
  }
  return BlockedDesc(type, Shape(blocking.dims), *block);
}

std::optional<Desc> WithSamples(const Desc& desc, int64_t samples) {
  Blocking blocking = compat::BlockingOf(desc);
  if (!blocking.blocked) return std::nullopt;
  const bool row_major = IsRowMajor(blocking);
  const bool channels_last = IsChannelsLast(blocking);
  const auto block = ChannelBlockOf(blocking);
  blocking.dims[0] = samples;
  const Shape shape(blocking.dims);
  const auto rank = shape.rank();
  if (row_major) return PlainDesc(TypeOf(desc), shape);
  if (channels_last && rank <= 5) return ChannelsLastDesc(TypeOf(desc), shape);
  if (block && rank >= 3 && rank <= 5 && (*block == 4 || *block == 8 || *block == 16)) {
    return BlockedDesc(TypeOf(desc), shape, *block);
  }
  return std::nullopt;
}

Desc BlockedDesc(DataType type, const Shape& shape, int64_t block) {
  using Tag = dnnl::memory::format_tag;
  constexpr Tag kBlock4[] = {Tag::nCw4c, Tag::nChw4c, Tag::nCdhw4c};
  constexpr Tag kBlock8[] = {Tag::nCw8c, Tag::nChw8c, Tag::nCdhw8c};
  constexpr Tag kBlock16[] = {Tag::nCw16c, Tag::nChw16c, Tag::nCdhw16c};
  const Tag* tags = block == 4 ? kBlock4 : block == 8 ? kBlock8 : kBlock16;
  return Desc(ToDims(shape), *DnnlType(type), tags[shape.rank() - 3]);
}

Desc ChannelsLastDesc(DataType type, const Shape& shape) {
  using Tag = dnnl::memory::format_tag;
  constexpr Tag kTags[] = {Tag::nwc, Tag::nhwc, Tag::ndhwc};
  return Desc(ToDims(shape), *DnnlType(type), kTags[shape.rank() - 3]);
}

std::optional<int64_t> ChannelBlock(const Desc& desc) {
  return ChannelBlockOf(compat::BlockingOf(desc));
}

std::optional<sparsity::ActivationLayout> CountingLayout(const Desc& desc) {
  const Blocking blocking = compat::BlockingOf(desc);
  if (!blocking.blocked) return std::nullopt;
  const Dims& dims = blocking.dims;
  sparsity::ActivationLayout layout;
  layout.samples = dims[0];
  layout.channels = dims.size() > 1 ? dims[1] : 1;
  layout.positions = dims.size() > 2 ? Product(dims, 2) : 1;
  if (const auto block = ChannelBlockOf(blocking)) {
    layout.block = *block;
  } else if (IsRowMajor(blocking)) {
    // One position a channel: neighbours are channels.
    layout.block = layout.positions == 1 ? layout.channels : 1;
  } else if (IsChannelsLast(blocking)) {
    layout.block = layout.channels;
  } else {
    return std::nullopt;
  }
  return layout;
}

std::string LayoutName(const Desc& desc) {
  const Blocking blocking = compat::BlockingOf(desc);
  if (!blocking.blocked) return "opaque";
  std::vector<int> order = RowMajorOrder(blocking.dims.size());
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return blocking.strides[a] > blocking.strides[b]; });
  std::string name;
  for (int axis : order) {
    const bool blocked =
        std::count(blocking.inner_axes.begin(), blocking.inner_axes.end(), axis) > 0;
    name += static_cast<char>((blocked ? 'A' : 'a') + axis);
  }
  for (size_t i = 0; i < blocking.inner_blocks.size(); ++i) {
    name += fmt::format("{}{}", blocking.inner_blocks[i],
                        static_cast<char>('a' + blocking.inner_axes[i]));
  }
  return name;
}

}  // namespace reluserve::engine
