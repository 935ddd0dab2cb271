// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// One operator on given operands, as the engine runs it: shape inference says what comes out, the
// kernel fills it in.

#ifndef RELUSERVE_TESTS_UNIT_ENGINE_KERNELS_RUN_KERNEL_H_
#define RELUSERVE_TESTS_UNIT_ENGINE_KERNELS_RUN_KERNEL_H_

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>
#include <gtest/gtest.h>

#include "server/base/status.h"
#include "server/engine/kernels/kernel.h"
#include "server/graph/shape_inference.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine {

// Operands; absent ones have no value.
using Operands = std::vector<std::optional<Tensor>>;

template <typename T>
Tensor Make(const Shape& shape, const std::vector<T>& elements) {
  Tensor tensor = Tensor::Allocate(DataTypeOf<T>(), shape).value();
  EXPECT_EQ(static_cast<size_t>(shape.ElementCount()), elements.size());
  std::copy(elements.begin(), elements.end(), tensor.mutable_values<T>().begin());
  return tensor;
}
inline Tensor Floats(const Shape& shape, const std::vector<float>& elements) {
  return Make<float>(shape, elements);
}
inline Tensor Longs(const std::vector<int64_t>& elements) {
  return Make<int64_t>({static_cast<int64_t>(elements.size())}, elements);
}
template <typename T>
Tensor Scalar(T element) {
  return Make<T>({}, std::vector<T>{element});
}

template <typename T>
std::vector<T> ElementsOf(const Tensor& tensor) {
  EXPECT_EQ(DataTypeOf<T>(), tensor.type());
  const std::span<const T> values = tensor.values<T>();
  return {values.begin(), values.end()};
}

// All outputs. The memory a kernel gets is filled with rubbish: every element has to be written.
inline absl::StatusOr<std::vector<Tensor>> RunMany(graph::Op op, const Operands& operands,
                                                   int output_count = 1) {
  graph::Node node;
  node.name = "node";
  node.op_type = std::string(graph::Name(op));
  node.op = std::move(op);
  std::vector<TensorView> inputs;
  std::vector<graph::OperandInfo> infos;
  for (const std::optional<Tensor>& operand : operands) {
    node.inputs.push_back(operand ? static_cast<int>(inputs.size()) : graph::kNoValue);
    inputs.push_back(operand ? operand->view() : TensorView{});
    infos.push_back(operand ? graph::OperandInfo{operand->type(), operand->shape(), operand}
                            : graph::OperandInfo{});
  }
  std::vector<const graph::OperandInfo*> known;
  for (size_t i = 0; i < operands.size(); ++i) known.push_back(operands[i] ? &infos[i] : nullptr);
  for (int i = 0; i < output_count; ++i) node.outputs.push_back(100 + i);
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<graph::OperandInfo> results,
                             graph::InferNode(node, known));
  std::vector<Tensor> outputs;
  std::vector<MutableTensorView> views;
  for (int i = 0; i < output_count; ++i) {
    outputs.push_back(Tensor::Allocate(results[i].type, results[i].shape).value());
    std::memset(outputs.back().mutable_data(), 0xa5, outputs.back().byte_size());
    views.push_back(outputs.back().mutable_view());
  }
  RELUSERVE_RETURN_IF_ERROR(EvaluateNode(node, inputs, views));
  return outputs;
}

// The first output of an operator that has to succeed; empty where it fails.
inline Tensor RunOne(graph::Op op, const Operands& operands) {
  const absl::StatusOr<std::vector<Tensor>> outputs = RunMany(std::move(op), operands);
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  return outputs.ok() ? outputs->front() : Tensor();
}

}  // namespace reluserve::engine

#endif  // RELUSERVE_TESTS_UNIT_ENGINE_KERNELS_RUN_KERNEL_H_
