// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/node_importer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/onnx/names.h"

namespace reluserve::onnx_import {
namespace {

using graph::kNoValue;
using graph::ValueId;

// "com.microsoft:FusedConv"; names of the default domain stand alone.
std::string QualifiedName(const std::string& domain, const std::string& op_type) {
  return domain.empty() ? op_type : fmt::format("{}:{}", domain, op_type);
}

// Node names, operator and domain appear in messages.
absl::Status CheckNames(const onnx::NodeProto& proto) {
  RELUSERVE_RETURN_IF_ERROR(CheckName("an operator", proto.op_type()));
  RELUSERVE_RETURN_IF_ERROR(CheckName("an operator's domain", proto.domain()));
  RELUSERVE_RETURN_IF_ERROR(CheckName("a node", proto.name()));
  return CheckName("a value", NodeName(proto));
}

absl::Status CheckArity(std::string_view what, const Arity& arity, int count) {
  if (count >= arity.min && count <= arity.max) return absl::OkStatus();
  const std::string expected = arity.min == arity.max ? fmt::format("{}", arity.min)
                               : arity.max == Arity::kUnlimited
                                   ? fmt::format("{} or more", arity.min)
                                   : fmt::format("{} to {}", arity.min, arity.max);
  return InvalidArgument("it has {} {}, expected {}", count, what, expected);
}

struct KnownAttribute {
  std::string_view name;
  bool required;
  bool seen = false;
};

// The attributes that the row lists.
std::vector<KnownAttribute> KnownAttributes(const OpRow& row) {
  std::vector<KnownAttribute> known;
  std::string_view rest = row.attributes;
  while (!rest.empty()) {
    std::string_view name = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const bool required = name.ends_with('!');
    if (required) name.remove_suffix(1);
    known.push_back({name, required});
  }
  return known;
}

absl::Status CheckAttributes(const onnx::NodeProto& proto, const OpRow& row) {
  std::vector<KnownAttribute> known = KnownAttributes(row);
  for (const onnx::AttributeProto& attribute : proto.attribute()) {
    RELUSERVE_RETURN_IF_ERROR(CheckName("an attribute", attribute.name()));
    const auto found = std::find_if(
        known.begin(), known.end(),
        [&](const KnownAttribute& candidate) { return candidate.name == attribute.name(); });
    if (found == known.end()) {
      return Unimplemented("attribute \"{}\" is not defined for this operator in this opset",
                           attribute.name());
    }
    if (found->seen) return InvalidArgument("attribute \"{}\" is given twice", found->name);
    found->seen = true;
  }
  for (const KnownAttribute& attribute : known) {
    if (attribute.required && !attribute.seen) {
      return InvalidArgument("attribute \"{}\" is missing", attribute.name);
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string NodeName(const onnx::NodeProto& proto) {
  if (!proto.name().empty()) return proto.name();
  for (const std::string& output : proto.output()) {
    if (!output.empty()) return output;
  }
  return "";
}

std::string CanonicalDomain(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

absl::StatusOr<const OpRow*> NodeImporter::FindRow(const std::string& domain,
                                                   const std::string& op_type,
                                                   int64_t opset) const {
  const OpRow* first = nullptr;
  const OpRow* last = nullptr;
  for (const OpRow& row : OpTable()) {
    if (row.name != op_type || row.domain != domain) continue;
    if (opset >= row.first_opset && opset <= row.last_opset) return &row;
    if (first == nullptr) first = &row;
    last = &row;
  }
  if (first != nullptr) {
    return Unimplemented("operator {} is supported in opsets {} to {} only", op_type,
                         first->first_opset, last->last_opset);
  }
  return Unimplemented(
      "operator {} is not supported; reluserve runs feed-forward convolutional networks: see the "
      "operator table",
      QualifiedName(domain, op_type));
}

absl::StatusOr<NodeContext::Operands> NodeImporter::ResolveOperands(const onnx::NodeProto& proto,
                                                                    const OpRow& row) {
  NodeContext::Operands operands;
  for (const std::string& name : proto.input()) {
    const ValueId id = name.empty() ? kNoValue : builder_.Operand(name);
    if (id == kNoValue && !name.empty()) {
      RELUSERVE_RETURN_IF_ERROR(CheckName("a value", name));
      return InvalidArgument("it reads value \"{}\", which nothing defines", name);
    }
    operands.inputs.push_back(id);
  }
  // Optional operands at the end may be absent by being left out or by having no name.
  while (!operands.inputs.empty() && operands.inputs.back() == kNoValue) {
    operands.inputs.pop_back();
  }
  RELUSERVE_RETURN_IF_ERROR(
      CheckArity("inputs", row.inputs, static_cast<int>(operands.inputs.size())));
  for (int i = 0; i < row.inputs.min; ++i) {
    if (operands.inputs[i] == kNoValue) return InvalidArgument("its input {} is absent", i);
  }

  RELUSERVE_RETURN_IF_ERROR(CheckArity("outputs", row.outputs, proto.output_size()));
  for (int i = 0; i < proto.output_size(); ++i) {
    const std::string& name = proto.output(i);
    const bool optional = i >= row.outputs.min && row.outputs.max != Arity::kUnlimited;
    if (optional && !file_.read_names.contains(name)) {
      operands.outputs.push_back(kNoValue);
    } else {
      operands.outputs.push_back(name.empty() ? builder_.AddValue(NodeName(proto) + "/unnamed")
                                              : builder_.Find(name));
    }
  }
  return operands;
}

absl::Status NodeImporter::Import(const onnx::NodeProto& proto) {
  RELUSERVE_RETURN_IF_ERROR(CheckNames(proto));
  const std::string domain = CanonicalDomain(proto.domain());
  const auto opset = file_.opsets.find(domain);
  if (opset == file_.opsets.end()) {
    return InvalidArgument("node \"{}\" ({}): the model imports no opset of domain \"{}\"",
                           NodeName(proto), QualifiedName(domain, proto.op_type()), domain);
  }
  return Annotate(ImportAt(proto, domain, opset->second),
                  fmt::format("node \"{}\" ({}, opset {})", NodeName(proto),
                              QualifiedName(domain, proto.op_type()), opset->second));
}

absl::Status NodeImporter::ImportAt(const onnx::NodeProto& proto, const std::string& domain,
                                    int64_t opset) {
  RELUSERVE_ASSIGN_OR_RETURN(const OpRow* row, FindRow(domain, proto.op_type(), opset));
  RELUSERVE_RETURN_IF_ERROR(CheckAttributes(proto, *row));
  RELUSERVE_ASSIGN_OR_RETURN(NodeContext::Operands operands, ResolveOperands(proto, *row));
  NodeContext context(proto, static_cast<int>(opset), NodeName(proto), std::move(operands),
                      builder_);
  row->import(context);
  return context.status();
}

}  // namespace reluserve::onnx_import
