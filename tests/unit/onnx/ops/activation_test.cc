// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <gtest/gtest.h>

#include "tests/unit/onnx/import_rows.h"

namespace reluserve::onnx_import {
namespace {

TEST(ActivationImportTest, FillsInDefaults) {
  ExpectImports({
      {"opset 1", OneNode(1, "Relu", {"x"}, {{"consumed_inputs", Ints{0}}}), "%y = Relu(%x)\n"},
      {"opset 14", OneNode(14, "Relu", {"x"}), "%y = Relu(%x)\n"},
      {"default", OneNode(6, "LeakyRelu", {"x"}), "%y = LeakyRelu(%x) alpha=0.01\n"},
      {"given", OneNode(16, "LeakyRelu", {"x"}, {{"alpha", 0.5}}),
       "%y = LeakyRelu(%x) alpha=0.5\n"},
      {"since 10", OneNode(10, "ThresholdedRelu", {"x"}), "%y = ThresholdedRelu(%x) alpha=1\n"},
      {"experimental before", OneNode(7, "ThresholdedRelu", {"x"}, {{"alpha", 2.0}}),
       "%y = ThresholdedRelu(%x) alpha=2\n"},
      {"default", OneNode(6, "Elu", {"x"}), "%y = Elu(%x) alpha=1\n"},
      {"digits of opset 1", OneNode(1, "Selu", {"x"}), "%y = Selu(%x) alpha=1.6732 beta=1.0507\n"},
      {"digits of opset 6", OneNode(6, "Selu", {"x"}),
       "%y = Selu(%x) alpha=1.6732632 beta=1.050701\n"},
      {"default", OneNode(12, "Celu", {"x"}), "%y = Celu(%x) alpha=1\n"},
      {"default", OneNode(6, "HardSigmoid", {"x"}), "%y = HardSigmoid(%x) alpha=0.2 beta=0.5\n"},
      {"default", OneNode(9, "Shrink", {"x"}), "%y = Shrink(%x) alpha=0.5\n"},
      {"given", OneNode(9, "Shrink", {"x"}, {{"bias", 1.0}, {"lambd", 1.5}}),
       "%y = Shrink(%x) alpha=1.5 beta=1\n"},
      {"error function", OneNode(20, "Gelu", {"x"}), "%y = Gelu(%x)\n"},
      {"tanh", OneNode(20, "Gelu", {"x"}, {{"approximate", "tanh"}}), "%y = GeluTanh(%x)\n"},
      {"default", OneNode(24, "Swish", {"x"}), "%y = Swish(%x) alpha=1\n"},
      {"plain", OneNode(14, "HardSwish", {"x"}), "%y = HardSwish(%x)\n"},
      {"plain", OneNode(18, "Mish", {"x"}), "%y = Mish(%x)\n"},
      {"plain", OneNode(1, "Softplus", {"x"}), "%y = Softplus(%x)\n"},
      {"plain", OneNode(1, "Softsign", {"x"}), "%y = Softsign(%x)\n"},
      {"plain", OneNode(6, "Sigmoid", {"x"}), "%y = Sigmoid(%x)\n"},
      {"plain", OneNode(13, "Tanh", {"x"}), "%y = Tanh(%x)\n"},
  });
}

TEST(ActivationImportTest, PReluSlopeIsPerChannelUntilOpset6) {
  ExpectImports({
      {"per channel", OneNode(6, "PRelu", {"x", "vector"}),
       "%y = PRelu(%x, %node/aligned[3,1,1])\n"},
      {"one for all", OneNode(6, "PRelu", {"x", "half"}), "%y = PRelu(%x, %half[])\n"},
      {"broadcast from the right since", OneNode(7, "PRelu", {"x", "vector"}),
       "%y = PRelu(%x, %vector[3])\n"},
      {"computed slope",
       ModelBuilder(6)
           .Input("x", {2, 3, 4, 5})
           .Input("slope", {3})
           .Node("PRelu", {"x", "slope"}, {"y"})
           .Output("y"),
       "%y/aligned = Unsqueeze(%slope, %y/axes{1,2})\n%y = PRelu(%x, %y/aligned)\n"},
  });
}

TEST(ActivationImportTest, SoftmaxFlattensUntilOpset12) {
  ExpectImports({
      {"default axis", OneNode(12, "Softmax", {"x"}), "%y = Softmax(%x) axis=1 flatten\n"},
      {"given axis", OneNode(11, "LogSoftmax", {"x"}, {{"axis", 3}}),
       "%y = LogSoftmax(%x) axis=3 flatten\n"},
      {"default axis since", OneNode(13, "Softmax", {"x"}), "%y = Softmax(%x)\n"},
      {"given axis since", OneNode(13, "LogSoftmax", {"x"}, {{"axis", 1}}),
       "%y = LogSoftmax(%x) axis=1\n"},
  });
}

TEST(ActivationImportTest, RefusesWhatHasNoMeaning) {
  ExpectRefusals({
      {"division by zero", OneNode(12, "Celu", {"x"}, {{"alpha", 0.0}}),
       "node \"node\" (Celu, opset 12): attribute \"alpha\" is 0"},
      {"unknown word", OneNode(20, "Gelu", {"x"}, {{"approximate", "erf"}}),
       "attribute \"approximate\" is \"erf\", expected one of \"none\", \"tanh\""},
      {"axis out of any range", OneNode(13, "Softmax", {"x"}, {{"axis", 99}}),
       "attribute \"axis\" has the value 99, expected -16 to 16"},
      {"slope longer than the operand",
       ModelBuilder(6)
           .Input("x", {3})
           .Input("slope", {3})
           .Node("PRelu", {"x", "slope"}, {"y"})
           .Output("y"),
       "an operand of rank 1 cannot be aligned with axis 1 of one of rank 1"},
      {"double", OneNode(14, "Relu", {"double"}),
       "operand \"double\" is DOUBLE; this operator is computed in FP32 only"},
  });
}

// Only what is the activation of an operand whatever its elements becomes one.
TEST(ActivationImportTest, RectifiersWrittenAsMaxima) {
  const auto leaky = [](const char* factor) {
    return ModelBuilder(13)
        .Input("x", {2, 3})
        .Initializer("tenth", FloatTensor({}, {0.125f}))
        .Initializer("two", FloatTensor({}, {2}))
        .Node("Mul", {"x", factor}, {"part"})
        .Node("Max", {"part", "x"}, {"y"})
        .Named("node")
        .Output("y");
  };
  const auto with_constant = [](const Ints& dims, float value) {
    return ModelBuilder(13)
        .Input("x", {2, 3})
        .Initializer("bound", FloatTensor(dims, {value}))
        .Node("Max", {"x", "bound"}, {"y"})
        .Named("node")
        .Output("y");
  };
  ExpectImports({
      {"relu", with_constant({}, 0.0f), "%y = Relu(%x)\n"},
      {"relu with a bound of one element", with_constant({1, 1}, 0.0f), "%y = Relu(%x)\n"},
      {"a bound that adds an axis", with_constant({1, 1, 1}, 0.0f),
       "%y = Max(%x, %bound[1,1,1])\n"},
      {"another bound", with_constant({}, 1.0f), "%y = Max(%x, %bound[])\n"},
      {"leaky relu", leaky("tenth"), "%part = Mul(%x, %tenth[])\n%y = LeakyRelu(%x) alpha=0.125\n"},
      {"a larger multiple", leaky("two"), "%part = Mul(%x, %two[])\n%y = Max(%part, %x)\n"},
      {"branches", OneNode(13, "Max", {"x", "z"}), "%y = Max(%x, %z)\n"},
  });
}

TEST(ActivationImportTest, MaximaOfMaximaAreOne) {
  const ModelBuilder model = ModelBuilder(13)
                                 .Input("a", {2, 3})
                                 .Input("b", {2, 3})
                                 .Input("c", {2, 3})
                                 .Node("Max", {"a", "b"}, {"ab"})
                                 .Node("Max", {"ab", "c"}, {"y"})
                                 .Output("ab")
                                 .Output("y");
  EXPECT_EQ(ImportedNodes(model), "%ab = Max(%a, %b)\n%y = Max(%a, %b, %c)\n");
}

}  // namespace
}  // namespace reluserve::onnx_import
