// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/inline_functions.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include "server/base/status.h"
#include "server/onnx/names.h"
#include "server/onnx/node_importer.h"

namespace reluserve::onnx_import {
namespace {

using google::protobuf::RepeatedPtrField;
using onnx::AttributeProto;
using onnx::FunctionProto;
using onnx::NodeProto;

// Calls within calls; exporters write three or four.
constexpr int kMaxDepth = 32;
// What the calls of a model may become: a few functions that call the next ones twice double it
// with each.
constexpr int64_t kMaxInlinedNodes = 100'000;
constexpr int64_t kMaxInlinedBytes = int64_t{64} << 20;
// Most functions a model may define, and attributes a function may have.
constexpr int kMaxFunctions = 10'000;
constexpr int kMaxAttributes = 256;

using Names = std::unordered_map<std::string, std::string>;

std::string KeyOf(const std::string& domain, const std::string& name) {
  return CanonicalDomain(domain) + ":" + name;
}

// Attributes of a function that have defaults, in a field of FunctionProto that older versions of
// the ONNX library do not know.
std::vector<AttributeProto> DefaultsOf(const FunctionProto& function) {
  constexpr int kAttributeProto = 11;
  std::vector<AttributeProto> defaults;
  const google::protobuf::Reflection& reflection = *function.GetReflection();
  const auto* field = function.GetDescriptor()->FindFieldByNumber(kAttributeProto);
  if (field != nullptr) {
    for (int i = 0; i < reflection.FieldSize(function, field); ++i) {
      defaults.emplace_back().CopyFrom(reflection.GetRepeatedMessage(function, field, i));
    }
    return defaults;
  }
  const google::protobuf::UnknownFieldSet& unknown = reflection.GetUnknownFields(function);
  for (int i = 0; i < unknown.field_count(); ++i) {
    const google::protobuf::UnknownField& entry = unknown.field(i);
    if (entry.number() != kAttributeProto ||
        entry.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    AttributeProto attribute;
    if (attribute.ParseFromString(entry.length_delimited())) defaults.push_back(attribute);
  }
  return defaults;
}

template <typename Attributes>
const AttributeProto* FindAttribute(const Attributes& attributes, const std::string& name) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [&](const AttributeProto& attribute) { return attribute.name() == name; });
  return found == attributes.end() ? nullptr : &*found;
}

// A function, and what is made of it once for all calls.
struct Callee {
  const FunctionProto* function;
  std::vector<AttributeProto> defaults;
  bool opsets_imported = false;
};

class Inliner {
 public:
  explicit Inliner(onnx::ModelProto& model) : model_(model) {}

  absl::Status Run() {
    functions_.Swap(model_.mutable_functions());
    if (functions_.size() > kMaxFunctions) {
      return InvalidArgument("the model defines {} functions, at most {} are accepted",
                             functions_.size(), kMaxFunctions);
    }
    for (const FunctionProto& function : functions_) {
      RELUSERVE_RETURN_IF_ERROR(Register(function));
    }
    for (const onnx::OperatorSetIdProto& opset : model_.opset_import()) {
      opsets_.emplace(CanonicalDomain(opset.domain()), opset.version());
    }
    onnx::GraphProto& graph = *model_.mutable_graph();
    for (const NodeProto& node : graph.node()) {
      taken_.insert(node.output().begin(), node.output().end());
    }
    for (const auto& input : graph.input()) taken_.insert(input.name());
    for (const auto& initializer : graph.initializer()) taken_.insert(initializer.name());

    RepeatedPtrField<NodeProto> nodes;
    nodes.Swap(graph.mutable_node());
    for (NodeProto& node : nodes) RELUSERVE_RETURN_IF_ERROR(Place(std::move(node), 0));
    return absl::OkStatus();
  }

 private:
  absl::Status Register(const FunctionProto& function) {
    RELUSERVE_RETURN_IF_ERROR(CheckName("a function", function.name()));
    RELUSERVE_RETURN_IF_ERROR(CheckName("a function's domain", function.domain()));
    Callee callee = {&function, DefaultsOf(function)};
    if (callee.defaults.size() > kMaxAttributes) {
      return InvalidArgument("function \"{}\" has {} attributes, at most {} are accepted",
                             function.name(), callee.defaults.size(), kMaxAttributes);
    }
    if (!callees_.emplace(KeyOf(function.domain(), function.name()), std::move(callee)).second) {
      return InvalidArgument("the model defines function \"{}\" twice", function.name());
    }
    return absl::OkStatus();
  }

  // Appends the node, or what it calls, to the graph.
  absl::Status Place(NodeProto node, int depth) {
    const auto callee = callees_.find(KeyOf(node.domain(), node.op_type()));
    if (callee == callees_.end()) {
      *model_.mutable_graph()->add_node() = std::move(node);
      return absl::OkStatus();
    }
    return Annotate(Call(callee->second, node, depth),
                    fmt::format("function \"{}\"", callee->second.function->name()));
  }

