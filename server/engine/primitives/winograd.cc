// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/primitives/winograd.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/window_args.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

// Results of one layer that are compared with exact ones.
constexpr int kCheckedResults = 64;

bool AllAre(const compat::Dims& dims, int64_t value) {
  return std::all_of(dims.begin(), dims.end(), [&](int64_t dim) { return dim == value; });
}

int64_t Tiles(const Shape& result, int64_t tile) {
  return ((result[2] + tile - 1) / tile) * ((result[3] + tile - 1) / tile);
}

bool HasRank4(const Shape& source, const Shape& result) {
  return source.rank() == 4 && result.rank() == 4 && Describable(DataType::kFloat32, source) &&
         Describable(DataType::kFloat32, result);
}

// One convolution of one sample, tried on random numbers.
class Check {
 public:
  Check(const Tensor& weights, const Tensor* bias, const Shape& source, const Shape& result,
        const compat::WindowArgs& window)
      : weights_(weights), bias_(bias), source_(source), result_(result), window_(window) {}

  absl::StatusOr<bool> Passes(const dnnl::convolution_forward::primitive_desc& pd,
                              const void* packed) {
    RELUSERVE_ASSIGN_OR_RETURN(Tensor source, Allocate(pd.src_desc()));
    RELUSERVE_ASSIGN_OR_RETURN(Tensor result, Allocate(pd.dst_desc()));
    RELUSERVE_ASSIGN_OR_RETURN(Tensor scratchpad, Allocate(pd.scratchpad_desc()));
    Draw(source.mutable_values<float>());
    const dnnl::engine& engine = compat::CpuEngine();
    dnnl::stream stream(engine);
    std::unordered_map<int, dnnl::memory> arguments = {
        {DNNL_ARG_SRC, {pd.src_desc(), engine, source.mutable_data()}},
        {DNNL_ARG_WEIGHTS, {pd.weights_desc(), engine, const_cast<void*>(packed)}},
        {DNNL_ARG_DST, {pd.dst_desc(), engine, result.mutable_data()}},
        {DNNL_ARG_SCRATCHPAD, {pd.scratchpad_desc(), engine, scratchpad.mutable_data()}}};
    if (bias_ != nullptr) {
      arguments.emplace(DNNL_ARG_BIAS,
                        dnnl::memory(pd.bias_desc(), engine, const_cast<void*>(bias_->data())));
    }
    dnnl::convolution_forward(pd).execute(stream, arguments);
    stream.wait();
    return IsWithinBound(source.values<float>(), result.values<float>());
  }

 private:
  static absl::StatusOr<Tensor> Allocate(const Desc& desc) {
    const auto floats = static_cast<int64_t>(desc.get_size() / sizeof(float));
    return Tensor::Allocate(DataType::kFloat32, Shape{floats});
  }

  // Zeros where a block has channels that the source has not. Some thousands are drawn and
  // repeated, a prime number so that they meet other weights each time.
  void Draw(std::span<float> source) {
    constexpr size_t kDrawn = 8191;
    std::uniform_real_distribution<float> values(-1.0f, 1.0f);
    std::vector<float> drawn(kDrawn);
    for (float& value : drawn) value = values(random_);
    size_t next = 0;
    std::fill(source.begin(), source.end(), 0.0f);
    const int64_t positions = source_[2] * source_[3];
    for (int64_t c = 0; c < source_[1]; ++c) {
      for (int64_t i = 0; i < positions; ++i) {
        source[static_cast<size_t>(At(source_, c, i))] = drawn[next];
        next = next + 1 < kDrawn ? next + 1 : 0;
      }
    }
  }

  // Where an element of a blocked tensor of that shape is.
  static int64_t At(const Shape& shape, int64_t channel, int64_t position) {
    return (channel / kWinogradBlock * shape[2] * shape[3] + position) * kWinogradBlock +
           channel % kWinogradBlock;
  }

  int64_t Pick(int64_t extent) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(extent));
  }

  bool IsWithinBound(std::span<const float> source, std::span<const float> result) {
    for (int i = 0; i < kCheckedResults; ++i) {
      const int64_t channel = Pick(result_[1]);
      const int64_t y = Pick(result_[2]);
      const int64_t x = Pick(result_[3]);
      const Exact exact = Compute(source, channel, y, x);
      const float found = result[static_cast<size_t>(At(result_, channel, y * result_[3] + x))];
      // Written so that NaN is not within it.
      if (!(std::abs(found - exact.value) <= kWinogradErrorBound * exact.magnitude)) return false;
    }
    return true;
  }

  struct Exact {
    double value = 0;
    double magnitude = 0;  // the sum of what is added, without signs
  };
  Exact Compute(std::span<const float> source, int64_t channel, int64_t y, int64_t x) const {
    const double bias = bias_ != nullptr ? bias_->values<float>()[static_cast<size_t>(channel)] : 0;
    Exact exact = {bias, std::abs(bias)};
    const std::span<const float> weights = weights_.values<float>();
    for (int64_t c = 0; c < source_[1]; ++c) {
      for (int64_t tap = 0; tap < 9; ++tap) {
        const int64_t row = y + tap / 3 - window_.pads_begin[0];
        const int64_t column = x + tap % 3 - window_.pads_begin[1];
        if (row < 0 || row >= source_[2] || column < 0 || column >= source_[3]) continue;
        const double product =
            double{source[static_cast<size_t>(At(source_, c, row * source_[3] + column))]} *
            weights[static_cast<size_t>((channel * source_[1] + c) * 9 + tap)];
        exact.value += product;
        exact.magnitude += std::abs(product);
      }
    }
    return exact;
  }

  const Tensor& weights_;
  const Tensor* bias_;
  const Shape& source_;
  const Shape& result_;
  const compat::WindowArgs& window_;
  std::mt19937_64 random_{1};
};

