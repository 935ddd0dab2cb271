// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that compute each element of the result from one element of each operand.

#include "server/base/status.h"
#include "server/graph/ops/broadcast.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

constexpr DataType kSignedTypes[] = {DataType::kFloat32, DataType::kFloat64, DataType::kInt8,
                                     DataType::kInt16,   DataType::kInt32,   DataType::kInt64};
constexpr DataType kUnsignedTypes[] = {DataType::kUint8, DataType::kUint16, DataType::kUint32,
                                       DataType::kUint64};
constexpr DataType kPowerTypes[] = {DataType::kFloat32, DataType::kFloat64, DataType::kInt32,
                                    DataType::kInt64};
constexpr DataType kBool[] = {DataType::kBool};
constexpr DataType kComparableTypes[] = {DataType::kFloat32, DataType::kFloat64, DataType::kInt8,
                                         DataType::kInt16,   DataType::kInt32,   DataType::kInt64,
                                         DataType::kUint8,   DataType::kUint16,  DataType::kUint32,
                                         DataType::kUint64,  DataType::kBool};

using Types = std::span<const DataType>;

Types TypesOf(UnaryKind kind) {
  switch (kind) {
    case UnaryKind::kNeg:
      return kSignedTypes;
    case UnaryKind::kAbs:
    case UnaryKind::kSign:
      return kNumericTypes;
    case UnaryKind::kNot:
      return kBool;
    case UnaryKind::kBitwiseNot:
      return kIntegerTypes;
    default:
      return kFloatTypes;
  }
}

bool MakesBool(UnaryKind kind) {
  return kind == UnaryKind::kNot || kind == UnaryKind::kIsNan || kind == UnaryKind::kIsInf;
}

Types TypesOf(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::kPow:
      return kPowerTypes;
    case BinaryKind::kEqual:
      return kComparableTypes;
    case BinaryKind::kAnd:
    case BinaryKind::kOr:
    case BinaryKind::kXor:
      return kBool;
    case BinaryKind::kBitwiseAnd:
    case BinaryKind::kBitwiseOr:
    case BinaryKind::kBitwiseXor:
      return kIntegerTypes;
    case BinaryKind::kShiftLeft:
    case BinaryKind::kShiftRight:
      return kUnsignedTypes;
    default:
      return kNumericTypes;
  }
}

bool MakesBool(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::kEqual:
    case BinaryKind::kGreater:
    case BinaryKind::kGreaterOrEqual:
    case BinaryKind::kLess:
    case BinaryKind::kLessOrEqual:
    case BinaryKind::kAnd:
    case BinaryKind::kOr:
    case BinaryKind::kXor:
      return true;
    default:
      return false;
  }
}

}  // namespace

RuleResult InferActivation(const Node& node, const Operands& operands) {
  const ActivationKind kind = std::get<Activation>(node.op).kind;
  const bool integers_too = kind == ActivationKind::kRelu || kind == ActivationKind::kClip;
  RELUSERVE_RETURN_IF_ERROR(
      operands.RequireType(0, integers_too ? Types(kNumericTypes) : Types(kFloatTypes)));
  return OneOutput(operands.type(0), operands.shape(0));
}

RuleResult InferPRelu(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(1, 0));
  if (!BroadcastsTo(operands.shape(1), operands.shape(0))) {
    return InvalidArgument("slope has shape {}, expected one that broadcasts to {}",
                           operands.shape(1).ToString(), operands.shape(0).ToString());
  }
  return OneOutput(operands.type(0), operands.shape(0));
}

RuleResult InferUnary(const Node& node, const Operands& operands) {
  const UnaryKind kind = std::get<Unary>(node.op).kind;
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, TypesOf(kind)));
  return OneOutput(MakesBool(kind) ? DataType::kBool : operands.type(0), operands.shape(0));
}

RuleResult InferBinary(const Node& node, const Operands& operands) {
  const BinaryKind kind = std::get<Binary>(node.op).kind;
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, TypesOf(kind)));
  if (kind == BinaryKind::kPow) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, kNumericTypes));
  } else {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(1, 0));
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Shape shape,
                             BroadcastShapes(operands.shape(0), operands.shape(1)));
  return OneOutput(MakesBool(kind) ? DataType::kBool : operands.type(0), shape);
}

RuleResult InferVariadic(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kNumericTypes));
  Shape shape = operands.shape(0);
  for (size_t i = 1; i < operands.count(); ++i) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(i, 0));
    RELUSERVE_ASSIGN_OR_RETURN(shape, BroadcastShapes(shape, operands.shape(i)));
  }
  return OneOutput(operands.type(0), shape);
}

RuleResult InferWhere(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, DataType::kBool));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(2, 1));
  RELUSERVE_ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(operands.shape(0), operands.shape(1)));
  RELUSERVE_ASSIGN_OR_RETURN(shape, BroadcastShapes(shape, operands.shape(2)));
  return OneOutput(operands.type(1), shape);
}

RuleResult InferCast(const Node& node, const Operands& operands) {
  return OneOutput(std::get<Cast>(node.op).to, operands.shape(0));
}

}  // namespace reluserve::graph
