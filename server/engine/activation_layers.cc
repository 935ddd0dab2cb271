// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/activation_layers.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reluserve::engine {
namespace {

using graph::Activation;
using graph::ActivationKind;
using sparsity::CountRule;
using Inactive = CountRule::Inactive;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Older models write "no bound" as the largest float.
constexpr float kUnbounded = std::numeric_limits<float>::max();

// Outputs at which the derivative is 1/100 of its largest value:
constexpr float kSigmoidTail = 0.00250629f;   // s(1-s) = 0.25/100
constexpr float kTanhTail = 0.99498744f;      // 1-t² = 1/100
constexpr float kSoftsignTail = 0.9f;         // (1-|y|)² = 1/100
constexpr float kSoftplusTail = 0.01005034f;  // 1-e⁻ʸ = 1/100

struct Counting {
  CountRule rule;
  bool count_input = false;
};

constexpr Counting kNotPositiveOutput = {{Inactive::kNotPositive}, false};
constexpr Counting kNotPositiveInput = {{Inactive::kNotPositive}, true};

Counting SaturatingAt(float low, float high) { return {{Inactive::kNone, low, high}, false}; }

std::optional<Counting> CountingOfClip(const Activation& clip) {
  const float high = clip.beta >= kUnbounded ? kInfinity : clip.beta;
  if (clip.alpha == 0.0f) return Counting{{Inactive::kNotPositive, -kInfinity, high}, false};
  if (clip.alpha <= -kUnbounded || high == kInfinity) return std::nullopt;
  return SaturatingAt(clip.alpha, high);
}

std::optional<Counting> CountingOf(const Activation& activation) {
  switch (activation.kind) {
    case ActivationKind::kRelu:
    case ActivationKind::kHardSwish:
    case ActivationKind::kMish:
    case ActivationKind::kGelu:
    case ActivationKind::kGeluTanh:
    case ActivationKind::kSwish:
      return kNotPositiveOutput;
    case ActivationKind::kLeakyRelu:
    case ActivationKind::kElu:
      return activation.alpha >= 0.0f ? kNotPositiveOutput : kNotPositiveInput;
    case ActivationKind::kCelu:
      return activation.alpha > 0.0f ? kNotPositiveOutput : kNotPositiveInput;
    case ActivationKind::kSelu:
      return activation.alpha >= 0.0f && activation.beta > 0.0f ? kNotPositiveOutput
                                                                : kNotPositiveInput;
    case ActivationKind::kThresholdedRelu:
    case ActivationKind::kShrink:
      return Counting{{Inactive::kZero}, false};
    case ActivationKind::kClip:
      return CountingOfClip(activation);
    case ActivationKind::kSigmoid:
      return SaturatingAt(kSigmoidTail, 1.0f - kSigmoidTail);
    case ActivationKind::kTanh:
      return SaturatingAt(-kTanhTail, kTanhTail);
    case ActivationKind::kHardSigmoid:
      return SaturatingAt(0.0f, 1.0f);
    case ActivationKind::kSoftsign:
      return SaturatingAt(-kSoftsignTail, kSoftsignTail);
    case ActivationKind::kSoftplus:
      return SaturatingAt(kSoftplusTail, kInfinity);
  }
  return std::nullopt;
}

// A slope of zero maps a negative input to zero, which is still told from a positive one.
Counting CountingOfPRelu(const graph::Graph& graph, const graph::Node& node) {
  const Tensor* slope = graph.ConstantOf(node.inputs[1]);
  if (slope == nullptr || slope->type() != DataType::kFloat32) return kNotPositiveInput;
  const auto slopes = slope->values<float>();
  const bool none_negative =
      std::all_of(slopes.begin(), slopes.end(), [](float value) { return value >= 0.0f; });
  return none_negative ? kNotPositiveOutput : kNotPositiveInput;
}

}  // namespace

std::optional<ActivationLayer> ActivationLayerOf(const graph::Graph& graph,
                                                 const graph::Node& node) {
  std::optional<Counting> counting;
  std::string name = node.name;
  std::string op_type = node.op_type;
  if (node.activation) {
    counting = CountingOf(node.activation->activation);
    name = node.activation->layer_name;
    op_type = node.activation->op_type;
  } else if (const auto* activation = std::get_if<Activation>(&node.op)) {
    counting = CountingOf(*activation);
  } else if (std::holds_alternative<graph::PRelu>(node.op)) {
    counting = CountingOfPRelu(graph, node);
  }
  if (!counting) return std::nullopt;
  return ActivationLayer{{std::move(name), std::move(op_type), counting->rule},
                         counting->count_input};
}

sparsity::QuantizedCountRule OnCodes(const CountRule& rule,
                                     const graph::ScalarQuantization& quantization) {
  sparsity::QuantizedCountRule result;
  result.is_signed = quantization.type == DataType::kInt8;
  if (rule.inactive != Inactive::kNone) {
    result.inactive_high = quantization.zero_point;
    result.inactive_low =
        rule.inactive == Inactive::kZero ? quantization.zero_point : quantization.lowest();
  }
  if (std::isfinite(rule.saturated_low)) {
    result.saturated_low = quantization.Quantize(rule.saturated_low);
  }
  if (std::isfinite(rule.saturated_high)) {
    result.saturated_high = quantization.Quantize(rule.saturated_high);
  }
  return result;
}

bool IsCountable(const graph::Graph& graph, const graph::Node& node, DataType type) {
  return type == DataType::kFloat32 || graph::ResultQuantization(graph, node).has_value();
}

}  // namespace reluserve::engine
