// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which layers read the outputs of activation layers, and with how many multiply-accumulates: what
// zeros among the activations would be worth to kernels that skip them.

#ifndef RELUSERVE_SERVER_ENGINE_SPARSE_WORK_H_
#define RELUSERVE_SERVER_ENGINE_SPARSE_WORK_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "server/engine/compiled_model.h"
#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"

namespace reluserve::engine {

// A convolution or matrix product that reads activations.
struct SparseWork {
  // Elements of the operand that an activation layer made.
  struct Source {
    size_t layer = 0;  // among the model's activation layers
    double share = 0;  // of the operand's elements, above 0 to 1
  };
  std::string node;
  std::string op_type;
  int64_t macs = 0;  // in one run of the shapes the facts are for
  // Those whose inactive elements are exactly zero; a layer may be there more than once. What is
  // left of the operand is not known to hold zeros.
  std::vector<Source> sources;
};

// What is known of a model's work without running it.
struct ModelWork {
  std::vector<SparseWork> readers;
  // Multiply-accumulates of all convolutions and matrix products.
  int64_t macs = 0;
  // For each activation layer, whether its inactive elements are exactly zero (ReLU, ReLU6), so
  // that work on them could be skipped; not so where the inactive side has values of its own
  // (LeakyReLU).
  std::vector<bool> inactive_is_zero;
};

// `readers` are the nodes of `graph` that read activations, in order, by way of nothing but nodes
// that move elements (reshapes, transpositions, concatenations) or quantise them. A pooling in
// between ends the way: how many zeros it leaves is not known.
//
// `facts` are graph::InferShapes' results for the shapes of the run; `layers` the model's.
ModelWork WorkOf(const graph::Graph& graph, const std::vector<graph::OperandInfo>& facts,
                 std::span<const sparsity::LayerInfo> layers);

// For one run of the smallest batch of a model, and, where other extents are open, of sizes that
// fit. Nothing at all, where its shapes cannot be inferred without running it.
ModelWork WorkOf(const CompiledModel& model);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_SPARSE_WORK_H_
