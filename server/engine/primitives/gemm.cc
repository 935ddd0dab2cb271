// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Dense layers and matrix products.

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

// A dense layer: rows [M,K] times weights [K,N] plus a bias [N].
struct DenseLayer {
  ValueId weights = kNoValue;
  bool weights_transposed = false;  // [N,K] in memory
  ValueId bias = kNoValue;
  int64_t rows = 0;
  int64_t inputs = 0;
  int64_t outputs = 0;
};

// Whether a convolution kernel sums each element in an order that the number of rows does not
// change. oneDNN's older matrix products do not: they choose their blocks by it.
bool SumsRowsAlike(std::string_view implementation) {
  return implementation.find("gemm") == std::string_view::npos &&
         !implementation.starts_with("ref");
}

// As a convolution over one position, [M,K,1,1] by [N,K,1,1]: its direct kernels give a row the
// same bits whatever rows it is computed with. Empty where there is no such kernel.
dnnl::convolution_forward::primitive_desc MakePointwise(const DenseLayer& layer, const Desc& bias,
                                                        const dnnl::primitive_attr& attr) {
  compat::WindowArgs window;
  window.strides = {1, 1};
  window.dilations = window.pads_begin = window.pads_end = {0, 0};
  const auto pd = compat::MakeConvolution(
      dnnl::algorithm::convolution_direct,
      AnyDesc(DataType::kFloat32, {layer.rows, layer.inputs, 1, 1}),
      AnyDesc(DataType::kFloat32, {layer.outputs, layer.inputs, 1, 1}), bias,
      AnyDesc(DataType::kFloat32, {layer.rows, layer.outputs, 1, 1}), window, attr);
  if (!pd || !SumsRowsAlike(pd.impl_info_str())) return {};
  return pd;
}

// A dense matrix in the layout a primitive wants, without a copy where it lies so already.
absl::StatusOr<Operand> LaidOut(const Operand& matrix, const Shape& shape, const Desc& wanted,
                                PlanBuilder& builder) {
  if (LiesPlain(wanted)) return builder.View(matrix, shape, wanted);
  const Operand plain = builder.View(matrix, shape, PlainDesc(DataType::kFloat32, shape));
  return builder.Convert(plain, wanted);
}

// Appends the layer's primitive, whose source, weights and result have the given shapes.
template <typename Primitive, typename PrimitiveDesc>
absl::Status AddDenseLayer(const Node& node, const DenseLayer& layer, const PrimitiveDesc& pd,
                           Fused fused, PlanBuilder& builder) {
  const int rank = static_cast<int>(compat::BlockingOf(pd.src_desc()).dims.size());
  const auto with_rank = [rank](int64_t rows, int64_t columns) {
    Shape shape = {rows, columns};
    while (shape.rank() < rank) shape.push_back(1);
    return shape;
  };
  const Shape weight_shape = with_rank(layer.outputs, layer.inputs);
  Shape given_strides = RowMajorStrides(weight_shape);
  if (!layer.weights_transposed) {
    given_strides[0] = 1;
    given_strides[1] = layer.outputs;
  }
  const Desc given = StridedDesc(DataType::kFloat32, weight_shape, given_strides);
  RELUSERVE_ASSIGN_OR_RETURN(const Operand matrix, builder.GetPlain(node.inputs[0]));
  RELUSERVE_ASSIGN_OR_RETURN(
      const Operand source,
      LaidOut(matrix, with_rank(layer.rows, layer.inputs), pd.src_desc(), builder));
  RELUSERVE_ASSIGN_OR_RETURN(const Operand weights,
                             builder.Weights(layer.weights, given, pd.weights_desc()));
  const Shape result_shape = with_rank(layer.rows, layer.outputs);
  Operand result = builder.New(result_shape, pd.dst_desc());
  std::vector<PrimitiveStep::Argument> arguments = {{DNNL_ARG_SRC, source.slot, source.desc},
                                                    {DNNL_ARG_WEIGHTS, weights.slot, weights.desc},
                                                    {DNNL_ARG_DST, result.slot, result.desc}};
  if (layer.bias != kNoValue) {
    const Desc bias_desc = PlainDesc(DataType::kFloat32, Shape{layer.outputs});
    RELUSERVE_ASSIGN_OR_RETURN(const Operand bias,
                               builder.Weights(layer.bias, bias_desc, bias_desc));
    arguments.push_back({DNNL_ARG_BIAS, bias.slot, bias.desc});
  }
  StepInfo info = builder.Describe(node, result);
  if (!fused.activation) info.activation.clear();
  info.macs = layer.rows * layer.inputs * layer.outputs;
  builder.AddPrimitive(pd, Primitive(pd), std::move(arguments), std::move(info));
  if (!LiesPlain(result.desc)) {
    RELUSERVE_ASSIGN_OR_RETURN(
        result, builder.Convert(result, PlainDesc(DataType::kFloat32, result_shape)));
  }
  const Shape& shape = builder.fact(node.outputs[0]).shape;
  builder.Define(node.outputs[0],
                 builder.View(result, shape, PlainDesc(DataType::kFloat32, shape)));
  return FinishNode(node, fused, builder);
}

