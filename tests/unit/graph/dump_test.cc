// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Of dump.cc: Graph::ToString().

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/graph/graph.h"
#include "tests/support/graph_builder.h"

namespace reluserve::graph {
namespace {

Tensor FloatZeros(const Shape& shape) {
  return Tensor::Of<float>(shape, std::vector<float>(shape.ElementCount(), 0.0f));
}

TEST(DumpTest, EverythingThatAGraphCanHave) {
  Graph graph;
  const ValueId image = graph.AddValue("image");
  graph.inputs.push_back({image, DataType::kFloat32, {{-1, "N"}, {3}, {-1, "H"}, {-1, "W"}}});
  const ValueId flag = graph.AddValue("flag");
  graph.inputs.push_back({flag, DataType::kBool, {}});
  const ValueId weights = graph.AddConstant("w", FloatZeros({8, 3, 7, 7}));
  const ValueId relu = graph.AddValue("relu1");
  Node conv;
  conv.name = "conv1";
  conv.op = Conv{{.kernel = {7, 7}, .strides = {2, 2}, .pads_begin = {3, 3}, .pads_end = {3, 3}}};
  conv.inputs = {image, weights, kNoValue};
  conv.outputs = {relu};
  conv.residual = image;
  conv.activation = FusedActivation{{ActivationKind::kLeakyRelu, 0.1f}, "relu1", "LeakyRelu"};
  conv.absorbed = {"BatchNormalization bn1", "Add add1"};
  graph.nodes.push_back(conv);
  Node pool;
  pool.name = "pool1";
  pool.op = Pool{.window = {.kernel = {2, 2}, .auto_pad = AutoPad::kSameUpper}};
  pool.inputs = {relu};
  pool.outputs = {kNoValue, graph.AddValue("indices")};
  graph.nodes.push_back(pool);
  graph.outputs = {pool.outputs[1], flag};
  ASSERT_TRUE(graph.Validate().ok()) << graph.Validate();
  EXPECT_EQ(graph.ToString(),
            R"(input %image FP32 [N,3,H,W]
input %flag BOOL []
%relu1 = Conv(%image, %w[8,3,7,7], _) strides=[2,2] pads=[3,3,3,3] + %image + LeakyRelu alpha=0.1 "relu1"  # conv1 <- BatchNormalization bn1, Add add1
_, %indices = MaxPool(%relu1) kernel=[2,2] auto_pad=SAME_UPPER  # pool1
output %indices
output %flag
)");
}

TEST(DumpTest, ShortIntegerConstantsAreWrittenOut) {
  Graph graph;
  const std::vector<int64_t> eight = {0, -1, 2, 3, 4, 5, 6, 7};
  const std::vector<int64_t> nine(9, 1);
  const std::vector<int32_t> narrow = {3};
  graph.outputs = {
      graph.AddConstant("eight", Tensor::Of<int64_t>({2, 4}, eight)),
      graph.AddConstant("nine", Tensor::Of<int64_t>({9}, nine)),
      graph.AddConstant("scalar", Tensor::Of<int32_t>({}, narrow)),
      graph.AddConstant("none", Tensor::Of<int64_t>({0}, std::vector<int64_t>{})),
      graph.AddConstant("float", FloatZeros({})),
  };
  EXPECT_EQ(graph.ToString(), R"(output %eight{0,-1,2,3,4,5,6,7}
output %nine[9]
output %scalar{3}
output %none{}
output %float[]
)");
}

// The text between the operands and the end of the line.
std::string Attributes(Op op) {
  Graph graph;
  Node node;
  node.name = "y";
  node.op = std::move(op);
  node.outputs = {graph.AddValue("y")};
  graph.nodes.push_back(node);
  const std::string text = graph.ToString();
  const size_t begin = text.find(')') + 1;
  return text.substr(begin, text.size() - begin - 1);
}

TEST(DumpTest, AttributesThatAreNotTheDefault) {
  const std::vector<std::pair<Op, std::string_view>> rows = {
      {Conv{}, ""},
      {Conv{{.strides = {1, 1}, .dilations = {1, 1}, .pads_begin = {0}, .pads_end = {0}}}, ""},
      {Conv{{.dilations = {2, 1}, .pads_begin = {0, 1}, .pads_end = {2, 3}}, 4},
       " dilations=[2,1] pads=[0,1,2,3] group=4"},
      {ConvTranspose{.output_padding = {1, 0}, .output_shape = {9, 9}},
       " output_padding=[1,0] output_shape=[9,9]"},
      {Gemm{}, ""},
      {Gemm{0.5f, 2.0f, true, true}, " alpha=0.5 beta=2 transpose_a transpose_b"},
      {BatchNormalization{}, ""},
      {BatchNormalization{0.25f}, " epsilon=0.25"},
      {InstanceNormalization{0.25f}, " epsilon=0.25"},
      {GroupNormalization{4, 0.25f}, " num_groups=4 epsilon=0.25"},
      {LayerNormalization{1, 0.25f}, " axis=1 epsilon=0.25"},
      {LpNormalization{1, 1}, " axis=1 p=1"},
      {MeanVarianceNormalization{{1, 2}}, " axes=[1,2]"},
      {Lrn{5, 0.5f, 0.25f, 2.0f}, " size=5 alpha=0.5 beta=0.25 bias=2"},
      {Activation{ActivationKind::kClip, 0.0f, 6.0f}, " beta=6"},
      {Softmax{1, true}, " axis=1 flatten"},
      {Pool{.kind = PoolKind::kAverage,
            .window = {.kernel = {3, 3}},
            .ceil_mode = true,
            .count_include_pad = true},
       " kernel=[3,3] ceil_mode count_include_pad"},
      {Pool{.window = {.kernel = {3, 3}}, .global = true}, ""},
      {Pool{.kind = PoolKind::kLp, .p = 1, .column_major_indices = true},
       " p=1 column_major_indices"},
      {MaxUnpool{{.kernel = {2, 2}, .strides = {2, 2}}}, " kernel=[2,2] strides=[2,2]"},
      {Unary{UnaryKind::kIsInf, false, false}, " ignore_negative ignore_positive"},
      {Binary{BinaryKind::kMul}, ""},
      {Cast{DataType::kInt64}, " to=INT64"},
      {Reduce{ReduceKind::kMean, false, true}, " drop_dims noop_with_empty_axes"},
      {ArgExtreme{.axis = 1, .keep_dims = false, .select_last_index = true},
       " axis=1 drop_dims select_last_index"},
      {TopK{0, false}, " axis=0 smallest"},
      {CumSum{1, true, true}, " axis=1 exclusive reverse"},
      {CumSum{.axis = 1, .product = true}, " axis=1"},
      {Einsum{"ij,jk->ik"}, " equation=ij,jk->ik"},
      {Concat{1}, " axis=1"},
      {Split{0}, " axis=0"},
      {Pad{PadMode::kReflect}, " mode=reflect"},
      {Reshape{true}, " allow_zero"},
      {Flatten{0}, " axis=0"},
      {Transpose{{1, 0}}, " perm=[1,0]"},
      {Gather{1}, " axis=1"},
      {GatherElements{1}, " axis=1"},
      {GatherNd{1}, " batch_dims=1"},
      {ScatterElements{1, ScatterReduction::kMul}, " axis=1 reduction=mul"},
      {ScatterNd{ScatterReduction::kMin}, " reduction=min"},
      {OneHot{0}, " axis=0"},
      {Trilu{false, -1}, " lower k=-1"},
      {EyeLike{DataType::kInt64, 2}, " type=INT64 k=2"},
      {CenterCropPad{{1, 2}}, " axes=[1,2]"},
      {DepthToSpace{2, true}, " block_size=2 column_row_depth"},
      {SpaceToDepth{2}, " block_size=2"},
      {ShapeOf{1, -1}, " start=1 end=-1"},
      {ConstantOfShape{FloatZeros({1})}, " type=FP32"},
      {Crop{{1, 2, 3, 4}, {5, 6}}, " border=[1,2,3,4] scale=[5,6]"},
      {Resize{}, " mode=nearest coordinates=half_pixel nearest_mode=round_prefer_floor"},
      {Resize{.mode = ResizeMode::kCubic,
              .coordinate_mode = CoordinateMode::kTfCropAndResize,
              .aspect_ratio_policy = AspectRatioPolicy::kNotSmaller,
              .antialias = true,
              .exclude_outside = true,
              .cubic_coefficient = -0.5f,
              .extrapolation_value = 1.0f,
              .axes = {2, 3}},
       " mode=cubic coordinates=tf_crop_and_resize aspect_ratio_policy=not_smaller antialias "
       "exclude_outside cubic_coefficient=-0.5 extrapolation_value=1 axes=[2,3]"},
      {GridSample{ResizeMode::kCubic, GridPadding::kBorder, true},
       " mode=cubic padding=border align_corners"},
      {AffineGrid{true}, " align_corners"},
      {RoiAlign{true, false, 7, 6, 2, 0.25f},
       " max whole_pixel output=[7,6] sampling_ratio=2 spatial_scale=0.25"},
      {Col2Im{{2, 2}, {}, {1, 1}, {0, 1}}, " strides=[2,2] pads_begin=[1,1] pads_end=[0,1]"},
      {QuantizeLinear{0, 4, DataType::kInt8}, " axis=0 block_size=4 to=INT8"},
      {DequantizeLinear{0, 4}, " axis=0 block_size=4"},
      {QLinearConv{{.strides = {2, 2}}, 2}, " strides=[2,2] group=2"},
      {ConvInteger{{.strides = {2, 2}}, 2}, " strides=[2,2] group=2"},
      {MatMul{}, ""},
  };
  for (const auto& [op, text] : rows) EXPECT_EQ(Attributes(op), text) << Name(op);
}

}  // namespace
}  // namespace reluserve::graph
