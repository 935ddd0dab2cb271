// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/reference_activation.h"

#include <cmath>
#include <limits>

namespace reluserve::test_support {
namespace {

using graph::Activation;
using graph::ActivationKind;

// Exporters of old opsets write a missing bound as the largest float.
constexpr double kLargestFloat = std::numeric_limits<float>::max();
constexpr double kPi = 3.14159265358979323846;
// The slope, as a share of the greatest, up to which an element counts as saturated.
constexpr double kFlat = 0.01;

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

double Softplus(double x) {
  return x > 0.0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

double Clip(double x, double low, double high) {
  if (x < low) x = low;
  if (x > high) x = high;
  return x;
}

ElementState InactiveIf(bool inactive) {
  return inactive ? ElementState::kInactive : ElementState::kActive;
}

ElementState SaturatedIf(bool saturated) {
  return saturated ? ElementState::kSaturated : ElementState::kActive;
}

ElementState ClassifyClip(const Activation& clip, double x) {
  if (clip.alpha == 0.0f && x <= 0.0) return ElementState::kInactive;
  if (clip.alpha != 0.0f && x <= clip.alpha) return ElementState::kSaturated;
  return SaturatedIf(clip.beta < kLargestFloat && x >= clip.beta);
}

}  // namespace

double Apply(const Activation& activation, double x) {
  const double alpha = activation.alpha;
  const double beta = activation.beta;
  switch (activation.kind) {
    case ActivationKind::kRelu:
      return x < 0.0 ? 0.0 : x;
    case ActivationKind::kLeakyRelu:
      return x < 0.0 ? alpha * x : x;
    case ActivationKind::kThresholdedRelu:
      return x <= alpha ? 0.0 : x;
    case ActivationKind::kClip:
      return Clip(x, alpha, beta);
    case ActivationKind::kElu:
      return x < 0.0 ? alpha * std::expm1(x) : x;
    case ActivationKind::kSelu:
      return beta * (x <= 0.0 ? alpha * std::expm1(x) : x);
    case ActivationKind::kCelu:
      return x <= 0.0 ? alpha * std::expm1(x / alpha) : x;
    case ActivationKind::kSigmoid:
      return Sigmoid(x);
    case ActivationKind::kTanh:
      return std::tanh(x);
    case ActivationKind::kHardSigmoid:
      return Clip(alpha * x + beta, 0.0, 1.0);
    case ActivationKind::kHardSwish:
      return x * Clip(x / 6.0 + 0.5, 0.0, 1.0);
    case ActivationKind::kSoftplus:
      return Softplus(x);
    case ActivationKind::kSoftsign:
      return x / (1.0 + std::abs(x));
    case ActivationKind::kMish:
      return x * std::tanh(Softplus(x));
    case ActivationKind::kGelu:
      return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
    case ActivationKind::kGeluTanh:
      return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / kPi) * (x + 0.044715 * x * x * x)));
    case ActivationKind::kSwish:
      return x * Sigmoid(alpha * x);
    case ActivationKind::kShrink:
      if (x < -alpha) return x + beta;
      return x > alpha ? x - beta : 0.0 * x;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

bool MakesLayer(const Activation& activation) {
  if (activation.kind != ActivationKind::kClip || activation.alpha == 0.0f) return true;
  return activation.alpha > -kLargestFloat && activation.beta < kLargestFloat;
}

ElementState Classify(const Activation& activation, double x) {
  const double y = Apply(activation, x);
  if (!std::isfinite(y)) return ElementState::kNonFinite;
  switch (activation.kind) {
    case ActivationKind::kThresholdedRelu:
    case ActivationKind::kShrink:
      return InactiveIf(y == 0.0);
    case ActivationKind::kClip:
      return ClassifyClip(activation, x);
    case ActivationKind::kHardSigmoid:
      return SaturatedIf(y == 0.0 || y == 1.0);
    case ActivationKind::kSigmoid:
      return SaturatedIf(y * (1.0 - y) <= kFlat * 0.25);
    case ActivationKind::kTanh:
      return SaturatedIf(1.0 - y * y <= kFlat);
    case ActivationKind::kSoftsign:
      return SaturatedIf(std::pow(1.0 + std::abs(x), -2.0) <= kFlat);
    case ActivationKind::kSoftplus:
      return SaturatedIf(Sigmoid(x) <= kFlat);
    default:
      return InactiveIf(x <= 0.0);
  }
}

}  // namespace reluserve::test_support
