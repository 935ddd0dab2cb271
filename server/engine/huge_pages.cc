// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/huge_pages.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace reluserve::engine {
namespace {

constexpr uintptr_t kHugePage = uintptr_t{2} << 20;
// Fewer are not worth the call.
constexpr size_t kManyPages = 4;

}  // namespace

void AdviseHugePages(Tensor& tensor) {
  if (tensor.byte_size() < kManyPages * kHugePage) return;
  const auto first = reinterpret_cast<uintptr_t>(tensor.mutable_data());
  // Whole pages alone; those at the ends belong to others, too.
  const uintptr_t begin = (first + kHugePage - 1) / kHugePage * kHugePage;
  const uintptr_t end = (first + tensor.byte_size()) / kHugePage * kHugePage;
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace reluserve::engine
