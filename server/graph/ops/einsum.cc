// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/einsum.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kEllipsis = "...";

// A label of the equation: the letter's code, or -1 - i for the axis number i, counted from the
// back, that an ellipsis stands for.
using Label = int;

constexpr bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Term {
  std::string letters;             // without the ellipsis
  std::optional<size_t> ellipsis;  // where it stands among the letters
};

absl::StatusOr<Term> ReadTerm(std::string_view text) {
  Term term;
  while (!text.empty()) {
    if (text.starts_with(kEllipsis) && !term.ellipsis) {
      term.ellipsis = term.letters.size();
      text.remove_prefix(kEllipsis.size());
      continue;
    }
    if (!IsLetter(text[0])) {
      return InvalidArgument(
          "the equation has \"{}\" where a letter, \"...\", \",\" or \"->\" is expected", text);
    }
    term.letters += text[0];
    text.remove_prefix(1);
  }
  return term;
}

// The labels of a term whose ellipsis stands for `count` axes.
std::vector<Label> LabelsOf(const Term& term, int count) {
  std::vector<Label> labels(term.letters.begin(), term.letters.end());
  if (!term.ellipsis) return labels;
  std::vector<Label> axes;
  for (int i = count; i-- > 0;) axes.push_back(-1 - i);
  labels.insert(labels.begin() + static_cast<int64_t>(*term.ellipsis), axes.begin(), axes.end());
  return labels;
}

// Terms of both sides and the axes that ellipses stand for at most.
struct Equation {
  std::vector<std::vector<Label>> inputs;
  std::optional<Term> output;
  int ellipsis_axes = 0;
  bool has_ellipsis = false;
};

absl::StatusOr<Equation> ReadEquation(std::string_view text, std::span<const Shape> shapes) {
  std::string clean;
  std::copy_if(text.begin(), text.end(), std::back_inserter(clean),
               [](char c) { return c != ' '; });
  std::string_view rest = clean;
  Equation equation;
  if (const size_t arrow = rest.find("->"); arrow != std::string_view::npos) {
    RELUSERVE_ASSIGN_OR_RETURN(equation.output, ReadTerm(rest.substr(arrow + 2)));
    rest = rest.substr(0, arrow);
  }
  for (const Shape& shape : shapes) {
    const size_t index = equation.inputs.size();
    const size_t comma = std::min(rest.find(','), rest.size());
    const bool last = index + 1 == shapes.size();
    if (last != (comma == rest.size())) {
      return InvalidArgument("the equation is not for {} operands", shapes.size());
    }
    RELUSERVE_ASSIGN_OR_RETURN(const Term term, ReadTerm(rest.substr(0, comma)));
    rest.remove_prefix(std::min(rest.size(), comma + 1));
    const int spare = shape.rank() - static_cast<int>(term.letters.size());
    if (spare < 0 || (spare > 0 && !term.ellipsis)) {
      return InvalidArgument("inputs[{}] has shape {}, the equation labels {} axes of it", index,
                             shape.ToString(), term.letters.size());
    }
    equation.inputs.push_back(LabelsOf(term, spare));
    equation.ellipsis_axes = std::max(equation.ellipsis_axes, term.ellipsis ? spare : 0);
    equation.has_ellipsis = equation.has_ellipsis || term.ellipsis.has_value();
  }
  return equation;
}

// Without "->" the result has the axes of ellipses, and then the letters that occur once, sorted.
std::vector<Label> ImplicitOutput(const Equation& equation) {
  std::map<Label, int> uses;
  for (const auto& labels : equation.inputs) {
    for (Label label : labels) ++uses[label];
  }
  std::vector<Label> output;
  for (int i = equation.ellipsis_axes; i-- > 0;) output.push_back(-1 - i);
  for (const auto& [label, count] : uses) {
    if (label > 0 && count == 1) output.push_back(label);
  }
  return output;
}

