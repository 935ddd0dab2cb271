// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_OPS_OPERANDS_H_
#define RELUSERVE_SERVER_GRAPH_OPS_OPERANDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/graph/shape_inference.h"

namespace reluserve::graph {

// Element types that operators accept, as far as there are kernels for them.
inline constexpr DataType kFloatTypes[] = {DataType::kFloat32, DataType::kFloat64};
inline constexpr DataType kIntegerTypes[] = {DataType::kInt8,   DataType::kInt16, DataType::kInt32,
                                             DataType::kInt64,  DataType::kUint8, DataType::kUint16,
                                             DataType::kUint32, DataType::kUint64};
inline constexpr DataType kNumericTypes[] = {
    DataType::kFloat32, DataType::kFloat64, DataType::kInt8,  DataType::kInt16,
    DataType::kInt32,   DataType::kInt64,   DataType::kUint8, DataType::kUint16,
    DataType::kUint32,  DataType::kUint64};
inline constexpr DataType kMatrixTypes[] = {DataType::kFloat32, DataType::kFloat64,
                                            DataType::kInt32,   DataType::kInt64,
                                            DataType::kUint32,  DataType::kUint64};
inline constexpr DataType kIndexTypes[] = {DataType::kInt64, DataType::kInt32};
inline constexpr DataType kByteTypes[] = {DataType::kUint8, DataType::kInt8};

// A node's operands with the names that the operator gives them, for rules to read and check.
// Errors begin with the operand's name: `W has shape [8,3,3], expected 4 axes`. A view: it holds
// neither names nor facts. Unless a function says otherwise, the operand is present.
class Operands {
 public:
  // `names` as in OpRule::operands; facts of absent operands are null.
  Operands(std::span<const std::string_view> names, OperandList facts)
      : names_(names), facts_(facts) {}

  // INVALID_ARGUMENT when a required operand is absent or there are more than the operator has,
  // UNIMPLEMENTED when one that decides shapes is not known.
  absl::Status CheckForm() const;

  size_t count() const { return facts_.size(); }
  // For any index.
  bool Has(size_t index) const { return index < facts_.size() && facts_[index] != nullptr; }
  const OperandInfo& operator[](size_t index) const { return *facts_[index]; }
  DataType type(size_t index) const { return facts_[index]->type; }
  const Shape& shape(size_t index) const { return facts_[index]->shape; }
  // For any index: "W"; "inputs[2]" where one name stands for many.
  std::string NameOf(size_t index) const;
  // Whether the elements of that operand decide shapes and do not enter the result otherwise.
  bool DecidesShapes(size_t index) const;

  // --- Checks: INVALID_ARGUMENT naming the operand, what it has and what was expected. ---
  absl::Status RequireType(size_t index, std::span<const DataType> types) const;
  absl::Status RequireType(size_t index, DataType type) const {
    return RequireType(index, std::span(&type, 1));
  }
  absl::Status RequireSameType(size_t index, size_t other) const;
  absl::Status RequireRank(size_t index, int rank) const;
  absl::Status RequireMinRank(size_t index, int rank) const;
  absl::Status RequireShape(size_t index, const Shape& shape) const;
  // A scalar, or one axis of one element.
  absl::Status RequireOneElement(size_t index) const;

  // The elements of an INT64 or INT32 operand that decides shapes.
  absl::StatusOr<std::vector<int64_t>> Integers(size_t index) const;
  // An axis of operand `index`, counted from the front.
  absl::StatusOr<int> Axis(size_t index, int64_t axis) const;

  // The operands as kernels get them, for the functions that resolve attributes: without data where
  // the elements are not known.
  std::vector<TensorView> Views() const;

 private:
  // The entry of `names_` for any operand.
  std::string_view Entry(size_t index) const;
  // How many entries are in use.
  size_t EntryCount() const;

  std::span<const std::string_view> names_;
  OperandList facts_;
};

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_OPERANDS_H_
