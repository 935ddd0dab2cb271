// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests branches.cc through the importer.

#include "server/onnx/branches.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/kernels/kernel.h"
#include "server/graph/symbolic.h"
#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

using ::testing::HasSubstr;

// A branch, as a graph of its own: its results are the values named last in each node.
onnx::GraphProto Branch(const ModelBuilder& model) { return ModelBuilder(model).proto().graph(); }

ModelBuilder& AddIf(ModelBuilder& model, const std::string& condition, const Names& outputs,
                    const ModelBuilder& taken, const ModelBuilder& other) {
  model.Node("If", {condition}, outputs).Named("choice");
  onnx::NodeProto& node = *model.proto().mutable_graph()->mutable_node()->rbegin();
  for (const bool is_then : {true, false}) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(is_then ? "then_branch" : "else_branch");
    attribute.set_type(onnx::AttributeProto::GRAPH);
    *attribute.mutable_g() = Branch(is_then ? taken : other);
  }
  return model;
}

// The squeeze that torch writes: only where the axis has one element.
ModelBuilder SqueezeModel(const Ints& input) {
  ModelBuilder model(13);
  model.Input("x", input)
      .Initializer("one", IntTensor({}, {1}))
      .Node("Shape", {"x"}, {"shape"})
      .Node("Gather", {"shape", "one"}, {"extent"})
      .Node("Equal", {"extent", "one"}, {"is_one"});
  ModelBuilder squeeze(13), keep(13);
  squeeze.Initializer("axes", IntTensor({1}, {1})).Node("Squeeze", {"x", "axes"}, {"squeezed"});
  squeeze.Output("squeezed");
  keep.Node("Identity", {"x"}, {"kept"}).Output("kept");
  AddIf(model, "is_one", {"chosen"}, squeeze, keep);
  return model.Node("Relu", {"chosen"}, {"y"}).Named("relu").Output("y");
}

absl::StatusOr<ImportedModel> Import(const ModelBuilder& model) {
  ImportOptions options;
  options.evaluate = engine::EvaluateNode;
  return ImportModel(model.Bytes(), options);
}

// The nodes after the condition's.
std::string Tail(const ModelBuilder& model, const std::string& from) {
  const auto imported = Import(model);
  if (!imported.ok()) return imported.status().ToString();
  const std::string text = imported->graph.ToString();
  const size_t at = text.find(from);
  return at == std::string::npos ? text : text.substr(at);
}

TEST(BranchesTest, ShapesOfTheModelChoose) {
  EXPECT_EQ(Tail(SqueezeModel({2, 1, 3}), "%chosen = "),
            "%chosen = Squeeze(%x, %choice/axes{1})\n"
            "%y = Relu(%chosen)  # relu\n"
            "output %y\n");
  EXPECT_EQ(Tail(SqueezeModel({2, 4, 3}), "%chosen = "),
            "%chosen = Identity(%x)\n"
            "%y = Relu(%chosen)  # relu\n"
            "output %y\n");
}

TEST(BranchesTest, AConstantChooses) {
  for (const bool condition : {true, false}) {
    ModelBuilder model(13), taken(13), other(13);
    taken.Node("Relu", {"x"}, {"r"}).Named("r").Output("r");
    other.Node("Neg", {"x"}, {"n"}).Node("Exp", {"n"}, {"e"}).Output("e");
    onnx::TensorProto constant = RawTensor(onnx::TensorProto::BOOL, {}, 1);
    constant.set_raw_data(condition ? "\1" : std::string(1, '\0'));
    model.Input("x", {2, 3}).Initializer("condition", constant);
    AddIf(model, "condition", {"y"}, taken, other).Output("y");
    EXPECT_EQ(ImportedNodes(model), condition ? "%y = Relu(%x)  # choice/r\n"
                                              : "%choice/n = Neg(%x)\n%y = Exp(%choice/n)\n");
  }
}

// Several nodes have branches whose values have the same names, one within the other.
TEST(BranchesTest, NamesOfBranchesAreTheirOwn) {
  ModelBuilder model(13);
  onnx::TensorProto yes = RawTensor(onnx::TensorProto::BOOL, {}, 1);
  yes.set_raw_data("\1");
  model.Input("x", {2, 3}).Initializer("yes", yes);
  ModelBuilder inner(13), outer(13);
  inner.Node("Add", {"v", "w"}, {"v2"}).Output("v2");
  outer.Initializer("w", FloatTensor({}, {1})).Node("Relu", {"x"}, {"v"});
  AddIf(outer, "yes", {"z"}, inner, inner).Named("inner").Output("z");
  AddIf(model, "yes", {"a"}, outer, outer).Named("first");
  AddIf(model, "yes", {"b"}, outer, outer).Named("second");
  model.Node("Add", {"a", "b"}, {"y"}).Output("y");
  EXPECT_EQ(ImportedNodes(model),
            "%first/v = Relu(%x)\n"
            "%a = Add(%first/v, %first/w[])\n"
            "%second/v = Relu(%x)\n"
            "%b = Add(%second/v, %second/w[])\n"
            "%y = Add(%a, %b)\n");
}