absl::StatusOr<std::vector<Label>> OutputLabels(const Equation& equation) {
  if (!equation.output) return ImplicitOutput(equation);
  if (equation.has_ellipsis != equation.output->ellipsis.has_value() &&
      equation.ellipsis_axes > 0) {
    return InvalidArgument("the equation has \"...\" on one side only");
  }
  return LabelsOf(*equation.output, equation.ellipsis_axes);
}

// The extent of each label.
absl::StatusOr<std::map<Label, int64_t>> ExtentsOf(const Equation& equation,
                                                   std::span<const Shape> shapes) {
  std::map<Label, int64_t> extents;
  for (size_t i = 0; i < shapes.size(); ++i) {
    for (int axis = 0; axis < shapes[i].rank(); ++axis) {
      const Label label = equation.inputs[i][axis];
      const int64_t extent = shapes[i][axis];
      int64_t& known = extents.emplace(label, extent).first->second;
      const bool repeats = label < 0 && (known == 1 || extent == 1);
      if (known != extent && !repeats) {
        return InvalidArgument("inputs[{}] has shape {}, but its axis {} has extent {} elsewhere",
                               i, shapes[i].ToString(), axis, known);
      }
      if (known == 1) known = extent;
    }
  }
  return extents;
}

absl::Status CheckSteps(const std::vector<int64_t>& extents, std::span<const Shape> operands,
                        const Shape& output) {
  std::optional<int64_t> elements = output.CheckedElementCount();
  for (const Shape& operand : operands) {
    if (elements) elements = CheckedAdd(*elements, operand.ElementCount());
  }
  if (std::find(extents.begin(), extents.end(), 0) != extents.end()) return absl::OkStatus();
  std::optional<int64_t> steps = 1;
  for (int64_t extent : extents) {
    if (steps) steps = CheckedMultiply(*steps, extent);
  }
  if (steps && elements && *steps / kMaxEinsumStepsPerElement <= *elements) return absl::OkStatus();
  return InvalidArgument("it takes more than {} multiplications for each element",
                         kMaxEinsumStepsPerElement);
}

}  // namespace

absl::StatusOr<ResolvedEinsum> ResolveEinsum(std::string_view equation_text,
                                             std::span<const Shape> shapes) {
  RELUSERVE_ASSIGN_OR_RETURN(const Equation equation, ReadEquation(equation_text, shapes));
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<Label> output, OutputLabels(equation));
  RELUSERVE_ASSIGN_OR_RETURN(const auto extents, ExtentsOf(equation, shapes));
  ResolvedEinsum resolved;
  std::map<Label, int> numbers;
  for (Label label : output) {
    const auto extent = extents.find(label);
    if (extent == extents.end() || !numbers.emplace(label, resolved.output.rank()).second) {
      return InvalidArgument("the equation's result has a label twice, or one that no operand has");
    }
    resolved.output.push_back(extent->second);
    resolved.extents.push_back(extent->second);
  }
  for (const auto& [label, extent] : extents) {
    const bool summed = numbers.emplace(label, static_cast<int>(resolved.extents.size())).second;
    if (summed) resolved.extents.push_back(extent);
  }
  for (const auto& labels : equation.inputs) {
    std::vector<int>& operand = resolved.operands.emplace_back();
    for (Label label : labels) operand.push_back(numbers[label]);
  }
  RELUSERVE_RETURN_IF_ERROR(CheckSteps(resolved.extents, shapes, resolved.output));
  return resolved;
}

RuleResult InferEinsum(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  std::vector<Shape> shapes;
  for (size_t i = 0; i < operands.count(); ++i) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(i, 0));
    shapes.push_back(operands.shape(i));
  }
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedEinsum resolved,
                             ResolveEinsum(std::get<Einsum>(node.op).equation, shapes));
  return OneOutput(operands.type(0), resolved.output);
}

}  // namespace reluserve::graph
