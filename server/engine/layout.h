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
bool Describable(DataType type, const Shape& shape);

// The dense row-major descriptor of a describable tensor.
compat::Desc PlainDesc(DataType type, const Shape& shape);
// The same with strides of the caller's, in elements.
compat::Desc StridedDesc(DataType type, const Shape& shape, const Shape& strides);
// A descriptor that leaves the layout to the primitive.
compat::Desc AnyDesc(DataType type, const Shape& shape);

// Whether the elements lie in memory exactly as in a dense row-major tensor of the same shape. That
// covers channel-blocked layouts with one spatial position and no padding, as after global pooling.
bool LiesPlain(const compat::Desc& desc);

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
