// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_TENSOR_TENSOR_H_
#define RELUSERVE_SERVER_TENSOR_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <absl/status/statusor.h>

#include "server/tensor/data_type.h"
#include "server/tensor/shape.h"

namespace reluserve {

// Somebody else's elements, row-major and dense, to be read. `data` may have any alignment when it
// comes from a request; a view without data stands for an optional operand that is absent.
struct TensorView {
  DataType type = DataType::kFloat32;
  Shape shape;
  const void* data = nullptr;

  bool present() const { return data != nullptr; }
  size_t byte_size() const { return shape.ElementCount() * ByteSize(type); }
  template <typename T>
  std::span<const T> values() const {
    return {static_cast<const T*>(data), static_cast<size_t>(shape.ElementCount())};
  }
};

// Somebody else's elements, row-major and dense, to be written.
struct MutableTensorView {
  DataType type = DataType::kFloat32;
  Shape shape;
  void* data = nullptr;

  size_t byte_size() const { return shape.ElementCount() * ByteSize(type); }
  template <typename T>
  std::span<T> values() const {
    return {static_cast<T*>(data), static_cast<size_t>(shape.ElementCount())};
  }
};

// Elements of its own: row-major, dense, aligned to 64 bytes. Copies share the buffer, so a tensor
// is cheap to pass by value; it is written only while it has one owner, before it is shared, and is
// then safe to read from any thread. An empty tensor has a non-null data pointer all the same.
class Tensor {
 public:
  // An empty float vector.
  Tensor();

  // Uninitialised elements. INVALID_ARGUMENT when the shape's byte count does not fit,
  // RESOURCE_EXHAUSTED when there is no memory for it.
  static absl::StatusOr<Tensor> Allocate(DataType type, Shape shape);

  // A tensor of a few values known to fit in memory: constants of the graph passes, tests.
  template <typename T>
  static Tensor Of(Shape shape, std::span<const T> values);

  DataType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  size_t byte_size() const { return shape_.ElementCount() * ByteSize(type_); }
  const void* data() const { return buffer_.get(); }
  void* mutable_data() { return buffer_.get(); }
  template <typename T>
  std::span<const T> values() const {
    return view().values<T>();
  }
  template <typename T>
  std::span<T> mutable_values() {
    return mutable_view().values<T>();
  }
  TensorView view() const { return {type_, shape_, data()}; }
  MutableTensorView mutable_view() { return {type_, shape_, mutable_data()}; }

  // Type and shape alone: data() is null. For elements that somebody else keeps in another form.
  static Tensor WithoutElements(DataType type, Shape shape);
  bool has_elements() const { return buffer_ != nullptr; }

  // The same elements under another shape of the same element count.
  Tensor Reshaped(Shape shape) const;

 private:
  Tensor(DataType type, Shape shape, std::shared_ptr<std::byte> buffer);

  DataType type_;
  Shape shape_;
  std::shared_ptr<std::byte> buffer_;
};

template <typename T>
Tensor Tensor::Of(Shape shape, std::span<const T> values) {
  Tensor tensor = Allocate(DataTypeOf<T>(), std::move(shape)).value();
  std::span<T> target = tensor.mutable_values<T>();
  for (size_t i = 0; i < target.size(); ++i) target[i] = values[i];
  return tensor;
}

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_TENSOR_TENSOR_H_
