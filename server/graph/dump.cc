// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Graph::ToString(): the graph as text, for people, logs and tests.

#include <algorithm>
#include <iterator>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/graph/graph.h"

namespace reluserve::graph {
namespace {

// Integer constants of up to this many elements (axes, shapes) are printed in full.
constexpr int64_t kMaxPrintedElements = 8;

constexpr std::string_view kAutoPadNames[] = {"", "SAME_UPPER", "SAME_LOWER", "VALID"};
constexpr std::string_view kPadModeNames[] = {"constant", "reflect", "edge", "wrap"};
constexpr std::string_view kResizeModeNames[] = {"nearest", "linear", "cubic"};
constexpr std::string_view kCoordinateModeNames[] = {
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
    "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"};
constexpr std::string_view kNearestModeNames[] = {"round_prefer_floor", "round_prefer_ceil",
                                                  "floor", "ceil"};
constexpr std::string_view kAspectRatioPolicyNames[] = {"stretch", "not_larger", "not_smaller"};
constexpr std::string_view kGridPaddingNames[] = {"zeros", "border", "reflection"};
constexpr std::string_view kScatterReductionNames[] = {"none", "add", "mul", "max", "min"};

template <typename Kind, size_t N>
std::string_view NameOf(const std::string_view (&names)[N], Kind kind) {
  return names[static_cast<size_t>(kind)];
}

// Appends " name=value" for each attribute that differs from the default of its operator's struct.
class AttributeWriter {
 public:
  explicit AttributeWriter(std::string& text) : text_(text) {}

