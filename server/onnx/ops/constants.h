// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ONNX_OPS_CONSTANTS_H_
#define RELUSERVE_SERVER_ONNX_OPS_CONSTANTS_H_

#include <cstdint>
#include <vector>

#include "server/onnx/node_context.h"
#include "server/tensor/tensor.h"

namespace reluserve::onnx_import {

// All values along one axis.
template <typename T>
Tensor VectorTensor(const std::vector<T>& values) {
  return Tensor::Of<T>(Shape{static_cast<int64_t>(values.size())}, values);
}

// One value of rank 0.
template <typename T>
Tensor ScalarTensor(T value) {
  return Tensor::Of<T>(Shape{1}, {&value, 1}).Reshaped(Shape());
}

// The single integer that input `index`, called `name`, holds. An error of the node, and 0, where
// it is computed, has several elements or another type than INT32, INT64 or, as opset 1 wrote
// numbers, FP32 without a fraction.
int64_t ConstantInteger(NodeContext& node, int index, std::string_view name);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_OPS_CONSTANTS_H_