absl::StatusOr<bool> LowerDenseLayer(const Node& node, const DenseLayer& layer,
                                     PlanBuilder& builder) {
  const Shape source_shape = {layer.rows, layer.inputs};
  const Shape weight_shape = {layer.outputs, layer.inputs};
  const Shape result_shape = {layer.rows, layer.outputs};
  for (const Shape& shape : {source_shape, weight_shape, result_shape}) {
    if (!Describable(DataType::kFloat32, shape)) return false;
  }
  Desc bias_desc;
  if (layer.bias != kNoValue) bias_desc = PlainDesc(DataType::kFloat32, Shape{layer.outputs});
  Fused fused;
  const dnnl::primitive_attr attr = MakeAttributes(node, builder, fused);
  const auto pd = compat::MakeInnerProduct(PlainDesc(DataType::kFloat32, source_shape),
                                           AnyDesc(DataType::kFloat32, weight_shape), bias_desc,
                                           PlainDesc(DataType::kFloat32, result_shape), attr);
  // Batch-reduce kernels sum every row alike, too, and read the weights once for all rows, where a
  // convolution reads them for each.
  if (!pd || !std::string_view(pd.impl_info_str()).starts_with("brgemm")) {
    if (const auto pointwise = MakePointwise(layer, bias_desc, attr)) {
      RELUSERVE_RETURN_IF_ERROR(
          AddDenseLayer<dnnl::convolution_forward>(node, layer, pointwise, fused, builder));
      return true;
    }
  }
  if (!pd) return false;
  RELUSERVE_RETURN_IF_ERROR(
      AddDenseLayer<dnnl::inner_product_forward>(node, layer, pd, fused, builder));
  return true;
}

// The same matrix shape with axes of extent 1 put in front.
Shape WithRank(const Shape& shape, int rank) {
  Shape result = Shape::Filled(rank - shape.rank(), 1);
  for (int64_t extent : shape.dims()) result.push_back(extent);
  return result;
}

}  // namespace

absl::StatusOr<bool> LowerGemm(const Node& node, PlanBuilder& builder) {
  const auto& gemm = std::get<graph::Gemm>(node.op);
  if (!builder.IsFloat(node.inputs[0]) || gemm.transpose_a || gemm.alpha != 1.0f) return false;
  DenseLayer layer;
  const Shape& source = builder.fact(node.inputs[0]).shape;
  const Shape& result = builder.fact(node.outputs[0]).shape;
  layer.rows = result[0];
  layer.inputs = source[1];
  layer.outputs = result[1];
  layer.weights = node.inputs[1];
  layer.weights_transposed = gemm.transpose_b;
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    // A bias: the same for every row, one entry a column.
    const Shape& bias = builder.fact(node.inputs[2]).shape;
    if (gemm.beta != 1.0f || bias.rank() == 0 || bias[bias.rank() - 1] != layer.outputs ||
        bias.ElementCount() != layer.outputs) {
      return false;
    }
    layer.bias = node.inputs[2];
  }
  return LowerDenseLayer(node, layer, builder);
}

absl::StatusOr<bool> LowerMatMul(const Node& node, PlanBuilder& builder) {
  const Shape& a = builder.fact(node.inputs[0]).shape;
  const Shape& b = builder.fact(node.inputs[1]).shape;
  if (!builder.IsFloat(node.inputs[0]) || a.rank() < 2 || b.rank() < 2) return false;
  if (builder.Known(node.inputs[1]) != nullptr && b.rank() == 2) {
    // All leading axes of A are rows.
    DenseLayer layer;
    layer.weights = node.inputs[1];
    layer.inputs = b[0];
    layer.outputs = b[1];
    layer.rows = a.ElementCount(0, a.rank() - 1);
    return LowerDenseLayer(node, layer, builder);
  }
  const Shape& result_shape = builder.fact(node.outputs[0]).shape;
  const int rank = result_shape.rank();
  const Shape a_shape = WithRank(a, rank);
  const Shape b_shape = WithRank(b, rank);
  for (const Shape& shape : {a_shape, b_shape, result_shape}) {
    if (!Describable(DataType::kFloat32, shape)) return false;
  }
  const Desc a_desc = PlainDesc(DataType::kFloat32, a_shape);
  const Desc b_desc = PlainDesc(DataType::kFloat32, b_shape);
  const Desc result_desc = PlainDesc(DataType::kFloat32, result_shape);
  Fused fused;
  const dnnl::primitive_attr attr = MakeAttributes(node, builder, fused);
  const auto pd = compat::MakeMatmul(a_desc, b_desc, result_desc, attr);
  if (!pd) return false;
  RELUSERVE_ASSIGN_OR_RETURN(const Operand left, builder.GetPlain(node.inputs[0]));
  RELUSERVE_ASSIGN_OR_RETURN(const Operand right, builder.GetPlain(node.inputs[1]));
  const Operand result = builder.New(DataType::kFloat32, result_shape);
  StepInfo info = builder.Describe(node, result);
  if (!fused.activation) info.activation.clear();
  info.macs = result_shape.ElementCount() * a[a.rank() - 1];
  builder.AddPrimitive(pd, dnnl::matmul(pd),
                       {{DNNL_ARG_SRC, left.slot, a_desc},
                        {DNNL_ARG_WEIGHTS, right.slot, b_desc},
                        {DNNL_ARG_DST, result.slot, result_desc}},
                       std::move(info));
  builder.Define(node.outputs[0], result);
  RELUSERVE_RETURN_IF_ERROR(FinishNode(node, fused, builder));
  return true;
}

}  // namespace reluserve::engine
