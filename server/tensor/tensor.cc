// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/tensor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "server/base/checked_math.h"
#include "server/base/status.h"

namespace reluserve {
namespace {

// A cache line, and the widest vector register.
constexpr size_t kAlignment = 64;
// Large weights are read from end to end in each run: with huge pages that takes far fewer
// translations of addresses, and far fewer page faults when they are first written. Smaller tensors
// would waste too much of their last one.
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kManyPages = 4;

std::shared_ptr<std::byte> AllocateBytes(size_t byte_size) {
  // aligned_alloc wants a whole number of alignments; one at least keeps an empty tensor's data
  // non-null.
  const size_t alignment = byte_size >= kManyPages * kHugePage ? kHugePage : kAlignment;
  const size_t padded = std::max(alignment, (byte_size + alignment - 1) / alignment * alignment);
  auto* bytes = static_cast<std::byte*>(std::aligned_alloc(alignment, padded));
  if (bytes == nullptr) return nullptr;
  // Advice: without huge pages it works as well, if more slowly.
  if (alignment == kHugePage) madvise(bytes, padded, MADV_HUGEPAGE);
  return {bytes, std::free};
}

}  // namespace

Tensor::Tensor() : Tensor(DataType::kFloat32, Shape{0}, AllocateBytes(0)) {}

Tensor::Tensor(DataType type, Shape shape, std::shared_ptr<std::byte> buffer)
    : type_(type), shape_(std::move(shape)), buffer_(std::move(buffer)) {}

absl::StatusOr<Tensor> Tensor::Allocate(DataType type, Shape shape) {
  std::optional<int64_t> bytes = shape.CheckedElementCount();
  if (bytes) bytes = CheckedMultiply(*bytes, static_cast<int64_t>(ByteSize(type)));
  if (!bytes) {
    return InvalidArgument(
        "shape {} of {} has no valid byte count: an extent is negative or the product overflows",
        shape.ToString(), Name(type));
  }
  std::shared_ptr<std::byte> buffer = AllocateBytes(static_cast<size_t>(*bytes));
  if (buffer == nullptr) {
    return ResourceExhausted("no memory for a tensor of shape {} ({} bytes)", shape.ToString(),
                             *bytes);
  }
  return Tensor(type, std::move(shape), std::move(buffer));
}

Tensor Tensor::Reshaped(Shape shape) const { return Tensor(type_, std::move(shape), buffer_); }

}  // namespace reluserve
