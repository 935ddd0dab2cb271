// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

ModelBuilder ConstantModel(int opset, const std::vector<Attribute>& attributes) {
  return ModelBuilder(opset).Node("Constant", {}, {"y"}, attributes).Named("node").Output("y");
}

// The constant that output y of the model is.
Tensor OutputConstant(const ModelBuilder& model) {
  const absl::StatusOr<ImportedModel> imported = ImportModel(model.Bytes());
  EXPECT_TRUE(imported.ok()) << imported.status();
  if (!imported.ok()) return Tensor();
  const graph::Graph& graph = imported->graph;
  EXPECT_TRUE(graph.nodes.empty()) << graph.ToString();
  const Tensor* constant = graph.ConstantOf(graph.outputs[0]);
  EXPECT_NE(constant, nullptr);
  return constant == nullptr ? Tensor() : *constant;
}

TEST(ConstantImportTest, EveryFormBecomesAConstant) {
  const Tensor value = OutputConstant(ConstantModel(1, {{"value", FloatTensor({1, 2}, {3, 4})}}));
  EXPECT_EQ(value.shape(), Shape({1, 2}));
  EXPECT_EQ(value.values<float>()[1], 4.0f);

  const Tensor one_float = OutputConstant(ConstantModel(12, {{"value_float", 1.5}}));
  EXPECT_EQ(one_float.shape(), Shape());
  EXPECT_EQ(one_float.values<float>()[0], 1.5f);

  const Tensor one_int = OutputConstant(ConstantModel(13, {{"value_int", -7}}));
  EXPECT_EQ(one_int.shape(), Shape());
  EXPECT_EQ(one_int.values<int64_t>()[0], -7);

  const Tensor floats = OutputConstant(ConstantModel(12, {{"value_floats", Floats{1, 2, 3}}}));
  EXPECT_EQ(floats.shape(), Shape({3}));
  EXPECT_EQ(floats.values<float>()[2], 3.0f);

  const Tensor ints = OutputConstant(ConstantModel(25, {{"value_ints", Ints{8, 9}}}));
  EXPECT_EQ(ints.shape(), Shape({2}));
  EXPECT_EQ(ints.values<int64_t>()[1], 9);
}

TEST(ConstantImportTest, ConstantRefusals) {
  ExpectRefusals({
      {"string", ConstantModel(12, {{"value_string", "no"}}),
       "node \"node\" (Constant, opset 12): attribute \"value_string\" is not supported"},
      {"nothing", ConstantModel(12, {}), "it has 0 of the attributes that hold its value"},
      {"two", ConstantModel(12, {{"value_int", 1}, {"value_float", 1.0}}),
       "it has 2 of the attributes that hold its value, expected one"},
      {"bad tensor", ConstantModel(9, {{"value", FloatTensor({3}, {1, 2})}}),
       "the tensor of attribute \"value\" has shape [3] of FP32, which takes 3 values in "
       "float_data, but 2 are there"},
      {"later form in an early opset", ConstantModel(11, {{"value_int", 1}}),
       "attribute \"value_int\" is not defined for this operator in this opset"},
      {"other type", ConstantModel(9, {{"value", 1}}),
       "attribute \"value\" is of type INT, expected TENSOR"},
  });
}

TEST(ConstantImportTest, IdentityOfAConstantIsTheConstant) {
  const Tensor twice = OutputConstant(ModelBuilder(13)
                                          .Initializer("w", FloatTensor({2}, {5, 6}))
                                          .Node("Identity", {"w"}, {"same"})
                                          .Node("Identity", {"same"}, {"y"})
                                          .Output("y"));
  EXPECT_EQ(twice.values<float>()[1], 6.0f);
  ExpectImports({{"of a computed value", OneNode(14, "Identity", {"x"}), "%y = Identity(%x)\n"}});
}

TEST(ConstantImportTest, ConstantOfShape) {
  ExpectImports({
      {"zero by default", OneNode(9, "ConstantOfShape", {"axes"}),
       "%y = ConstantOfShape(%axes{1,2}) type=FP32\n"},
      {"integer", OneNode(9, "ConstantOfShape", {"axes"}, {{"value", IntTensor({1}, {7})}}),
       "%y = ConstantOfShape(%axes{1,2}) type=INT64\n"},
      {"half precision is computed in FP32",
       OneNode(9, "ConstantOfShape", {"axes"},
               {{"value", RawTensor(onnx::TensorProto::FLOAT16, {1}, 2)}}),
       "%y = ConstantOfShape(%axes{1,2}) type=FP32\n"},
  });
  ExpectRefusals({{"several elements",
                   OneNode(9, "ConstantOfShape", {"axes"}, {{"value", IntTensor({2}, {1, 2})}}),
                   "attribute \"value\" has shape [2], expected one element"}});
}

TEST(ConstantImportTest, DropoutIsTheIdentity) {
  const std::string identity = "%y = Identity(%x)\n";
  const std::string mask = "%node/shape = Shape(%x)\n%y1 = ConstantOfShape(%node/shape) type=";
  const auto with_unread_mask = [](int opset) {
    return ModelBuilder(opset)
        .Input("x", {2})
        .Node("Dropout", {"x"}, {"y", "mask"})
        .Named("node")
        .Output("y");
  };
  ExpectImports({
      {"opset 1", OneNode(1, "Dropout", {"x"}, {{"is_test", 1}, {"ratio", 0.5}}), identity},
      {"opset 6", OneNode(6, "Dropout", {"x"}, {{"ratio", 0.5}}), identity},
      {"opset 7", OneNode(7, "Dropout", {"x"}, {{"ratio", 0.5}}), identity},
      {"ratio as operand", OneNode(12, "Dropout", {"x", "half"}, {{"seed", 0}}), identity},
      {"not in training", OneNode(13, "Dropout", {"x", "half", "false"}), identity},
      {"mask nobody reads", with_unread_mask(9), identity},
      {"float mask", OneNode(9, "Dropout", {"x"}, {}, 2), mask + "FP32  # node/1\n" + identity},
      {"bool mask", OneNode(10, "Dropout", {"x"}, {}, 2), mask + "BOOL  # node/1\n" + identity},
  });
  const char* training = "dropout in training is not supported";
  ExpectRefusals({
      {"training", OneNode(13, "Dropout", {"x", "half", "true"}), training},
      {"perhaps training", OneNode(13, "Dropout", {"x", "half", "mode"}), training},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
