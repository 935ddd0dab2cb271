// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The one place that knows oneDNN 2.x from 3.x. Everything else in engine/ reads as 3.x: primitive
// descriptors made in one step, eltwise post-ops without a scale, layouts queried by method.
//
// Make... functions return an empty descriptor where oneDNN has no implementation; they throw
// dnnl::error for arguments that contradict each other.

#ifndef RELUSERVE_SERVER_ENGINE_DNNL_COMPAT_H_
#define RELUSERVE_SERVER_ENGINE_DNNL_COMPAT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

namespace reluserve::engine::compat {

using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;

// The CPU engine of the process. oneDNN engines are thread-safe.
inline const dnnl::engine& CpuEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

// How a blocked memory descriptor lays its elements out.
struct Blocking {
  bool blocked = false;  // false for opaque layouts (Winograd weights): nothing else is then set
  Dims dims;
  Dims padded_dims;
  Dims strides;  // between blocks along each axis, in elements
  std::vector<dnnl::memory::dim> inner_blocks;
  std::vector<dnnl::memory::dim> inner_axes;
};

// How a window moves, one entry a spatial axis.
struct WindowArgs {
  Dims strides;
  Dims dilations;  // 0 = dense: one less than ONNX's
  Dims pads_begin;
  Dims pads_end;
};

inline constexpr auto kForward = dnnl::prop_kind::forward_inference;

// What a quantised primitive makes of its 32-bit sums: scale * sum + bias, then its post-ops, then
// the zero point. `scales` has one entry, or one for each output channel of a convolution.
struct Requantization {
  std::vector<float> scales;
  int32_t source_zero_point = 0;
  int32_t result_zero_point = 0;
};

// A constant that a primitive reads as an argument of every run, as 3.x has its attributes: floats,
// or else integers.
struct AttributeArgument {
  int role = 0;
  std::vector<float> floats;
  std::vector<int32_t> integers;
};

// Whether oneDNN's kernels for vectors of 512 bits are to be had: each instruction set's number has
// the bits of those it includes.
inline bool HasAvx512() {
  constexpr auto kCore = static_cast<unsigned>(dnnl::cpu_isa::avx512_core);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & kCore) == kCore;
}

// Of the implementations that `first` begins with, the first whose name contains `name`.
template <typename PrimitiveDesc>
PrimitiveDesc FirstNamed(PrimitiveDesc first, std::string_view name) {
  while (first && std::string_view(first.impl_info_str()).find(name) == std::string_view::npos) {
    if (!first.next_impl()) return {};
  }
  return first;
}

#if DNNL_VERSION_MAJOR < 3

inline bool IsZero(const Desc& desc) { return desc.data.ndims == 0; }

inline Blocking BlockingOf(const Desc& desc) {
  const dnnl_memory_desc_t& data = desc.data;
  Blocking result;
  result.blocked = data.format_kind == dnnl_blocked;
  if (!result.blocked) return result;
  const dnnl_blocking_desc_t& format = data.format_desc.blocking;
  result.dims.assign(data.dims, data.dims + data.ndims);
  result.padded_dims.assign(data.padded_dims, data.padded_dims + data.ndims);
  result.strides.assign(format.strides, format.strides + data.ndims);
  result.inner_blocks.assign(format.inner_blks, format.inner_blks + format.inner_nblks);
  result.inner_axes.assign(format.inner_idxs, format.inner_idxs + format.inner_nblks);
  return result;
}

inline void AppendEltwise(dnnl::post_ops& ops, dnnl::algorithm algorithm, float alpha, float beta) {
  ops.append_eltwise(1.0f, algorithm, alpha, beta);
}

// The first implementation whose name contains `name`.
inline dnnl::convolution_forward::primitive_desc MakeConvolution(
    dnnl::algorithm algorithm, const Desc& src, const Desc& weights, const Desc& bias,
    const Desc& dst, const WindowArgs& window, const dnnl::primitive_attr& attr,
    std::string_view name = "") {
  // next_impl reads this again.
  const dnnl::convolution_forward::desc operation(kForward, algorithm, src, weights, bias, dst,
                                                  window.strides, window.dilations,
                                                  window.pads_begin, window.pads_end);
  return FirstNamed(dnnl::convolution_forward::primitive_desc(operation, attr, CpuEngine(),
                                                              /*allow_empty=*/true),
                    name);
}

