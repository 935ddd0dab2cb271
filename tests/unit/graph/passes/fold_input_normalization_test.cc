// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/unit/graph/passes/pass_fixture.h"

namespace reluserve::graph {
namespace {

constexpr std::string_view kPass = "fold-input-normalization";

class FoldInputNormalizationTest : public PassTest {
 protected:
  // Of mean and bias 0: it scales but does not shift.
  ValueId BatchNormWithoutShift(ValueId x, int64_t channels, const std::string& name) {
    const ValueId zeros = Floats({channels}, std::vector<float>(channels, 0.0f));
    return net_.Add(BatchNormalization{},
                    {x, Floats({channels}), zeros, zeros, Floats({channels}, 0.5f, 2.0f)}, name);
  }
};

TEST_F(FoldInputNormalizationTest, BeforeConvWithoutPadding) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId conv = net_.Add(Conv{}, {BatchNorm(x, 3, "bn"), Floats({4, 3, 3, 3})}, "conv");
  ExpectRewrite(kPass, {conv},
                R"(input %x FP32 [batch,3,5,5]
%conv = Conv(%x, %conv.weights[4,3,3,3], %conv.bias[4])  # conv <- BatchNormalization bn
output %conv
)");
}

TEST_F(FoldInputNormalizationTest, BeforeGroupedConvWithBias) {
  const ValueId x = net_.Input("x", {-1, 6, 5, 5});
  const ValueId conv = net_.Add(Conv{.window = {.auto_pad = AutoPad::kValid}, .group = 2},
                                {BatchNorm(x, 6, "bn"), Floats({4, 3, 3, 3}), Floats({4})}, "conv");
  ExpectRewrite(kPass, {conv},
                R"(input %x FP32 [batch,6,5,5]
%conv = Conv(%x, %conv.weights[4,3,3,3], %conv.bias[4]) auto_pad=VALID group=2  # conv <- BatchNormalization bn
output %conv
)");
}

// Zeros stay zeros when they are scaled.
TEST_F(FoldInputNormalizationTest, BeforePaddedConvWhereItDoesNotShift) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  ExpectRewrite(kPass, {Conv3x3(BatchNormWithoutShift(x, 3, "bn"), 3, 4, "conv")},
                R"(input %x FP32 [batch,3,5,5]
%conv = Conv(%x, %conv.weights[4,3,3,3]) pads=[1,1,1,1]  # conv <- BatchNormalization bn
output %conv
)");
}

// The border would have to be padded with minus the shift over the scale.
TEST_F(FoldInputNormalizationTest, NotBeforePaddedConv) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId same = net_.Add(Conv{.window = {.auto_pad = AutoPad::kSameUpper}},
                                {BatchNorm(x, 3, "bn2"), Floats({4, 3, 3, 3})}, "conv2");
  ExpectUnchanged(kPass, {Conv3x3(BatchNorm(x, 3, "bn1"), 3, 4, "conv1"), same});
}

TEST_F(FoldInputNormalizationTest, NotWhereTheNormalizedValueIsReadTwice) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  const ValueId bn = BatchNorm(x, 3, "bn");
  ExpectUnchanged(kPass, {Conv1x1(bn, 3, 4, "conv"), Relu(bn, "relu")});
}

TEST_F(FoldInputNormalizationTest, NotThroughAnActivation) {
  const ValueId x = net_.Input("x", {-1, 3, 5, 5});
  ExpectUnchanged(kPass, {Conv1x1(Relu(BatchNorm(x, 3, "bn"), "relu"), 3, 4, "conv")});
}

// The normalised value is the weights, not the image.
TEST_F(FoldInputNormalizationTest, NotWhereItIsAnotherOperand) {
  const ValueId x = net_.Input("x", {2, 3, 5, 5});
  const ValueId weights = net_.Input("weights", {4, 3, 3, 3});
  ExpectUnchanged(kPass, {net_.Add(Conv{}, {x, BatchNorm(weights, 3, "bn")}, "conv")});
}

}  // namespace
}  // namespace reluserve::graph
