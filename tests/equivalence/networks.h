// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The networks of the matrix: small ones, each built around something that compilers of networks
// get wrong.

#ifndef RELUSERVE_TESTS_EQUIVALENCE_NETWORKS_H_
#define RELUSERVE_TESTS_EQUIVALENCE_NETWORKS_H_

#include <span>
#include <string>
#include <vector>

#include "tests/equivalence/network_builder.h"

namespace reluserve::equivalence {

struct Network {
  std::string name;
  // Adds the layers and returns the outputs.
  std::vector<Feature> (*build)(NetworkBuilder& net);
  // Whether small integers stay exact up to the last activation layer.
  bool exact = true;
};

// Static storage. convolution_networks.cc, block_networks.cc, head_networks.cc
std::span<const Network> ConvolutionNetworks();
std::span<const Network> BlockNetworks();
std::span<const Network> HeadNetworks();
// One for each kind of activation, both fused into a convolution and on its own:
// activation_networks.cc
std::span<const Network> ActivationNetworks();

// All of the above.
std::vector<Network> AllNetworks();

}  // namespace reluserve::equivalence

#endif  // RELUSERVE_TESTS_EQUIVALENCE_NETWORKS_H_
