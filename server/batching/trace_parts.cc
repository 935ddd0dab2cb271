// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/trace_parts.h"

#include <cstddef>
#include <utility>

namespace reluserve::batching {
namespace {

using sparsity::LayerCounts;

void Append(const LayerCounts& layer, int64_t begin_row, int64_t end_row, LayerCounts& target) {
  target.channels = layer.channels;
  target.positions = layer.positions;
  target.samples += end_row - begin_row;
  target.shape = layer.shape;
  if (!target.shape.empty()) target.shape[0] = target.samples;
  const auto begin = static_cast<ptrdiff_t>(begin_row * layer.channels);
  const auto end = static_cast<ptrdiff_t>(end_row * layer.channels);
  for (const auto counts :
       {&LayerCounts::inactive, &LayerCounts::saturated, &LayerCounts::non_finite}) {
    const std::vector<uint32_t>& from = layer.*counts;
    std::vector<uint32_t>& to = target.*counts;
    to.insert(to.end(), from.begin() + begin, from.begin() + end);
  }
}

}  // namespace

void AppendSamples(const sparsity::Trace& trace, int64_t samples, int64_t begin, int64_t end,
                   const std::vector<bool>& by_sample, sparsity::Trace& target) {
  target.layers.resize(trace.layers.size());
  for (size_t i = 0; i < trace.layers.size(); ++i) {
    const LayerCounts& layer = trace.layers[i];
    if (by_sample[i]) {
      // More than one row a sample where axis 0 was merged with others.
      const int64_t rows = layer.samples / samples;
      Append(layer, begin * rows, end * rows, target.layers[i]);
    } else if (target.layers[i].samples == 0) {
      target.layers[i] = layer;
    }
  }
}

sparsity::Trace& ReusedTrace::Resize(size_t layers) {
  while (trace_.layers.size() > layers) {
    spare_.push_back(std::move(trace_.layers.back()));
    trace_.layers.pop_back();
  }
  while (trace_.layers.size() < layers && !spare_.empty()) {
    trace_.layers.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  trace_.layers.resize(layers);
  return trace_;
}

sparsity::Trace& ReusedTrace::Clear(size_t layers) {
  for (LayerCounts& layer : Resize(layers).layers) {
    layer.samples = 0;
    layer.inactive.clear();
    layer.saturated.clear();
    layer.non_finite.clear();
  }
  return trace_;
}

}  // namespace reluserve::batching
