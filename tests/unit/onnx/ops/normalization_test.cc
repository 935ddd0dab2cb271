// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

const Names kBatchNormInputs = {"x", "s", "b", "m", "v"};

TEST(NormalizationImportTest, BatchNormalization) {
  const std::string plain = "%y = BatchNormalization(%x, %s, %b, %m, %v)\n";
  const ModelBuilder with_unread_outputs =
      ModelBuilder(7)
          .Input("x", {2, 3})
          .Input("s", {3})
          .Node("BatchNormalization", {"x", "s", "s", "s", "s"},
                {"y", "mean", "var", "saved_mean", "saved_var"})
          .Output("y");
  ExpectImports({
      {"opset 1",
       OneNode(1, "BatchNormalization", kBatchNormInputs,
               {{"consumed_inputs", Ints{0, 0, 0, 1, 1}}, {"is_test", 1}, {"momentum", 0.5}}),
       plain},
      {"opset 6 whose is_test was left at 0", OneNode(6, "BatchNormalization", kBatchNormInputs),
       plain},
      {"opset 7", OneNode(7, "BatchNormalization", kBatchNormInputs, {{"spatial", 1}}), plain},
      {"epsilon", OneNode(9, "BatchNormalization", kBatchNormInputs, {{"epsilon", 0.5}}),
       "%y = BatchNormalization(%x, %s, %b, %m, %v) epsilon=0.5\n"},
      {"opset 15", OneNode(15, "BatchNormalization", kBatchNormInputs, {{"training_mode", 0}}),
       plain},
      {"training outputs nobody reads", with_unread_outputs,
       "%y = BatchNormalization(%x, %s, %s, %s, %s)\n"},
      {"statistics by position where there are none",
       OneNode(7, "BatchNormalization", {"x", "vector", "b", "m", "v"}, {{"spatial", 0}}),
       "%y = BatchNormalization(%x, %vector[3], %b, %m, %v)\n"},
  });
  ExpectRefusals({
      {"training", OneNode(14, "BatchNormalization", kBatchNormInputs, {{"training_mode", 1}}),
       "node \"node\" (BatchNormalization, opset 14): attribute \"training_mode\" is 1; only "
       "inference is supported"},
      {"training outputs", OneNode(9, "BatchNormalization", kBatchNormInputs, {}, 2),
       "output 1 is read, but running statistics are computed in training only"},
      {"statistics by position",
       OneNode(7, "BatchNormalization", {"x", "matrix", "b", "m", "v"}, {{"spatial", 0}}),
       "attribute \"spatial\" is 0"},
      {"missing statistics", OneNode(9, "BatchNormalization", {"x", "s", "b"}),
       "it has 3 inputs, expected 5"},
      {"too many outputs", OneNode(14, "BatchNormalization", kBatchNormInputs, {}, 4),
       "it has 4 outputs, expected 1 to 3"},
  });
}

TEST(NormalizationImportTest, OtherNormalizations) {
  ExpectImports({
      {"instance", OneNode(6, "InstanceNormalization", {"x", "s", "b"}),
       "%y = InstanceNormalization(%x, %s, %b)\n"},
      {"group, one scale a group",
       OneNode(18, "GroupNormalization", {"x", "s", "b"}, {{"num_groups", 2}, {"epsilon", 0.5}}),
       "%y = GroupNormalization(%x, %s, %b) num_groups=2 epsilon=0.5\n"},
      {"group, one scale a channel",
       OneNode(21, "GroupNormalization", {"x", "s", "b"}, {{"num_groups", 2}, {"stash_type", 1}}),
       "%y = GroupNormalization(%x, %s, %b) num_groups=2\n"},
      {"layer", OneNode(17, "LayerNormalization", {"x", "s"}, {{"axis", 2}}),
       "%y = LayerNormalization(%x, %s) axis=2\n"},
      {"layer with statistics", OneNode(17, "LayerNormalization", {"x", "s", "b"}, {}, 3),
       "%y, %y1, %y2 = LayerNormalization(%x, %s, %b)\n"},
      {"p-norm", OneNode(1, "LpNormalization", {"x"}, {{"p", 1}, {"axis", 1}}),
       "%y = LpNormalization(%x) axis=1 p=1\n"},
      {"mean and variance", OneNode(9, "MeanVarianceNormalization", {"x"}),
       "%y = MeanVarianceNormalization(%x)\n"},
      {"over given axes", OneNode(13, "MeanVarianceNormalization", {"x"}, {{"axes", Ints{1}}}),
       "%y = MeanVarianceNormalization(%x) axes=[1]\n"},
      {"local response", OneNode(1, "LRN", {"x"}, {{"size", 5}, {"bias", 2.0}}),
       "%y = LRN(%x) size=5 bias=2\n"},
  });
  ExpectRefusals({
      {"groups", OneNode(18, "GroupNormalization", {"x", "s", "b"}, {{"num_groups", 0}}),
       "attribute \"num_groups\" has the value 0"},
      {"no groups", OneNode(21, "GroupNormalization", {"x", "s", "b"}),
       "attribute \"num_groups\" is missing"},
      {"p", OneNode(1, "LpNormalization", {"x"}, {{"p", 3}}),
       "attribute \"p\" has the value 3, expected 1 to 2"},
      {"size", OneNode(1, "LRN", {"x"}, {{"size", 0}}), "attribute \"size\" has the value 0"},
      {"axis", OneNode(9, "MeanVarianceNormalization", {"x"}, {{"axes", Ints{int64_t{1} << 40}}}),
       "attribute \"axes\" has the value 1099511627776, expected -16 to 15"},
  });
}

}  // namespace
}  // namespace reluserve::onnx_import
