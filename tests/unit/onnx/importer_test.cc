// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The file as a whole: inputs, outputs, names, types, opsets. Bytes that are no model are the
// business of hostile_file_test.cc.

#include "server/onnx/importer.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

std::string Dump(const ModelBuilder& model) {
  const absl::StatusOr<ImportedModel> imported = ImportModel(model.Bytes());
  return imported.ok() ? imported->graph.ToString() : imported.status().ToString();
}

ModelBuilder ReluModel() {
  return ModelBuilder(13).Input("x", {1, 3}).Node("Relu", {"x"}, {"y"}).Output("y");
}

// A change of ReluModel() made by hand.
ModelBuilder With(const std::function<void(onnx::ModelProto&)>& change) {
  ModelBuilder model = ReluModel();
  change(model.proto());
  return model;
}

onnx::TensorShapeProto::Dimension* AddDim(ModelBuilder& model, int input) {
  return model.proto()
      .mutable_graph()
      ->mutable_input(input)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->add_dim();
}

TEST(ImporterTest, SmallNetwork) {
  const ModelBuilder model =
      ModelBuilder(11)
          .Input("data", {1, 3, 8, 8})
          .Initializer("w", RawTensor(onnx::TensorProto::FLOAT, {4, 3, 3, 3}, 4 * 27 * 4))
          .Node("Conv", {"data", "w"}, {"c"}, {{"pads", Ints{1, 1, 1, 1}}})
          .Named("conv1")
          .Node("Relu", {"c"}, {"r"})
          .Node("Flatten", {"r"}, {"y"})
          .Output("y");
  EXPECT_EQ(Dump(model),
            "input %data FP32 [1,3,8,8]\n"
            "%c = Conv(%data, %w[4,3,3,3]) pads=[1,1,1,1]  # conv1\n"
            "%r = Relu(%c)\n"
            "%y = Flatten(%r)\n"
            "output %y\n");
}

TEST(ImporterTest, ModelInfo) {
  ModelBuilder model = ReluModel();
  model.proto().set_producer_name("pytorch");
  model.proto().set_producer_version("1.13.1");
  const absl::StatusOr<ImportedModel> imported = ImportModel(model.Bytes());
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->info.producer, "pytorch 1.13.1");
  EXPECT_EQ(imported->info.ir_version, 8);
  EXPECT_EQ(imported->info.opset, 13);
  EXPECT_EQ(imported->info.graph_name, "test");
}

TEST(ImporterTest, InitializersAmongTheInputsAreNotAskedFor) {
  EXPECT_EQ(Dump(ModelBuilder(9)
                     .Input("x", {3})
                     .Input("w", {3})
                     .Initializer("w", FloatTensor({3}, {1, 2, 3}))
                     .Initializer("unused", FloatTensor({1}, {1}))
                     .Input("unused", {1})
                     .Node("Add", {"x", "w"}, {"y"})
                     .Output("y")),
            "input %x FP32 [3]\n%y = Add(%x, %w[3])\noutput %y\n");
}

TEST(ImporterTest, OpenExtents) {
  ModelBuilder model = ModelBuilder(9).Input("x", {-1, 3, 0}).Input("z", {-1});
  AddDim(model, 0)->set_dim_param("H");
  AddDim(model, 0)->set_dim_param("?");
  AddDim(model, 0)->set_dim_param("-1");
  AddDim(model, 0)->set_dim_param("None");
  AddDim(model, 0)->set_dim_value(-1);
  AddDim(model, 1)->set_dim_param("H");
  AddDim(model, 1);
  model.Node("Add", {"x", "z"}, {"y"}).Output("y");
  EXPECT_EQ(Dump(model),
            "input %x FP32 [batch,3,x_dim2,H,x_dim4,x_dim5,x_dim6,x_dim7]\n"
            // Nothing says that the outermost extents are equal.
            "input %z FP32 [z_dim0,H,z_dim2]\n"
            "%y = Add(%x, %z)\noutput %y\n");
}