inline dnnl::deconvolution_forward::primitive_desc MakeDeconvolution(
    const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
    const WindowArgs& window, const dnnl::primitive_attr& attr) {
  return {dnnl::deconvolution_forward::desc(kForward, dnnl::algorithm::deconvolution_direct, src,
                                            weights, bias, dst, window.strides, window.dilations,
                                            window.pads_begin, window.pads_end),
          attr, CpuEngine(), /*allow_empty=*/true};
}

inline dnnl::inner_product_forward::primitive_desc MakeInnerProduct(
    const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
    const dnnl::primitive_attr& attr) {
  return {dnnl::inner_product_forward::desc(kForward, src, weights, bias, dst), attr, CpuEngine(),
          /*allow_empty=*/true};
}

inline dnnl::matmul::primitive_desc MakeMatmul(const Desc& src, const Desc& weights,
                                               const Desc& dst, const dnnl::primitive_attr& attr) {
  return {dnnl::matmul::desc(src, weights, dst), attr, CpuEngine(), /*allow_empty=*/true};
}

// Pooling without dilation: 2.x has that in a primitive of its own.
inline dnnl::pooling_forward::primitive_desc MakePooling(dnnl::algorithm algorithm, const Desc& src,
                                                         const Desc& dst, const Dims& kernel,
                                                         const WindowArgs& window,
                                                         const dnnl::primitive_attr& attr) {
  return {dnnl::pooling_forward::desc(kForward, algorithm, src, dst, window.strides, kernel,
                                      window.pads_begin, window.pads_end),
          attr, CpuEngine(), /*allow_empty=*/true};
}

inline dnnl::batch_normalization_forward::primitive_desc MakeBatchNormalization(
    const Desc& data, float epsilon, dnnl::normalization_flags flags,
    const dnnl::primitive_attr& attr) {
  return {dnnl::batch_normalization_forward::desc(kForward, data, epsilon, flags), attr,
          CpuEngine(), /*allow_empty=*/true};
}

inline dnnl::lrn_forward::primitive_desc MakeLrn(const Desc& data, dnnl::memory::dim size,
                                                 float alpha, float beta, float bias,
                                                 const dnnl::primitive_attr& attr) {
  return {dnnl::lrn_forward::desc(kForward, dnnl::algorithm::lrn_across_channels, data, size, alpha,
                                  beta, bias),
          attr, CpuEngine(), /*allow_empty=*/true};
}

inline dnnl::eltwise_forward::primitive_desc MakeEltwise(dnnl::algorithm algorithm,
                                                         const Desc& data, float alpha, float beta,
                                                         const dnnl::primitive_attr& attr) {
  return {dnnl::eltwise_forward::desc(kForward, algorithm, data, alpha, beta), attr, CpuEngine(),
          /*allow_empty=*/true};
}

inline dnnl::binary::primitive_desc MakeBinary(dnnl::algorithm algorithm, const Desc& src0,
                                               const Desc& src1, const Desc& dst,
                                               const dnnl::primitive_attr& attr) {
  return {dnnl::binary::desc(algorithm, src0, src1, dst), attr, CpuEngine(), /*allow_empty=*/true};
}

inline dnnl::concat::primitive_desc MakeConcat(const Desc& dst, int axis,
                                               const std::vector<Desc>& sources,
                                               const dnnl::primitive_attr& attr) {
  return {dst, axis, sources, CpuEngine(), attr};
}

// Sets the attributes for `requantization` of a convolution with or without groups; what it returns
// has to be among the arguments.
inline std::vector<AttributeArgument> SetRequantization(const Requantization& requantization,
                                                        bool /*grouped*/,
                                                        dnnl::primitive_attr& attr) {
  attr.set_output_scales(requantization.scales.size() > 1 ? 1 << 1 : 0, requantization.scales);
  if (requantization.source_zero_point != 0) {
    attr.set_zero_points(DNNL_ARG_SRC, 0, {requantization.source_zero_point});
  }
  if (requantization.result_zero_point != 0) {
    attr.set_zero_points(DNNL_ARG_DST, 0, {requantization.result_zero_point});
  }
  return {};
}
// The bias is added to the sums, before they are scaled.
inline constexpr bool kBiasInSums = true;

