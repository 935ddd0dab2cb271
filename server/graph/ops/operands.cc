// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/operands.h"

#include <algorithm>

#include "server/base/status.h"
#include "server/graph/ops/axes.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kMany = "...";

// "FP32, FP64 or INT8".
std::string Alternatives(std::span<const DataType> types) {
  std::string text;
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) text += i + 1 == types.size() ? " or " : ", ";
    text += Name(types[i]);
  }
  return text;
}

}  // namespace

absl::Status Operands::CheckPresence() const {
  size_t named = 0;
  for (; named < names_.size() && !names_[named].empty(); ++named) {
    const bool optional = names_[named].starts_with('[');
    if (!optional && !Has(named)) return InvalidArgument("operand {} is absent", NameOf(named));
  }
  if (names_[named - 1].ends_with(kMany)) {
    for (size_t i = named; i < count(); ++i) {
      if (!Has(i)) return InvalidArgument("operand {} is absent", NameOf(i));
    }
  } else if (count() > named) {
    return InvalidArgument("it has {} operands, expected at most {}", count(), named);
  }
  return absl::OkStatus();
}

std::string Operands::NameOf(size_t index) const {
  size_t named = 0;
  while (named < names_.size() && !names_[named].empty()) ++named;
  std::string_view name = names_[std::min(index, named - 1)];
  if (name.ends_with(kMany)) {
    name.remove_suffix(kMany.size());
    return fmt::format("{}[{}]", name, index - (named - 1));
  }
  if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
  return std::string(name);
}

absl::Status Operands::RequireType(size_t index, std::span<const DataType> types) const {
  if (std::find(types.begin(), types.end(), type(index)) != types.end()) return absl::OkStatus();
  return InvalidArgument("{} is {}, expected {}", NameOf(index), Name(type(index)),
                         Alternatives(types));
}

absl::Status Operands::RequireSameType(size_t index, size_t other) const {
  if (type(index) == type(other)) return absl::OkStatus();
  return InvalidArgument("{} is {}, expected {} as {} is", NameOf(index), Name(type(index)),
                         Name(type(other)), NameOf(other));
}

absl::Status Operands::RequireRank(size_t index, int rank) const {
  if (shape(index).rank() == rank) return absl::OkStatus();
  return InvalidArgument("{} has shape {}, expected {} axes", NameOf(index),
                         shape(index).ToString(), rank);
}

absl::Status Operands::RequireMinRank(size_t index, int rank) const {
  if (shape(index).rank() >= rank) return absl::OkStatus();
  return InvalidArgument("{} has shape {}, expected at least {} axes", NameOf(index),
                         shape(index).ToString(), rank);
}

absl::Status Operands::RequireShape(size_t index, const Shape& expected) const {
  if (shape(index) == expected) return absl::OkStatus();
  return InvalidArgument("{} has shape {}, expected {}", NameOf(index), shape(index).ToString(),
                         expected.ToString());
}

absl::Status Operands::RequireOneElement(size_t index) const {
  if (shape(index).rank() <= 1 && shape(index).ElementCount() == 1) return absl::OkStatus();
  return InvalidArgument("{} has shape {}, expected a single element", NameOf(index),
                         shape(index).ToString());
}

absl::Status Operands::RequireKnown(std::initializer_list<size_t> indices) const {
  for (size_t index : indices) {
    if (!Has(index) || facts_[index]->value) continue;
    return Unimplemented(
        "{} depends on data, expected a value that follows from the model and the input shapes",
        NameOf(index));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> Operands::Integers(size_t index) const {
  RELUSERVE_RETURN_IF_ERROR(RequireKnown({index}));
  absl::StatusOr<std::vector<int64_t>> values = ReadIntegers(facts_[index]->value->view());
  if (!values.ok()) return Annotate(values.status(), NameOf(index));
  return values;
}

absl::StatusOr<int> Operands::Axis(size_t index, int64_t axis) const {
  absl::StatusOr<int> normalized = NormalizeAxis(axis, shape(index).rank());
  if (!normalized.ok()) {
    return Annotate(normalized.status(),
                    fmt::format("{} has shape {}", NameOf(index), shape(index).ToString()));
  }
  return normalized;
}

std::vector<TensorView> Operands::Views() const {
  std::vector<TensorView> views;
  for (const OperandInfo* info : facts_) {
    if (info == nullptr) {
      views.emplace_back();
    } else {
      views.push_back({info->type, info->shape, info->value ? info->value->data() : nullptr});
    }
  }
  return views;
}

}  // namespace reluserve::graph