TEST(ImporterTest, SymbolsOfTheFileAreNotReused) {
  ModelBuilder model = ModelBuilder(9).Input("x", {-1, -1}).Input("z", {});
  AddDim(model, 1)->set_dim_param("batch");
  AddDim(model, 1)->set_dim_param("x_dim1");
  model.Node("Add", {"x", "z"}, {"y"}).Output("y");
  EXPECT_EQ(Dump(model),
            "input %x FP32 [x_dim0,x_dim1_]\ninput %z FP32 [batch,x_dim1]\n"
            "%y = Add(%x, %z)\noutput %y\n");
}

TEST(ImporterTest, NodeNames) {
  EXPECT_EQ(Dump(ModelBuilder(13)
                     .Input("x", {1})
                     .Node("Relu", {"x"}, {"a"})
                     .Named("same")
                     .Node("Relu", {"a"}, {"b"})
                     .Named("same")
                     .Node("Relu", {"b"}, {"y"})
                     .Output("y")),
            "input %x FP32 [1]\n%a = Relu(%x)  # same\n%b = Relu(%a)  # same.1\n%y = Relu(%b)\n"
            "output %y\n");
}

TEST(ImporterTest, NamesOfStepsGiveWayToTheFile) {
  // A value of the file has the name that the constant for the axes would get.
  EXPECT_EQ(Dump(ModelBuilder(11)
                     .Input("x", {1, 2})
                     .Node("Squeeze", {"x"}, {"s"}, {{"axes", Ints{0}}})
                     .Node("Relu", {"s"}, {"s/axes"})
                     .Output("s/axes")),
            "input %x FP32 [1,2]\n%s = Squeeze(%x, %s/axes.1{0})\n%s/axes = Relu(%s)\n"
            "output %s/axes\n");
}

TEST(ImporterTest, NodesAreBroughtInOrder) {
  EXPECT_EQ(ImportedNodes(ModelBuilder(13)
                              .Input("x", {1})
                              .Node("Relu", {"a"}, {"y"})
                              .Node("Neg", {"x"}, {"a"})
                              .Output("y")),
            "%a = Neg(%x)\n%y = Relu(%a)\n");
}

TEST(ImporterTest, HalfPrecisionIsConvertedAtTheBorder) {
  constexpr int kHalf = onnx::TensorProto::FLOAT16;
  constexpr int kBrain = onnx::TensorProto::BFLOAT16;
  EXPECT_EQ(Dump(ModelBuilder(13)
                     .Input("x", {2}, kHalf)
                     .Initializer("w", RawTensor(kHalf, {2}, 4))
                     .Node("Add", {"x", "w"}, {"a"})
                     .Node("Relu", {"a"}, {"y"})
                     .Node("Cast", {"x"}, {"half"}, {{"to", kHalf}})
                     .Output("y", kHalf)
                     .Output("a", onnx::TensorProto::FLOAT)
                     .Output("half", kBrain)),
            "input %x FP16 [2]\n"
            "%x.fp32 = Cast(%x) to=FP32\n"
            "%a = Add(%x.fp32, %w[2])\n"
            "%y.fp32 = Relu(%a)  # y\n"
            "%half.fp32 = Cast(%x.fp32) to=FP32  # half\n"
            "%y = Cast(%y.fp32) to=FP16  # y.1\n"
            "%half = Cast(%half.fp32) to=BF16  # half.2\n"
            "output %y\noutput %a\noutput %half\n");
}

TEST(ImporterTest, AnInputMayBeAnOutput) {
  EXPECT_EQ(Dump(ModelBuilder(13)
                     .Input("x", {2}, onnx::TensorProto::FLOAT16)
                     .Output("x", onnx::TensorProto::FLOAT16)),
            "input %x FP16 [2]\n%x.fp32 = Cast(%x) to=FP32\noutput %x\n");
}

TEST(ImporterTest, WeightsMayBeAnOutput) {
  EXPECT_EQ(Dump(ModelBuilder(13).Initializer("w", FloatTensor({2}, {1, 2})).Output("w")),
            "output %w[2]\n");
}

TEST(ImporterTest, OldFilesNeedNoOpset) {
  ModelBuilder model = OneNode(1, "Reshape", {"x"}, {{"shape", Ints{1, -1}}});
  model.proto().clear_opset_import();
  model.proto().set_ir_version(1);
  EXPECT_EQ(ImportedNodes(model), "%y = Reshape(%x, %node/shape{1,-1})\n");
}