// The same for a binary operation: a factor for each source.
inline std::vector<AttributeArgument> SetSourceScales(float first, float second,
                                                      dnnl::primitive_attr& attr) {
  attr.set_scales(DNNL_ARG_SRC_0, 0, {first});
  attr.set_scales(DNNL_ARG_SRC_1, 0, {second});
  return {};
}

// Whether sums of products of 8-bit integers are exact: without dot-product instructions, pairs of
// products saturate at 16 bits.
inline bool HasExactInt8() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx512_core_vnni:
    case dnnl::cpu_isa::avx512_core_bf16:
    case dnnl::cpu_isa::avx512_core_amx:
    case dnnl::cpu_isa::avx2_vnni:
      return true;
    default:
      return false;
  }
}

inline dnnl::memory::data_type TypeOf(const Desc& desc) { return desc.data_type(); }

// The parameters with which eltwise_hardswish is x * max(0, min(1, x/6 + 1/2)): built in here.
inline constexpr float kHardSwishAlpha = 0.0f;
inline constexpr float kHardSwishBeta = 0.0f;

#else

inline bool IsZero(const Desc& desc) { return desc.is_zero(); }

inline Blocking BlockingOf(const Desc& desc) {
  Blocking result;
  result.blocked = desc.get_format_kind() == dnnl::memory::format_kind::blocked;
  if (!result.blocked) return result;
  result.dims = desc.get_dims();
  result.padded_dims = desc.get_padded_dims();
  result.strides = desc.get_strides();
  const Dims blocks = desc.get_inner_blks();
  const Dims axes = desc.get_inner_idxs();
  result.inner_blocks.assign(blocks.begin(), blocks.end());
  result.inner_axes.assign(axes.begin(), axes.end());
  return result;
}

inline void AppendEltwise(dnnl::post_ops& ops, dnnl::algorithm algorithm, float alpha, float beta) {
  ops.append_eltwise(algorithm, alpha, beta);
}

inline dnnl::convolution_forward::primitive_desc MakeConvolution(
    dnnl::algorithm algorithm, const Desc& src, const Desc& weights, const Desc& bias,
    const Desc& dst, const WindowArgs& window, const dnnl::primitive_attr& attr,
    std::string_view name = "") {
  return FirstNamed(dnnl::convolution_forward::primitive_desc(
                        CpuEngine(), kForward, algorithm, src, weights, bias, dst, window.strides,
                        window.dilations, window.pads_begin, window.pads_end, attr,
                        /*allow_empty=*/true),
                    name);
}

inline dnnl::deconvolution_forward::primitive_desc MakeDeconvolution(
    const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
    const WindowArgs& window, const dnnl::primitive_attr& attr) {
  return {CpuEngine(),
          kForward,
          dnnl::algorithm::deconvolution_direct,
          src,
          weights,
          bias,
          dst,
          window.strides,
          window.dilations,
          window.pads_begin,
          window.pads_end,
          attr,
          /*allow_empty=*/true};
}

inline dnnl::inner_product_forward::primitive_desc MakeInnerProduct(
    const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
    const dnnl::primitive_attr& attr) {
  return {CpuEngine(), kForward, src, weights, bias, dst, attr, /*allow_empty=*/true};
}

inline dnnl::matmul::primitive_desc MakeMatmul(const Desc& src, const Desc& weights,
                                               const Desc& dst, const dnnl::primitive_attr& attr) {
  return {CpuEngine(), src, weights, dst, attr, /*allow_empty=*/true};
}

inline dnnl::pooling_forward::primitive_desc MakePooling(dnnl::algorithm algorithm, const Desc& src,
                                                         const Desc& dst, const Dims& kernel,
                                                         const WindowArgs& window,
                                                         const dnnl::primitive_attr& attr) {
  const Dims dense(kernel.size(), 0);
  return {CpuEngine(),         kForward,        algorithm, src, dst, window.strides, kernel, dense,
          window.pads_begin,   window.pads_end, attr,
          /*allow_empty=*/true};
}

