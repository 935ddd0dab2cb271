// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators computed by our own code, on dense row-major tensors: what oneDNN has no primitive for,
// integer and shape arithmetic, and constant folding. No oneDNN types here.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_KERNEL_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_KERNEL_H_

#include <span>

#include <absl/status/status.h>

#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine {

// Computes node.op alone: what was fused into the node is not its business. Operands that are
// absent have no data; output types and shapes are those of graph::InferNode, and absent outputs
// have no data. Input data may be unaligned to 64 bytes but is aligned to its element. Outputs do
// not overlap inputs. Thread-safe. UNIMPLEMENTED naming the element type when the kernel has no
// form for it, INVALID_ARGUMENT for operand values out of range (an index past the end).
using Kernel = absl::Status (*)(const graph::Node& node, std::span<const TensorView> inputs,
                                std::span<const MutableTensorView> outputs);

// The kernel for an operator; each has one.
Kernel FindKernel(const graph::Op& op);

// FindKernel and call, as graph passes and shape inference want it.
absl::Status EvaluateNode(const graph::Node& node, std::span<const TensorView> inputs,
                          std::span<const MutableTensorView> outputs);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_KERNEL_H_