  void operator()(const Conv& op) {
    WriteSliding(op.window);
    Write("group", op.group, Conv{}.group);
  }
  void operator()(const ConvTranspose& op) {
    WriteSliding(op.window);
    Write("group", op.group, ConvTranspose{}.group);
    Write("output_padding", op.output_padding, {});
    Write("output_shape", op.output_shape, {});
  }
  void operator()(const Gemm& op) {
    Write("alpha", op.alpha, Gemm{}.alpha);
    Write("beta", op.beta, Gemm{}.beta);
    WriteFlag("transpose_a", op.transpose_a);
    WriteFlag("transpose_b", op.transpose_b);
  }
  void operator()(const BatchNormalization& op) {
    Write("epsilon", op.epsilon, BatchNormalization{}.epsilon);
  }
  void operator()(const InstanceNormalization& op) {
    Write("epsilon", op.epsilon, InstanceNormalization{}.epsilon);
  }
  void operator()(const GroupNormalization& op) {
    Write("num_groups", op.num_groups, GroupNormalization{}.num_groups);
    Write("epsilon", op.epsilon, GroupNormalization{}.epsilon);
  }
  void operator()(const LayerNormalization& op) {
    Write("axis", op.axis, LayerNormalization{}.axis);
    Write("epsilon", op.epsilon, LayerNormalization{}.epsilon);
  }
  void operator()(const LpNormalization& op) {
    Write("axis", op.axis, LpNormalization{}.axis);
    Write("p", op.p, LpNormalization{}.p);
  }
  void operator()(const MeanVarianceNormalization& op) {
    Write("axes", op.axes, MeanVarianceNormalization{}.axes);
  }
  void operator()(const Lrn& op) {
    Write("size", op.size, Lrn{}.size);
    Write("alpha", op.alpha, Lrn{}.alpha);
    Write("beta", op.beta, Lrn{}.beta);
    Write("bias", op.bias, Lrn{}.bias);
  }
  void operator()(const Activation& op) {
    Write("alpha", op.alpha, Activation{}.alpha);
    Write("beta", op.beta, Activation{}.beta);
  }
  void operator()(const Softmax& op) {
    Write("axis", op.axis, Softmax{}.axis);
    WriteFlag("flatten", op.flatten);
  }
  void operator()(const Pool& op) {
    if (!op.global) {
      Write("kernel", op.window.kernel, {});
      WriteSliding(op.window);
    }
    WriteFlag("ceil_mode", op.ceil_mode);
    WriteFlag("count_include_pad", op.count_include_pad);
    Write("p", op.p, Pool{}.p);
    WriteFlag("column_major_indices", op.column_major_indices);
  }
  void operator()(const MaxUnpool& op) {
    Write("kernel", op.window.kernel, {});
    WriteSliding(op.window);
  }
  void operator()(const Unary& op) {
    WriteFlag("ignore_negative", !op.detect_negative);
    WriteFlag("ignore_positive", !op.detect_positive);
  }
  void operator()(const Binary&) {}         // the kind is the name
  void operator()(const Variadic&) {}       // the kind is the name
  void operator()(const QLinearBinary&) {}  // the kind is the name
  void operator()(const Cast& op) { WriteAlways("to", reluserve::Name(op.to)); }
  void operator()(const Reduce& op) {
    WriteFlag("drop_dims", !op.keep_dims);
    WriteFlag("noop_with_empty_axes", op.noop_with_empty_axes);
  }
  void operator()(const ArgExtreme& op) {
    WriteAlways("axis", op.axis);
    WriteFlag("drop_dims", !op.keep_dims);
    WriteFlag("select_last_index", op.select_last_index);
  }
  void operator()(const TopK& op) {
    Write("axis", op.axis, TopK{}.axis);
    WriteFlag("smallest", !op.largest);
  }
  void operator()(const CumSum& op) {
    WriteAlways("axis", op.axis);
    WriteFlag("exclusive", op.exclusive);
    WriteFlag("reverse", op.reverse);
  }
  void operator()(const Einsum& op) { WriteAlways("equation", op.equation); }
  void operator()(const Concat& op) { WriteAlways("axis", op.axis); }
  void operator()(const Split& op) { WriteAlways("axis", op.axis); }
  void operator()(const Pad& op) {
    Write("mode", NameOf(kPadModeNames, op.mode), kPadModeNames[0]);
  }
  void operator()(const Reshape& op) { WriteFlag("allow_zero", op.allow_zero); }
  void operator()(const Flatten& op) { Write("axis", op.axis, Flatten{}.axis); }
  void operator()(const Transpose& op) { Write("perm", op.perm, {}); }
  void operator()(const Gather& op) { Write("axis", op.axis, Gather{}.axis); }
  void operator()(const GatherElements& op) { Write("axis", op.axis, GatherElements{}.axis); }
  void operator()(const GatherNd& op) { Write("batch_dims", op.batch_dims, 0); }
  void operator()(const ScatterElements& op) {
    Write("axis", op.axis, ScatterElements{}.axis);
    WriteReduction(op.reduction);
  }
  void operator()(const ScatterNd& op) { WriteReduction(op.reduction); }
  void operator()(const OneHot& op) { Write("axis", op.axis, OneHot{}.axis); }
  void operator()(const Trilu& op) {
    WriteFlag("lower", !op.upper);
    Write("k", op.k, 0);
  }
  void operator()(const DepthToSpace& op) {
    WriteAlways("block_size", op.block_size);
    WriteFlag("column_row_depth", op.column_row_depth);
  }
  void operator()(const SpaceToDepth& op) { WriteAlways("block_size", op.block_size); }
  void operator()(const ShapeOf& op) {
    Write("start", op.start, ShapeOf{}.start);
    Write("end", op.end, ShapeOf{}.end);
  }
  void operator()(const ConstantOfShape& op) {
    WriteAlways("type", reluserve::Name(op.value.type()));
  }
  void operator()(const EyeLike& op) {
    WriteAlways("type", reluserve::Name(op.type));
    Write("k", op.k, 0);
  }
  void operator()(const CenterCropPad& op) { Write("axes", op.axes, {}); }
  void operator()(const Crop& op) {
    WriteAlways("border", op.border);
    Write("scale", op.scale, {});
  }
  void operator()(const Resize& op) {
    WriteAlways("mode", NameOf(kResizeModeNames, op.mode));
    WriteAlways("coordinates", NameOf(kCoordinateModeNames, op.coordinate_mode));
    if (op.mode == ResizeMode::kNearest) {
      WriteAlways("nearest_mode", NameOf(kNearestModeNames, op.nearest_mode));
    }
    Write("aspect_ratio_policy", NameOf(kAspectRatioPolicyNames, op.aspect_ratio_policy),
          kAspectRatioPolicyNames[0]);
    WriteFlag("antialias", op.antialias);
    WriteFlag("exclude_outside", op.exclude_outside);
    Write("cubic_coefficient", op.cubic_coefficient, Resize{}.cubic_coefficient);
    Write("extrapolation_value", op.extrapolation_value, Resize{}.extrapolation_value);
    Write("axes", op.axes, {});
  }
  void operator()(const GridSample& op) {
    WriteAlways("mode", NameOf(kResizeModeNames, op.mode));
    WriteAlways("padding", NameOf(kGridPaddingNames, op.padding));
    WriteFlag("align_corners", op.align_corners);
  }
  void operator()(const AffineGrid& op) { WriteFlag("align_corners", op.align_corners); }
  void operator()(const RoiAlign& op) {
    WriteFlag("max", op.max);
    WriteFlag("whole_pixel", !op.half_pixel);
    WriteAlways("output", std::vector<int64_t>{op.output_height, op.output_width});
    Write("sampling_ratio", op.sampling_ratio, 0);
    Write("spatial_scale", op.spatial_scale, 1.0f);
  }
  void operator()(const Col2Im& op) {
    Write("strides", op.strides, {});
    Write("dilations", op.dilations, {});
    Write("pads_begin", op.pads_begin, {});
    Write("pads_end", op.pads_end, {});
  }
  void operator()(const QuantizeLinear& op) {
    Write("axis", op.axis, QuantizeLinear{}.axis);
    Write("block_size", op.block_size, QuantizeLinear{}.block_size);
    WriteAlways("to", reluserve::Name(op.to));
  }
  void operator()(const DequantizeLinear& op) {
    Write("axis", op.axis, DequantizeLinear{}.axis);
    Write("block_size", op.block_size, DequantizeLinear{}.block_size);
  }
  void operator()(const QLinearConv& op) {
    WriteSliding(op.window);
    Write("group", op.group, QLinearConv{}.group);
  }
  void operator()(const ConvInteger& op) {
    WriteSliding(op.window);
    Write("group", op.group, ConvInteger{}.group);
  }
  // Operators without attributes.
  template <typename T>
  void operator()(const T&) {
    static_assert(std::is_empty_v<T>, "this operator has attributes: write an overload for it");
  }