inline dnnl::batch_normalization_forward::primitive_desc MakeBatchNormalization(
    const Desc& data, float epsilon, dnnl::normalization_flags flags,
    const dnnl::primitive_attr& attr) {
  return {CpuEngine(), kForward, data, data, epsilon, flags, attr, /*allow_empty=*/true};
}

inline dnnl::lrn_forward::primitive_desc MakeLrn(const Desc& data, dnnl::memory::dim size,
                                                 float alpha, float beta, float bias,
                                                 const dnnl::primitive_attr& attr) {
  return {CpuEngine(),
          kForward,
          dnnl::algorithm::lrn_across_channels,
          data,
          data,
          size,
          alpha,
          beta,
          bias,
          attr,
          /*allow_empty=*/true};
}

inline dnnl::eltwise_forward::primitive_desc MakeEltwise(dnnl::algorithm algorithm,
                                                         const Desc& data, float alpha, float beta,
                                                         const dnnl::primitive_attr& attr) {
  return {CpuEngine(), kForward, algorithm, data, data, alpha, beta, attr, /*allow_empty=*/true};
}

inline dnnl::binary::primitive_desc MakeBinary(dnnl::algorithm algorithm, const Desc& src0,
                                               const Desc& src1, const Desc& dst,
                                               const dnnl::primitive_attr& attr) {
  return {CpuEngine(), algorithm, src0, src1, dst, attr, /*allow_empty=*/true};
}

inline dnnl::concat::primitive_desc MakeConcat(const Desc& dst, int axis,
                                               const std::vector<Desc>& sources,
                                               const dnnl::primitive_attr& attr) {
  return {CpuEngine(), dst, axis, sources, attr};
}

// The weights' scales are those of the sums: the other operands have none.
inline std::vector<AttributeArgument> SetRequantization(const Requantization& requantization,
                                                        bool grouped, dnnl::primitive_attr& attr) {
  std::vector<AttributeArgument> arguments;
  const int output_channels = grouped ? (1 << 0) + (1 << 1) : 1 << 0;
  attr.set_scales_mask(DNNL_ARG_WEIGHTS, requantization.scales.size() > 1 ? output_channels : 0);
  arguments.push_back({DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, requantization.scales, {}});
  const auto add_zero_point = [&](int role, int32_t zero_point) {
    if (zero_point == 0) return;
    attr.set_zero_points_mask(role, 0);
    arguments.push_back({DNNL_ARG_ATTR_ZERO_POINTS | role, {}, {zero_point}});
  };
  add_zero_point(DNNL_ARG_SRC, requantization.source_zero_point);
  add_zero_point(DNNL_ARG_DST, requantization.result_zero_point);
  return arguments;
}
inline constexpr bool kBiasInSums = false;

inline std::vector<AttributeArgument> SetSourceScales(float first, float second,
                                                      dnnl::primitive_attr& attr) {
  attr.set_scales_mask(DNNL_ARG_SRC_0, 0);
  attr.set_scales_mask(DNNL_ARG_SRC_1, 0);
  return {{DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC_0, {first}, {}},
          {DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC_1, {second}, {}}};
}

inline bool HasExactInt8() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::isa_default:
    case dnnl::cpu_isa::sse41:
    case dnnl::cpu_isa::avx:
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx512_core:
      return false;
    default:  // what newer CPUs have includes dot products
      return true;
  }
}

inline dnnl::memory::data_type TypeOf(const Desc& desc) { return desc.get_data_type(); }

// The parameters with which eltwise_hardswish is x * max(0, min(1, x/6 + 1/2)).
inline constexpr float kHardSwishAlpha = 1.0f / 6.0f;
inline constexpr float kHardSwishBeta = 0.5f;

#endif

}  // namespace reluserve::engine::compat

#endif  // RELUSERVE_SERVER_ENGINE_DNNL_COMPAT_H_
