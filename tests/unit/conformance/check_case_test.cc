// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The runner on cases made here: right ones pass, and wrong ones do not.

#include "tests/conformance/check_case.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/support/temp_dir.h"

namespace reluserve::conformance {
namespace {

using ::testing::HasSubstr;

onnx::TensorProto FloatsProto(const std::vector<int64_t>& shape, const std::vector<float>& values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (int64_t extent : shape) tensor.add_dims(extent);
  for (float value : values) tensor.add_float_data(value);
  return tensor;
}

void SetValueInfo(const std::string& name, int rank, onnx::ValueInfoProto* info) {
  info->set_name(name);
  onnx::TypeProto::Tensor* type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  for (int axis = 0; axis < rank; ++axis) {
    type->mutable_shape()->add_dim()->set_dim_param(name + "_" + std::to_string(axis));
  }
}

// A model of one node that reads rank-2 inputs "x0", "x1", ... and writes "y".
std::string OneNodeModel(const std::string& op_type, int inputs) {
  onnx::ModelProto model;
  model.set_ir_version(7);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto* graph = model.mutable_graph();
  graph->set_name("test");
  onnx::NodeProto* node = graph->add_node();
  node->set_op_type(op_type);
  node->set_name("node");
  for (int i = 0; i < inputs; ++i) {
    const std::string name = "x" + std::to_string(i);
    node->add_input(name);
    SetValueInfo(name, 2, graph->add_input());
  }
  node->add_output("y");
  SetValueInfo("y", 2, graph->add_output());
  return model.SerializeAsString();
}

class CheckCaseTest : public ::testing::Test {
 protected:
  TestCase Case(const std::string& model, const std::string& category = "node") const {
    dir_.Write("model.onnx", model);
    TestCase test;
    test.category = category;
    test.name = "test";
    test.directory = dir_.path();
    return test;
  }
  void WriteTensor(const std::string& name, const onnx::TensorProto& tensor) const {
    dir_.Write("test_data_set_0/" + name, tensor.SerializeAsString());
  }

  const test_support::TempDir dir_;
};

TEST_F(CheckCaseTest, TheRightAnswerPasses) {
  WriteTensor("input_0.pb", FloatsProto({1, 4}, {-1, 2, -3, 4}));
  WriteTensor("output_0.pb", FloatsProto({1, 4}, {0, 2, 0, 4}));
  const Verdict verdict = CheckCase(Case(OneNodeModel("Relu", 1)), {});
  EXPECT_TRUE(verdict.passed) << verdict.message;
  EXPECT_EQ(verdict.note, "as is");
  EXPECT_FALSE(verdict.vacuous);
}

TEST_F(CheckCaseTest, TheWrongAnswerFails) {
  WriteTensor("input_0.pb", FloatsProto({1, 4}, {-1, 2, -3, 4}));
  WriteTensor("output_0.pb", FloatsProto({1, 4}, {0, 2, 0, 5}));
  const Verdict verdict = CheckCase(Case(OneNodeModel("Relu", 1)), {});
  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.message, HasSubstr("the first at 3: 4, expected 5"));
}

TEST_F(CheckCaseTest, ConstantOutputsAreVacuous) {
  WriteTensor("input_0.pb", FloatsProto({1, 3}, {-1, -2, -3}));
  WriteTensor("output_0.pb", FloatsProto({1, 3}, {0, 0, 0}));
  const Verdict verdict = CheckCase(Case(OneNodeModel("Relu", 1)), {});
  EXPECT_TRUE(verdict.passed) << verdict.message;
  EXPECT_TRUE(verdict.vacuous);
}

TEST_F(CheckCaseTest, RunsWithInputsBoundAsWell) {
  WriteTensor("input_0.pb", FloatsProto({1, 2}, {1, 2}));
  WriteTensor("input_1.pb", FloatsProto({1, 1}, {10}));
  WriteTensor("output_0.pb", FloatsProto({1, 2}, {11, 12}));
  const Verdict verdict = CheckCase(Case(OneNodeModel("Add", 2)), {});
  EXPECT_TRUE(verdict.passed) << verdict.message;
  EXPECT_EQ(verdict.note, "as is; all inputs but the first as constants");
}

TEST_F(CheckCaseTest, SparsityMustAgreeToo) {
  WriteTensor("input_0.pb", FloatsProto({1, 4}, {-1, 2, -3, 4}));
  WriteTensor("output_0.pb", FloatsProto({1, 4}, {0, 2, 0, 4}));
  const auto write_zeros = [&](int zeros) {
    dir_.Write(
        "sparsity.json",
        R"({"sets": {"test_data_set_0": [{"node": "node", "output": "y", "total": 4, "zeros": )" +
            std::to_string(zeros) + "}]}}");
  };
  write_zeros(2);
  EXPECT_TRUE(CheckCase(Case(OneNodeModel("Relu", 1)), {}).passed);
  write_zeros(0);
  const Verdict verdict = CheckCase(Case(OneNodeModel("Relu", 1)), {});
  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.message, HasSubstr("2 of 4 elements inactive, expected 0"));
}

TEST_F(CheckCaseTest, NoDataFails) {
  EXPECT_FALSE(CheckCase(Case(OneNodeModel("Relu", 1)), {}).passed);
}

TEST_F(CheckCaseTest, NoExpectedOutputFails) {
  WriteTensor("input_0.pb", FloatsProto({1, 1}, {1}));
  EXPECT_FALSE(CheckCase(Case(OneNodeModel("Relu", 1)), {}).passed);
}

TEST_F(CheckCaseTest, ARefusalPassesOnlyWhereItMay) {
  WriteTensor("input_0.pb", FloatsProto({1, 1}, {1}));
  WriteTensor("output_0.pb", FloatsProto({1, 1}, {1}));
  const std::string model = OneNodeModel("Det", 1);
  const Verdict refused = CheckCase(Case(model), {});
  EXPECT_FALSE(refused.passed);
  EXPECT_THAT(refused.message, HasSubstr("refused: "));
  const Verdict allowed = CheckCase(Case(model, "reject"), {});
  EXPECT_TRUE(allowed.passed) << allowed.message;
  EXPECT_THAT(allowed.note, HasSubstr("Det"));
}

TEST_F(CheckCaseTest, AWrongAnswerFailsEvenWhereARefusalWouldPass) {
  WriteTensor("input_0.pb", FloatsProto({1, 2}, {1, 2}));
  WriteTensor("output_0.pb", FloatsProto({1, 2}, {1, 3}));
  EXPECT_FALSE(CheckCase(Case(OneNodeModel("Relu", 1), "reject"), {}).passed);
}

}  // namespace
}  // namespace reluserve::conformance