  absl::Status Call(Callee& callee, const NodeProto& caller, int depth) {
    const FunctionProto& function = *callee.function;
    if (depth >= kMaxDepth) {
      return InvalidArgument("calls of functions go deeper than {}", kMaxDepth);
    }
    if (caller.input_size() > function.input_size() ||
        caller.output_size() > function.output_size()) {
      return InvalidArgument("node \"{}\" calls it with {} inputs and {} outputs, it has {} and {}",
                             LabelOf(caller), caller.input_size(), caller.output_size(),
                             function.input_size(), function.output_size());
    }
    if (caller.attribute_size() > kMaxAttributes) {
      return InvalidArgument("node \"{}\" calls it with {} attributes, at most {} are accepted",
                             LabelOf(caller), caller.attribute_size(), kMaxAttributes);
    }
    RELUSERVE_RETURN_IF_ERROR(CheckName("a node", LabelOf(caller)));
    RELUSERVE_RETURN_IF_ERROR(ImportOpsets(callee));
    const std::string prefix = LabelOf(caller) + "/";
    RELUSERVE_RETURN_IF_ERROR(Spend(function.input_size() + function.output_size()));
    Names names = NamesOf(function, caller);
    for (const NodeProto& inner : function.node()) {
      if (std::any_of(inner.attribute().begin(), inner.attribute().end(),
                      [](const AttributeProto& attribute) { return attribute.has_g(); })) {
        return Unimplemented("it has a node \"{}\" ({}) with branches; only a model may have them",
                             LabelOf(inner), inner.op_type());
      }
      NodeProto node = inner;
      if (!node.name().empty()) node.set_name(prefix + node.name());
      for (std::string& name : *node.mutable_input()) name = Renamed(names, prefix, name);
      for (std::string& name : *node.mutable_output()) name = Renamed(names, prefix, name);
      SetAttributes(caller, callee.defaults, node);
      RELUSERVE_RETURN_IF_ERROR(Spend(static_cast<int64_t>(node.ByteSizeLong())));
      RELUSERVE_RETURN_IF_ERROR(Place(std::move(node), depth + 1));
    }
    return absl::OkStatus();
  }

  // Counts one node, or call, that takes so many bytes.
  absl::Status Spend(int64_t bytes) {
    nodes_left_ -= 1;
    bytes_left_ -= bytes;
    if (nodes_left_ >= 0 && bytes_left_ >= 0) return absl::OkStatus();
    return InvalidArgument("the calls of functions become more than {} nodes or {} bytes",
                           kMaxInlinedNodes, kMaxInlinedBytes);
  }

  // The function's inputs and outputs by the caller's names. Those that the caller leaves out are
  // without a name, or get one of their own.
  Names NamesOf(const FunctionProto& function, const NodeProto& caller) {
    Names names;
    for (int i = 0; i < function.input_size(); ++i) {
      names[function.input(i)] = i < caller.input_size() ? caller.input(i) : "";
    }
    for (int i = 0; i < caller.output_size(); ++i) {
      if (caller.output(i).empty()) continue;
      const auto [entry, is_new] = names.emplace(function.output(i), caller.output(i));
      if (!is_new) AddIdentity(entry->second, caller.output(i));  // it hands an input through
    }
    return names;
  }

  void AddIdentity(const std::string& from, const std::string& to) {
    NodeProto& node = *model_.mutable_graph()->add_node();
    node.set_op_type("Identity");
    node.add_input(from);
    node.add_output(to);
  }

  std::string Renamed(Names& names, const std::string& prefix, const std::string& name) {
    if (name.empty()) return name;
    const auto [entry, is_new] = names.emplace(name, "");
    if (is_new) {
      entry->second = prefix + name;
      while (!taken_.insert(entry->second).second) {
        entry->second = fmt::format("{}{}.{}", prefix, name, ++last_suffix_);
      }
    }
    return entry->second;
  }

  // Attributes that stand for one of the function's become what the caller gives, or the default,
  // or are left out.
  static void SetAttributes(const NodeProto& caller, const std::vector<AttributeProto>& defaults,
                            NodeProto& node) {
    RepeatedPtrField<AttributeProto> given;
    given.Swap(node.mutable_attribute());
    for (AttributeProto& attribute : given) {
      const std::string& name = attribute.ref_attr_name();
      if (name.empty()) {
        *node.add_attribute() = std::move(attribute);
        continue;
      }
      const AttributeProto* value = FindAttribute(caller.attribute(), name);
      if (value == nullptr) value = FindAttribute(defaults, name);
      if (value == nullptr) continue;
      AttributeProto& added = *node.add_attribute();
      added = *value;
      added.set_name(attribute.name());
    }
  }

  absl::Status ImportOpsets(Callee& callee) {
    if (callee.opsets_imported) return absl::OkStatus();
    for (const onnx::OperatorSetIdProto& opset : callee.function->opset_import()) {
      const std::string domain = CanonicalDomain(opset.domain());
      const auto [known, is_new] = opsets_.emplace(domain, opset.version());
      if (is_new) *model_.add_opset_import() = opset;
      if (known->second != opset.version()) {
        return Unimplemented("it uses opset {} of domain \"{}\", the model opset {}",
                             opset.version(), domain, known->second);
      }
    }
    callee.opsets_imported = true;
    return absl::OkStatus();
  }

  static std::string LabelOf(const NodeProto& node) {
    if (!node.name().empty() || node.output().empty()) return node.name();
    return node.output(0);
  }

  onnx::ModelProto& model_;
  RepeatedPtrField<FunctionProto> functions_;
  std::unordered_map<std::string, Callee> callees_;  // by KeyOf
  std::unordered_map<std::string, int64_t> opsets_;  // of the model, by domain
  std::unordered_set<std::string> taken_;            // names of values
  int64_t nodes_left_ = kMaxInlinedNodes;
  int64_t bytes_left_ = kMaxInlinedBytes;
  int64_t last_suffix_ = 0;
};

}  // namespace

absl::Status InlineFunctions(onnx::ModelProto& model) {
  if (model.functions().empty()) return absl::OkStatus();
  return Inliner(model).Run();
}

}  // namespace reluserve::onnx_import
