// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Questions about how a tensor lies in memory.

#ifndef RELUSERVE_SERVER_ENGINE_LAYOUT_H_
#define RELUSERVE_SERVER_ENGINE_LAYOUT_H_

#include <optional>
#include <string>

#include "server/engine/dnnl_compat.h"
#include "server/sparsity/activation_counter.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine {

// Whether oneDNN can describe a tensor of this type and shape: float32, int32, int8 or uint8; 1 to
// `kMaxRank` axes, none of them empty.
inline constexpr int kMaxRank = 6;
// Whether elements are 8-bit integers, as quantised tensors have them.
inline bool IsByte(DataType type) { return type == DataType::kInt8 || type == DataType::kUint8; }

bool Describable(DataType type, const Shape& shape);

// The dense row-major descriptor of a describable tensor.
compat::Desc PlainDesc(DataType type, const Shape& shape);
// The same with strides of the caller's, in elements.
compat::Desc StridedDesc(DataType type, const Shape& shape, const Shape& strides);
// The element type of a descriptor that one of these made, or that a primitive made of one.
DataType TypeOf(const compat::Desc& desc);
// A descriptor that leaves the layout to the primitive.
compat::Desc AnyDesc(DataType type, const Shape& shape);

// Whether the elements lie in memory exactly as in a dense row-major tensor of the same shape. That
// covers channel-blocked layouts with one spatial position and no padding, as after global pooling.
bool LiesPlain(const compat::Desc& desc);

// Whether the layout has no padding and no gaps.
bool IsDense(const compat::Desc& desc);
// The same layout for elements of another type; nothing for layouts known to oneDNN alone.
std::optional<compat::Desc> WithType(const compat::Desc& desc, DataType type);
// The same layout for another extent of axis 0, along which the elements lie outermost; nothing for
// layouts where they do not, or that are known to oneDNN alone.
std::optional<compat::Desc> WithSamples(const compat::Desc& desc, int64_t samples);
// The channel-blocked descriptor of a shape of 3 to 5 axes; the block is 4, 8 or 16.
compat::Desc BlockedDesc(DataType type, const Shape& shape, int64_t block);
// The descriptor of such a shape with the channels innermost.
compat::Desc ChannelsLastDesc(DataType type, const Shape& shape);

// The block of a channel-blocked layout (nChw8c: 8); nothing for any other layout.
std::optional<int64_t> ChannelBlock(const compat::Desc& desc);

// How to count the elements in place, with axis 0 as samples and axis 1 as channels; nothing for
// layouts that counting does not know.
std::optional<sparsity::ActivationLayout> CountingLayout(const compat::Desc& desc);

// "aBcd8b": axes in order of their strides, blocked axes in capitals, inner blocks last; "opaque"
// for layouts known to oneDNN alone.
std::string LayoutName(const compat::Desc& desc);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_LAYOUT_H_
