// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Running graphs on the engine, for comparison with other runs and with the reference.

#ifndef RELUSERVE_TESTS_EQUIVALENCE_ENGINE_RUN_H_
#define RELUSERVE_TESTS_EQUIVALENCE_ENGINE_RUN_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/engine/compiled_model.h"
#include "server/graph/graph.h"
#include "server/sparsity/trace.h"
#include "server/tensor/tensor.h"

namespace reluserve::equivalence {

struct Results {
  std::vector<Tensor> outputs;
  sparsity::Trace trace;
};

struct Variant {
  bool passes = true;
  int threads = 1;  // of OpenMP
  int max_plans = 16;
  bool winograd = true;
  std::string ToString() const;
};

// Compiles with OpenMP set to the variant's threads on the calling thread. Fails the test, and
// throws, when it does not compile.
std::shared_ptr<engine::CompiledModel> Compile(const graph::Graph& graph, const Variant& variant);

// One run; the graph has one input. Throws on an error.
Results RunModel(engine::CompiledModel& model, const Tensor& input,
                 engine::ExecutionContext& context);
Results RunModel(engine::CompiledModel& model, const std::shared_ptr<const engine::Plan>& plan,
                 const Tensor& input, engine::ExecutionContext& context);

// Samples [begin, end) of a batch.
Tensor Samples(const Tensor& batch, int64_t begin, int64_t end);
Results Samples(const Results& batch, int64_t begin, int64_t end);

// Whether both have the same bits everywhere, counts included.
::testing::AssertionResult SameBits(const Results& expected, const Results& got);

}  // namespace reluserve::equivalence

#endif  // RELUSERVE_TESTS_EQUIVALENCE_ENGINE_RUN_H_