// A result that is a value from around, or listed twice.
TEST(BranchesTest, ResultsThatNoNodeMakes) {
  ModelBuilder model(13), branch(13);
  onnx::TensorProto yes = RawTensor(onnx::TensorProto::BOOL, {}, 1);
  yes.set_raw_data("\1");
  model.Input("x", {2, 3}).Initializer("yes", yes);
  branch.Node("Relu", {"x"}, {"r"}).Output("r").Output("r").Output("x");
  AddIf(model, "yes", {"a", "b", "c"}, branch, branch).Output("a").Output("b").Output("c");
  EXPECT_EQ(ImportedNodes(model), "%a = Relu(%x)\n%b = Identity(%a)\n%c = Identity(%x)\n");
}

// Shapes at which the condition would be another one are refused when they are inferred, and not
// computed by the wrong branch.
TEST(BranchesTest, OpenExtentsAreGuarded) {
  const auto imported = Import(SqueezeModel({-1, -1, 3}));
  ASSERT_TRUE(imported.ok()) << imported.status();
  const auto infer = [&](const Shape& shape) {
    return graph::InferShapes(imported->graph, {&shape, 1}, engine::EvaluateNode);
  };
  const auto kept = infer({2, 4, 3});
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->at(imported->graph.outputs[0]).shape, (Shape{2, 4, 3}));
  const auto other = infer({2, 1, 3});
  EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("choice/taken"));
}

TEST(BranchesTest, WhatCannotBeDecidedIsRefused) {
  const auto message = [](const ModelBuilder& model) {
    return std::string(Import(model).status().message());
  };
  ModelBuilder branch(13);
  branch.Node("Relu", {"x"}, {"r"}).Output("r");
  // By the elements of an input.
  ModelBuilder by_data(13);
  by_data.Input("x", {2, 3}).Input("condition", {}, onnx::TensorProto::BOOL);
  AddIf(by_data, "condition", {"y"}, branch, branch).Output("y");
  EXPECT_THAT(message(by_data), HasSubstr("node \"choice\" (If): its condition is not known"));
  // By a number: the rank of a value.
  ModelBuilder by_number(13);
  by_number.Input("x", {2, 3}).Node("Shape", {"x"}, {"shape"}).Node("Size", {"shape"}, {"rank"});
  AddIf(by_number, "rank", {"y"}, branch, branch).Output("y");
  EXPECT_THAT(message(by_number), HasSubstr("its condition is INT64 [], expected one BOOL"));
  // By the batch: 1 differs from 2.
  ModelBuilder by_batch(13);
  by_batch.Input("x", {-1, 3})
      .Initializer("zero", IntTensor({}, {0}))
      .Initializer("two", IntTensor({}, {2}))
      .Node("Shape", {"x"}, {"shape"})
      .Node("Gather", {"shape", "zero"}, {"batch"})
      .Node("Less", {"batch", "two"}, {"is_one"});
  AddIf(by_batch, "is_one", {"y"}, branch, branch).Output("y");
  EXPECT_THAT(message(by_batch), HasSubstr("differs between requests"));
  // Without the means to infer shapes.
  EXPECT_THAT(ImportedNodes(SqueezeModel({2, 1, 3})), HasSubstr("its condition is computed"));
}

TEST(BranchesTest, MalformedNodesAreRefused) {
  ModelBuilder branch(13);
  branch.Node("Relu", {"x"}, {"r"}).Output("r");
  const auto refusal = [&](auto change) {
    ModelBuilder model(13);
    onnx::TensorProto yes = RawTensor(onnx::TensorProto::BOOL, {}, 1);
    yes.set_raw_data("\1");
    model.Input("x", {2, 3}).Initializer("yes", yes);
    AddIf(model, "yes", {"y"}, branch, branch).Output("y");
    change(*model.proto().mutable_graph()->mutable_node(0));
    return std::string(Import(model).status().message());
  };
  EXPECT_THAT(refusal([](auto& node) { node.mutable_attribute()->Clear(); }),
              HasSubstr("attribute \"then_branch\" is missing"));
  EXPECT_THAT(refusal([](auto& node) { node.add_output("z"); }),
              HasSubstr("0 inputs and 1 outputs, expected 0 and 2"));
  EXPECT_THAT(refusal([](auto& node) { node.clear_input(); }), HasSubstr("it has no condition"));
  EXPECT_THAT(refusal([](auto& node) { node.set_input(0, "x"); }), HasSubstr("its condition"));
  EXPECT_THAT(refusal([](auto& node) {
                auto& inner = *node.mutable_attribute(0)->mutable_g();
                *inner.add_node() = inner.node(0);
              }),
              HasSubstr("defined"));
  // Branches within branches, without end.
  EXPECT_THAT(refusal([](onnx::NodeProto& node) {
                for (int depth = 0; depth < 12; ++depth) {
                  const onnx::NodeProto copy = node;
                  auto& inner = *node.mutable_attribute(0)->mutable_g();
                  inner.clear_node();
                  *inner.add_node() = copy;
                  inner.mutable_node(0)->set_output(0, "r");
                }
              }),
              HasSubstr("within each other"));
}

}  // namespace
}  // namespace reluserve::onnx_import
