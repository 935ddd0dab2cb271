// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/tensor.h"

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

std::shared_ptr<std::byte> AllocateBytes(size_t byte_size) {
  // aligned_alloc wants a whole number of alignments; one at least keeps an empty tensor's data
  // non-null.
  const size_t padded =
      std::max(kAlignment, (byte_size + kAlignment - 1) / kAlignment * kAlignment);
  auto* bytes = static_cast<std::byte*>(std::aligned_alloc(kAlignment, padded));
  if (bytes == nullptr) return nullptr;
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

Tensor Tensor::WithoutElements(DataType type, Shape shape) {
  return Tensor(type, std::move(shape), nullptr);
}

Tensor Tensor::Reshaped(Shape shape) const { return Tensor(type_, std::move(shape), buffer_); }

}  // namespace reluserve