TEST(ImporterTest, LongNameOfTheDefaultDomain) {
  EXPECT_EQ(ImportedNodes(With([](onnx::ModelProto& model) {
              model.mutable_opset_import(0)->set_domain("ai.onnx");
              model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx");
              // Domains without any node are common and harmless.
              model.add_opset_import()->set_domain("ai.onnx.ml");
            })),
            "%y = Relu(%x)\n");
}

TEST(ImporterTest, OutputsWithoutATypeAreTaken) {
  EXPECT_EQ(ImportedNodes(With([](onnx::ModelProto& model) {
              model.mutable_graph()->mutable_output(0)->clear_type();
            })),
            "%y = Relu(%x)\n");
}

TEST(ImporterTest, ValueInfoIsNotBelieved) {
  EXPECT_EQ(
      ImportedNodes(With([](onnx::ModelProto& model) {
        onnx::ValueInfoProto& info = *model.mutable_graph()->add_value_info();
        info.set_name("y");
        info.mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(-5);
      })),
      "%y = Relu(%x)\n");
}

TEST(ImporterTest, RefusesUnsupportedModels) {
  using Model = onnx::ModelProto;
  ExpectRefusals({
      {"recurrent",
       ModelBuilder(14)
           .Input("x", {1})
           .Node("LSTM", {"x", "x", "x"}, {"y"})
           .Named("rnn1")
           .Output("y"),
       "node \"rnn1\" (LSTM, opset 14): operator LSTM is not supported; reluserve runs "
       "feed-forward "
       "convolutional networks: see the operator table"},
      {"newer opset", ModelBuilder(99).Input("x", {1}).Output("x"),
       "the model uses opset 99, supported are 1 to 28"},
      {"opset 0", ModelBuilder(0).Input("x", {1}).Output("x"), "the model uses opset 0"},
      {"operator of a later opset", OneNode(13, "HardSwish", {"x"}),
       "operator HardSwish is supported in opsets 14 to 28 only"},
      {"other domain", With([](Model& model) {
         onnx::OperatorSetIdProto& opset = *model.add_opset_import();
         opset.set_domain("ai.onnx.ml");
         opset.set_version(2);
         model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx.ml");
       }),
       "node \"y\" (ai.onnx.ml:Relu, opset 2): operator ai.onnx.ml:Relu is not supported"},
      {"string input", ModelBuilder(13).Input("x", {1}, onnx::TensorProto::STRING).Output("x"),
       "input \"x\" has element type STRING, which is not supported"},
      {"8-bit floating point", ModelBuilder(13).Input("x", {1}, 17).Output("x"),
       "input \"x\" has element type FLOAT8E4M3FN"},
      {"sequence", With([](Model& model) {
         model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_sequence_type();
       }),
       "input \"x\" is no tensor; sequences, maps"},
      {"sequence output", With([](Model& model) {
         model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_sequence_type();
       }),
       "output \"y\" is no tensor"},
      {"sparse weights",
       With([](Model& model) { model.mutable_graph()->add_sparse_initializer(); }),
       "the graph has 1 sparse initializers"},
      {"weights in another file",
       ModelBuilder(13)
           .Initializer("w",
                        []() {
                          onnx::TensorProto tensor = RawTensor(onnx::TensorProto::FLOAT, {1}, 0);
                          tensor.set_data_location(onnx::TensorProto::EXTERNAL);
                          return tensor;
                        }())
           .Output("w"),
       "initializer \"w\" has its data in file"},
  });
}

