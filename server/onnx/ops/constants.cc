// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/ops/constants.h"

#include <cmath>

namespace reluserve::onnx_import {

int64_t ConstantInteger(NodeContext& node, int index, std::string_view name) {
  const Tensor* tensor = node.Constant(node.Input(index));
  if (tensor == nullptr) {
    node.Refuse("input \"{}\" is computed; only a constant is supported", name);
    return 0;
  }
  if (tensor->shape().ElementCount() == 1) {
    if (tensor->type() == DataType::kInt64) return tensor->values<int64_t>()[0];
    if (tensor->type() == DataType::kInt32) return tensor->values<int32_t>()[0];
    if (tensor->type() == DataType::kFloat32) {
      const float value = tensor->values<float>()[0];
      if (std::fabs(value) < 1e9f && value == std::trunc(value)) {
        return static_cast<int64_t>(value);
      }
    }
  }
  node.Fail("input \"{}\" is {} {}, expected one INT32 or INT64", name, Name(tensor->type()),
            tensor->shape().ToString());
  return 0;
}

}  // namespace reluserve::onnx_import