 private:
  template <typename T>
  void WriteAlways(std::string_view name, const T& value) {
    fmt::format_to(std::back_inserter(text_), " {}={}", name, value);
  }
  void WriteAlways(std::string_view name, const std::vector<int64_t>& values) {
    fmt::format_to(std::back_inserter(text_), " {}=[{}]", name, fmt::join(values, ","));
  }
  template <typename T>
  void Write(std::string_view name, const T& value, const std::type_identity_t<T>& default_value) {
    if (value != default_value) WriteAlways(name, value);
  }
  void WriteFlag(std::string_view name, bool value) {
    if (value) fmt::format_to(std::back_inserter(text_), " {}", name);
  }
  void WriteReduction(ScatterReduction reduction) {
    Write("reduction", NameOf(kScatterReductionNames, reduction), kScatterReductionNames[0]);
  }
  // All of a window but its kernel, which for weighted operators shows in the weights' shape.
  void WriteSliding(const Window& window) {
    std::vector<int64_t> pads = window.pads_begin;
    pads.insert(pads.end(), window.pads_end.begin(), window.pads_end.end());
    const auto all = [](const std::vector<int64_t>& values, int64_t expected) {
      return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == expected; });
    };
    if (!all(window.strides, 1)) WriteAlways("strides", window.strides);
    if (!all(window.dilations, 1)) WriteAlways("dilations", window.dilations);
    if (!all(pads, 0)) WriteAlways("pads", pads);
    Write("auto_pad", NameOf(kAutoPadNames, window.auto_pad), "");
  }

  std::string& text_;
};

// "%data", "%weights[64,3,7,7]" for a constant, "%shape{1,-1}" for a short one of integers, "_" for
// an operand that is absent.
std::string OperandText(const Graph& graph, ValueId id) {
  if (id == kNoValue) return "_";
  const std::string name = "%" + graph.value(id).name;
  const Tensor* constant = graph.ConstantOf(id);
  if (constant == nullptr) return name;
  if (constant->shape().ElementCount() <= kMaxPrintedElements) {
    if (constant->type() == DataType::kInt64) {
      return fmt::format("{}{{{}}}", name, fmt::join(constant->values<int64_t>(), ","));
    }
    if (constant->type() == DataType::kInt32) {
      return fmt::format("{}{{{}}}", name, fmt::join(constant->values<int32_t>(), ","));
    }
  }
  return name + constant->shape().ToString();
}

std::string OperandList(const Graph& graph, std::span<const ValueId> ids) {
  std::vector<std::string> texts;
  for (ValueId id : ids) texts.push_back(OperandText(graph, id));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string NodeText(const Graph& graph, const Node& node) {
  std::string text = fmt::format("{} = {}({})", OperandList(graph, node.outputs), Name(node.op),
                                 OperandList(graph, node.inputs));
  AttributeWriter writer(text);
  std::visit(writer, node.op);
  if (node.residual.has_value()) text += " + " + OperandText(graph, *node.residual);
  if (node.activation.has_value()) {
    fmt::format_to(std::back_inserter(text), " + {}", Name(node.activation->activation.kind));
    writer(node.activation->activation);
    fmt::format_to(std::back_inserter(text), " \"{}\"", node.activation->layer_name);
  }
  const ValueId first = node.outputs.empty() ? kNoValue : node.outputs[0];
  const bool named_after_output = first != kNoValue && node.name == graph.value(first).name;
  if (!named_after_output || !node.absorbed.empty()) text += "  # " + node.name;
  if (!node.absorbed.empty()) {
    fmt::format_to(std::back_inserter(text), " <- {}", fmt::join(node.absorbed, ", "));
  }
  return text;
}

std::string InputText(const Graph& graph, const Input& input) {
  std::vector<std::string> dims;
  for (const Dim& dim : input.dims) {
    dims.push_back(dim.symbolic() ? dim.symbol : std::to_string(dim.extent));
  }
  return fmt::format("input %{} {} [{}]", graph.value(input.value).name,
                     reluserve::Name(input.type), fmt::join(dims, ","));
}

}  // namespace

std::string Graph::ToString() const {
  std::string text;
  for (const Input& input : inputs) text += InputText(*this, input) + "\n";
  for (const Node& node : nodes) text += NodeText(*this, node) + "\n";
  for (ValueId id : outputs) text += "output " + OperandText(*this, id) + "\n";
  return text;
}

}  // namespace reluserve::graph