TEST(ImporterTest, RefusesFilesThatContradictThemselves) {
  using Model = onnx::ModelProto;
  ExpectRefusals({
      {"cycle",
       ModelBuilder(13)
           .Input("x", {1})
           .Node("Add", {"x", "b"}, {"a"})
           .Node("Relu", {"a"}, {"b"})
           .Output("b"),
       "the graph has a cycle"},
      {"node that reads itself",
       ModelBuilder(13).Input("x", {1}).Node("Add", {"x", "y"}, {"y"}).Output("y"),
       "the graph has a cycle"},
      {"undefined operand", ModelBuilder(13).Node("Relu", {"x"}, {"y"}).Output("y"),
       "node \"y\" (Relu, opset 13): it reads value \"x\", which nothing defines"},
      {"undefined output", ReluModel().Output("z"),
       "output \"z\" is defined by no node, input or initializer"},
      {"output twice", ReluModel().Output("y"), "output \"y\" is listed twice"},
      {"no output", ModelBuilder(13).Input("x", {1}), "the graph has no outputs"},
      {"value made twice", ReluModel().Node("Neg", {"x"}, {"y"}), "value \"y\" is defined twice"},
      {"value made twice by one node",
       ModelBuilder(13).Input("x", {4}).Node("Split", {"x"}, {"y", "y"}).Output("y"),
       "value \"y\" is defined twice"},
      {"node makes an input", ReluModel().Node("Neg", {"y"}, {"x"}),
       "value \"x\" is defined twice"},
      {"node makes an initializer",
       ReluModel().Initializer("w", FloatTensor({1}, {1})).Node("Neg", {"w"}, {"w"}),
       "value \"w\" is defined twice"},
      {"input twice", ReluModel().Input("x", {1}), "value \"x\" is defined twice"},
      {"initializer twice",
       ModelBuilder(13)
           .Initializer("w", FloatTensor({1}, {1}))
           .Initializer("w", FloatTensor({1}, {2}))
           .Output("w"),
       "value \"w\" is defined twice"},
      {"weights of the wrong size",
       ModelBuilder(13)
           .Initializer("w", RawTensor(onnx::TensorProto::FLOAT, {3, 3}, 35))
           .Output("w"),
       "initializer \"w\" has shape [3,3] of FP32, which takes 36 bytes in raw_data, but 35 are "
       "there"},
      {"input without a shape", With([](Model& model) {
         model.mutable_graph()
             ->mutable_input(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->clear_shape();
       }),
       "input \"x\" has no shape; its rank at least has to be known"},
      {"input without a type",
       With([](Model& model) { model.mutable_graph()->mutable_input(0)->clear_type(); }),
       "input \"x\" has no type"},
      {"input beyond all memory", ModelBuilder(13).Input("x", {int64_t{1} << 62, 8}).Output("x"),
       "input \"x\" has extents whose product overflows"},
      {"rank", ModelBuilder(13).Input("x", Ints(17, 1)).Output("x"),
       "input \"x\" has 17 dimensions, at most 16"},
      {"no opset", With([](Model& model) { model.clear_opset_import(); }),
       "the model imports no opset of domain \"\""},
      {"two opsets", ReluModel().Opset("ai.onnx", 12),
       "the model imports opsets 13 and 12 of domain \"\""},
      {"attribute twice", OneNode(13, "LeakyRelu", {"x"}, {{"alpha", 1.0}, {"alpha", 2.0}}),
       "attribute \"alpha\" is given twice"},
      {"unknown attribute", OneNode(13, "Relu", {"x"}, {{"slope", 1.0}}),
       "node \"node\" (Relu, opset 13): attribute \"slope\" is not defined for this operator in "
       "this "
       "opset"},
      {"graph as attribute", With([](Model& model) {
         onnx::AttributeProto& body = *model.mutable_graph()->mutable_node(0)->add_attribute();
         body.set_name("body");
         body.set_type(onnx::AttributeProto::GRAPH);
       }),
       "attribute \"body\" is not defined"},
      {"name that is no text",
       With([](Model& model) { model.mutable_graph()->mutable_node(0)->set_name("\xff"); }),
       "the name of a node is not UTF-8 text"},
      {"name that breaks lines",
       With([](Model& model) { model.mutable_graph()->mutable_input(0)->set_name("a\nb"); }),
       "the name of an input is not UTF-8 text without control characters"},
      {"no name", With([](Model& model) { model.mutable_graph()->mutable_input(0)->clear_name(); }),
       "has no name"},
      {"no ir_version", With([](Model& model) { model.clear_ir_version(); }),
       "it has no ir_version"},
      {"no graph", With([](Model& model) { model.clear_graph(); }), "it has no graph"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
