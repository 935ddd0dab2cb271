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

size_t Operands::EntryCount() const {
  return static_cast<size_t>(std::find(names_.begin(), names_.end(), "") - names_.begin());
}

std::string_view Operands::Entry(size_t index) const {
  return names_[std::min(index, EntryCount() - 1)];
}

absl::Status Operands::CheckForm() const {
  const size_t entries = EntryCount();
  if (count() > entries && !Entry(entries).ends_with(kMany)) {
    return InvalidArgument("it has {} operands, expected at most {}", count(), entries);
  }
  for (size_t i = 0; i < std::max(entries, count()); ++i) {
    if (!Has(i)) {
      if (Entry(i).starts_with('[')) continue;
      return InvalidArgument("operand {} is absent", NameOf(i));
    }
    if (DecidesShapes(i) && !facts_[i]->value) {
      return Unimplemented(
          "{} depends on data, expected a value that follows from the model and the input shapes",
          NameOf(i));
    }
  }
  return absl::OkStatus();
}

bool Operands::DecidesShapes(size_t index) const {
  return Entry(index).find('#') != std::string_view::npos;
}

std::string Operands::NameOf(size_t index) const {
  std::string_view name = Entry(index);
  if (name.ends_with(kMany)) {
    name.remove_suffix(kMany.size());
    return fmt::format("{}[{}]", name, index - (EntryCount() - 1));
  }
  if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
  if (name.starts_with('#')) name.remove_prefix(1);
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

absl::StatusOr<std::vector<int64_t>> Operands::Integers(size_t index) const {
  const absl::StatusOr<IntegerList> values = ReadIntegers(facts_[index]->value->view());
  if (!values.ok()) return Annotate(values.status(), NameOf(index));
  return std::vector<int64_t>(values->begin(), values->end());
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
