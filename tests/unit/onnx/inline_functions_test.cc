// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/inline_functions.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

// A function of domain "own" in a model, node by node.
class Function {
 public:
  Function(const std::string& name, const Names& inputs, const Names& outputs) {
    proto_.set_domain("own");
    proto_.set_name(name);
    for (const std::string& input : inputs) proto_.add_input(input);
    for (const std::string& output : outputs) proto_.add_output(output);
    Opset("", 13).Opset("own", 1);
  }
  Function& Opset(const std::string& domain, int version) {
    onnx::OperatorSetIdProto& opset = *proto_.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
    return *this;
  }
  Function& Node(const std::string& op_type, const Names& inputs, const Names& outputs,
                 const std::string& domain = "") {
    onnx::NodeProto& node = *proto_.add_node();
    node.set_op_type(op_type);
    node.set_domain(domain);
    for (const std::string& input : inputs) node.add_input(input);
    for (const std::string& output : outputs) node.add_output(output);
    return *this;
  }
  Function& Named(const std::string& name) {
    proto_.mutable_node()->rbegin()->set_name(name);
    return *this;
  }
  // Attribute `name` of the last node is attribute `of` of the function, a float.
  Function& Attribute(const std::string& name, const std::string& of) {
    proto_.add_attribute(of);
    onnx::AttributeProto& attribute = *proto_.mutable_node()->rbegin()->add_attribute();
    attribute.set_name(name);
    attribute.set_ref_attr_name(of);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    return *this;
  }
  onnx::FunctionProto proto_;
};

ModelBuilder With(ModelBuilder model, const std::vector<Function>& functions) {
  for (const Function& function : functions) *model.proto().add_functions() = function.proto_;
  return model;
}

ModelBuilder Caller(const std::string& function, const Names& inputs,
                    const std::vector<Attribute>& attributes = {}) {
  return OneNode(13, function, inputs, attributes).InDomain("own").Opset("own", 1);
}

Function Rectifier() {
  return Function("rectifier", {"v"}, {"r"})
      .Node("LeakyRelu", {"v"}, {"r"})
      .Named("act")
      .Attribute("alpha", "slope");
}

TEST(InlineFunctionsTest, PutsNodesInPlaceOfCalls) {
  const Function block = Function("block", {"v", "w", "b"}, {"y"})
                             .Node("Conv", {"v", "w", "b"}, {"c"})
                             .Node("rectifier", {"c"}, {"y"}, "own")
                             .Attribute("slope", "slope");
  ExpectImports({
      {"nested, with an attribute handed down and an input left out",
       With(Caller("block", {"x", "w"}, {{"slope", 0.5}}), {block, Rectifier()}),
       "%node/c = Conv(%x, %w)\n%y = LeakyRelu(%node/c) alpha=0.5  # y/act\n"},
      {"attribute left out", With(Caller("rectifier", {"x"}), {Rectifier()}),
       "%y = LeakyRelu(%x) alpha=0.01  # node/act\n"},
      {"handed through", With(Caller("same", {"x"}), {Function("same", {"v"}, {"v"})}),
       "%y = Identity(%x)\n"},
  });
}

TEST(InlineFunctionsTest, KeepsNamesApart) {
  const Function twice =
      Function("twice", {"v"}, {"r"}).Node("Relu", {"v"}, {"t"}).Node("Neg", {"t"}, {"r"});
  ModelBuilder model = Caller("twice", {"x"});
  model.Node("twice", {"y"}, {"z"}).Named("node").InDomain("own").Output("z");
  EXPECT_EQ(ImportedNodes(With(model, {twice})),
            "%node/t = Relu(%x)\n%y = Neg(%node/t)\n"
            "%node/t.1 = Relu(%y)\n%z = Neg(%node/t.1)\n");
}

// In a field that is newer than some versions of the ONNX library.
TEST(InlineFunctionsTest, TakesDefaultsOfAttributes) {
  ModelBuilder model = With(Caller("rectifier", {"x"}), {Rectifier()});
  onnx::AttributeProto slope;
  slope.set_name("slope");
  slope.set_type(onnx::AttributeProto::FLOAT);
  slope.set_f(0.25f);
  onnx::FunctionProto& function = *model.proto().mutable_functions(0);
  std::string bytes = function.SerializeAsString();
  const std::string value = slope.SerializeAsString();
  bytes += static_cast<char>((11 << 3) | 2);
  bytes += static_cast<char>(value.size());
  ASSERT_TRUE(function.ParseFromString(bytes + value));
  EXPECT_EQ(ImportedNodes(model), "%y = LeakyRelu(%x) alpha=0.25  # node/act\n");
}

TEST(InlineFunctionsTest, RefusesWhatHasNoEnd) {
  std::vector<Function> doubling;
  for (int i = 0; i < 30; ++i) {
    const std::string next = "f" + std::to_string(i + 1);
    doubling.push_back(Function("f" + std::to_string(i), {"v"}, {"r"})
                           .Node(next, {"v"}, {"t"}, "own")
                           .Node(next, {"t"}, {"r"}, "own"));
  }
  doubling.push_back(Function("f30", {"v"}, {"r"}).Node("Relu", {"v"}, {"r"}));
  ExpectRefusals({
      {"calls itself",
       With(Caller("f", {"x"}), {Function("f", {"v"}, {"r"}).Node("f", {"v"}, {"r"}, "own")}),
       "calls of functions go deeper than 32"},
      {"doubles", With(Caller("f0", {"x"}), doubling), "become more than 100000 nodes"},
  });
}

TEST(InlineFunctionsTest, Refusals) {
  ExpectRefusals({
      {"twice", With(Caller("rectifier", {"x"}), {Rectifier(), Rectifier()}),
       "the model defines function \"rectifier\" twice"},
      {"too many inputs", With(Caller("rectifier", {"x", "z"}), {Rectifier()}),
       "node \"node\" calls it with 2 inputs and 1 outputs, it has 1 and 1"},
      {"another opset",
       With(OneNode(12, "rectifier", {"x"}).InDomain("own").Opset("own", 1), {Rectifier()}),
       "it uses opset 13 of domain \"\", the model opset 12"},
      {"an operator in a function",
       With(Caller("f", {"x"}), {Function("f", {"v"}, {"r"}).Node("Loop", {"v"}, {"r"})}),
       "operator Loop is not supported"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
