// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_EQUIVALENCE_NETWORK_BUILDER_H_
#define RELUSERVE_TESTS_EQUIVALENCE_NETWORK_BUILDER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/graph/graph.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::equivalence {

// What weights and inputs are drawn from.
enum class Numbers {
  kIntegers,  // and halves: sums come out exact in single precision, so that counts must be equal
  kFloats,
};

// A value of a network and how many channels it has.
struct Feature {
  graph::ValueId id = graph::kNoValue;
  int64_t channels = 0;
};

// What a convolution has besides its operands.
struct ConvArgs {
  std::vector<int64_t> kernel = {3, 3};
  graph::Window window = {};  // its kernel is taken from above
  int64_t group = 1;
  bool bias = true;
};

// Networks with random weights, layer by layer. Names of layers are made up, unique and stable.
class NetworkBuilder {
 public:
  NetworkBuilder(Numbers numbers, uint64_t seed) : numbers_(numbers), random_(seed) {}

  // X [batch, extents...].
  Feature Input(const std::vector<int64_t>& extents);
  Feature Conv(Feature x, int64_t channels, const ConvArgs& args = {});
  // 3x3 with a border of zeros, so that the extents stay.
  Feature Conv3x3(Feature x, int64_t channels);
  Feature Conv1x1(Feature x, int64_t channels);
  Feature ConvTranspose(Feature x, int64_t channels, const ConvArgs& args);
  Feature BatchNorm(Feature x);
  Feature Relu(Feature x);
  Feature PRelu(Feature x, const Shape& slope_shape);
  Feature Gemm(Feature x, int64_t inner, int64_t outputs);
  Feature Binary(graph::BinaryKind kind, Feature a, Feature b);
  Feature Concat(const std::vector<Feature>& parts);
  // Any operator that keeps the number of channels; further operands follow x.
  Feature Apply(graph::Op op, Feature x, std::vector<graph::ValueId> more = {});

  // Constants with elements as weights, biases, or factors that are powers of two have them.
  graph::ValueId Weights(const Shape& shape, int64_t terms_of_a_sum);
  graph::ValueId Biases(const Shape& shape);
  graph::ValueId Factors(const Shape& shape);
  graph::ValueId Integers(const std::vector<int64_t>& values) { return graph_.Constant(values); }
  graph::ValueId Scalar(float value) {
    return graph_.Constant(Tensor::Of<float>({}, std::vector<float>{value}));
  }

  graph::Graph Build(const std::vector<Feature>& outputs);

 private:
  graph::ValueId ConstantOf(const Shape& shape, const std::vector<float>& choices, float bound);
  std::string NextName(const graph::Op& op);

  const Numbers numbers_;
  test_support::Random random_;
  test_support::GraphBuilder graph_;
  int nodes_ = 0;
};

}  // namespace reluserve::equivalence

#endif  // RELUSERVE_TESTS_EQUIVALENCE_NETWORK_BUILDER_H_
