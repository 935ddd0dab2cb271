// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Most operators that only move elements are one copy between two arrangements of the same index
// space: a transposition permutes strides, a slice starts at an offset and may step backwards, an
// expansion has a stride of zero.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_STRIDED_COPY_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_STRIDED_COPY_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include <absl/container/inlined_vector.h>

namespace reluserve::engine::kernels {

// One axis of the index space, with the distances in elements between neighbours along it.
struct CopyAxis {
  int64_t extent;
  int64_t source_stride;  // 0 repeats, negative goes backwards
  int64_t target_stride;  // positive
};
using CopyAxes = absl::InlinedVector<CopyAxis, 8>;

// Copies every element of the index space. `source` and `target` point to the element at index zero
// of every axis; the target's elements are distinct. In parallel when there are many.
void StridedCopy(size_t element_bytes, CopyAxes axes, const void* source, void* target);

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_STRIDED_COPY_H_