bool IsFromModel(const graph::Graph& graph, const Node& node) {
  return node.inputs.size() > 1 && node.inputs[1] != kNoValue &&
         graph.value(node.inputs[1]).origin == graph::Value::Origin::kModel;
}

// The extent of the tiles by which to compute the node; 0: not so.
int ChosenTile(const Node& node, const Shape& weights, const Shape& result, const Tuning* tuning) {
  if (tuning == nullptr) return WinogradTile(weights, result);
  const auto chosen = tuning->winograd_tiles.find(node.name);
  return chosen == tuning->winograd_tiles.end() ? 0 : chosen->second;
}

// The same, where it may be computed by them.
absl::StatusOr<int> CheckedTile(const Node& node, const std::vector<graph::OperandInfo>& facts,
                                const Tuning* tuning, WeightStore& store) {
  const auto* conv = std::get_if<graph::Conv>(&node.op);
  if (conv == nullptr || conv->group != 1) return 0;
  const auto value = [&](size_t input) -> const Tensor* {
    const bool given = node.inputs.size() > input && node.inputs[input] != kNoValue;
    return given && facts[node.inputs[input]].value ? &*facts[node.inputs[input]].value : nullptr;
  };
  const Tensor* weights = value(1);
  const Tensor* bias = value(2);
  const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  const Shape& source = facts[node.inputs[0]].shape;
  const Shape& result = facts[node.outputs[0]].shape;
  if (weights == nullptr || weights->type() != DataType::kFloat32 ||
      (has_bias && bias == nullptr) || !HasRank4(source, result) || source[0] != 1) {
    return 0;
  }
  const int tile = ChosenTile(node, weights->shape(), result, tuning);
  RELUSERVE_ASSIGN_OR_RETURN(const compat::WindowArgs window,
                             ConvolutionWindow(conv->window, source, weights->shape()));
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  Desc bias_desc;
  if (has_bias) bias_desc = PlainDesc(DataType::kFloat32, bias->shape());
  const auto pd = MakeWinograd(source, weights->shape(), bias_desc, result, window, attr, tile);
  if (!pd) return 0;
  const Desc given = PlainDesc(DataType::kFloat32, weights->shape());
  RELUSERVE_ASSIGN_OR_RETURN(const Tensor elements, store.Plain(node.inputs[1], *weights));
  RELUSERVE_ASSIGN_OR_RETURN(const Tensor packed,
                             store.Packed(node.inputs[1], *weights, given, pd.weights_desc()));
  RELUSERVE_ASSIGN_OR_RETURN(
      const bool exact, Check(elements, bias, source, result, window).Passes(pd, packed.data()));
  return exact ? tile : 0;
}

}  // namespace

// Tiles of 4 save more multiplications, those of 2 need less than half the memory for the weights,
// which counts where few tiles share them. 0 as blocks of channels would be mostly padding, or too
// few tiles would share the weights. Where the borders lie was measured on the layers of networks
// for pictures, with weights that were not in the caches.
int WinogradTile(const Shape& weights, const Shape& result) {
  constexpr int64_t kFewTiles = 16;
  constexpr int64_t kFewChannels = 32;
  if (weights.rank() != 4 || result.rank() != 4 || weights[0] < kWinogradBlock ||
      weights[1] < kWinogradBlock) {
    return 0;
  }
  if (Tiles(result, 4) > kFewTiles) return 4;
  return Tiles(result, 2) > kFewTiles && weights[0] > kFewChannels ? 2 : 0;
}

dnnl::convolution_forward::primitive_desc MakeWinograd(const Shape& source, const Shape& weights,
                                                       const Desc& bias, const Shape& result,
                                                       const compat::WindowArgs& window,
                                                       const dnnl::primitive_attr& attr, int tile) {
  const bool fits = tile != 0 && HasRank4(source, result) && weights.rank() == 4 &&
                    weights[2] == 3 && weights[3] == 3 && AllAre(window.strides, 1) &&
                    AllAre(window.dilations, 0);
  if (!fits) return {};
  const auto make = [&](std::string_view name) {
    return compat::MakeConvolution(dnnl::algorithm::convolution_winograd,
                                   BlockedDesc(DataType::kFloat32, source, kWinogradBlock),
                                   AnyDesc(DataType::kFloat32, weights), bias,
                                   BlockedDesc(DataType::kFloat32, result, kWinogradBlock), window,
                                   attr, name);
  };
  const auto pd = make(tile == 4 ? "wino_4x3" : "wino_2x3");
  return pd ? pd : make("wino");
}

absl::StatusOr<WinogradNodes> FindWinogradNodes(const graph::Graph& graph,
                                                const std::vector<graph::OperandInfo>& facts,
                                                const Tuning* tuning, WeightStore& weights) {
  WinogradNodes nodes;
  for (const Node& node : graph.nodes) {
    // Weights by the file's own bytes alone: packed so they take up to four times the memory, which
    // a few bytes that say what to fill a tensor with shall not have us allocate.
    if (!IsFromModel(graph, node)) continue;
    try {
      RELUSERVE_ASSIGN_OR_RETURN(const int tile, CheckedTile(node, facts, tuning, weights));
      if (tile != 0) nodes[node.outputs[0]] = {tile, /*fixed=*/tuning != nullptr};
    } catch (const dnnl::error& error) {
      return Internal("node \"{}\": oneDNN failed to try Winograd's algorithm: {}", node.name,
                      error.what());
    }
  }
  return nodes;
}

}  // namespace reluserve::engine
