// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/equivalence/networks.h"

namespace reluserve::equivalence {
namespace {

using graph::Activation;
using graph::ActivationKind;
using Outputs = std::vector<Feature>;

// The activation where it can be fused (behind a convolution, a fully connected layer and a
// residual sum), and on its own.
template <ActivationKind kKind, int kAlphaQuarters = 0, int kBetaQuarters = 0>
Outputs Everywhere(NetworkBuilder& net) {
  const Activation activation = {kKind, kAlphaQuarters / 4.0f, kBetaQuarters / 4.0f};
  // Large enough to saturate those that do.
  const Feature x =
      net.Apply(graph::Binary{graph::BinaryKind::kMul}, net.Input({3, 6, 7}), {net.Scalar(4.0f)});
  const Feature convolved = net.Apply(activation, net.Conv3x3(x, 17));
  const Feature sum = net.Binary(graph::BinaryKind::kAdd, net.Conv3x3(x, 3), x);
  const Feature added = net.Apply(activation, sum);
  const Feature connected =
      net.Apply(activation, net.Gemm(net.Apply(graph::Flatten{}, x), 3 * 6 * 7, 9));
  return {convolved, added, connected, net.Apply(activation, x)};
}

const Network kNetworks[] = {
    {"relu", Everywhere<ActivationKind::kRelu>},
    {"leaky_relu", Everywhere<ActivationKind::kLeakyRelu, 1>},
    {"leaky_relu_negative", Everywhere<ActivationKind::kLeakyRelu, -2>},
    {"thresholded_relu", Everywhere<ActivationKind::kThresholdedRelu, 4>},
    {"relu6", Everywhere<ActivationKind::kClip, 0, 24>},
    {"hard_tanh", Everywhere<ActivationKind::kClip, -4, 4>},
    {"elu", Everywhere<ActivationKind::kElu, 6>},
    {"elu_negative", Everywhere<ActivationKind::kElu, -2>},
    {"selu", Everywhere<ActivationKind::kSelu, 7, 4>},
    {"celu", Everywhere<ActivationKind::kCelu, 6>},
    {"sigmoid", Everywhere<ActivationKind::kSigmoid>},
    {"tanh", Everywhere<ActivationKind::kTanh>},
    {"hard_sigmoid", Everywhere<ActivationKind::kHardSigmoid, 1, 2>},
    {"hard_swish", Everywhere<ActivationKind::kHardSwish>},
    {"softplus", Everywhere<ActivationKind::kSoftplus>},
    {"softsign", Everywhere<ActivationKind::kSoftsign>},
    {"mish", Everywhere<ActivationKind::kMish>},
    {"gelu", Everywhere<ActivationKind::kGelu>},
    {"gelu_tanh", Everywhere<ActivationKind::kGeluTanh>},
    {"swish", Everywhere<ActivationKind::kSwish, 6>},
    {"shrink", Everywhere<ActivationKind::kShrink, 4, 2>},
};

}  // namespace

std::span<const Network> ActivationNetworks() { return kNetworks; }

std::vector<Network> AllNetworks() {
  std::vector<Network> all;
  for (const auto& some :
       {ConvolutionNetworks(), BlockNetworks(), HeadNetworks(), ActivationNetworks()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace reluserve::equivalence
