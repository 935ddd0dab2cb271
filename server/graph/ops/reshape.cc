// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that put the same elements under another shape.

#include <algorithm>
#include <numeric>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// The extent that -1 stands for, given the product of the others.
absl::StatusOr<int64_t> OpenExtent(const Shape& x, const Shape& target) {
  Shape others;
  for (int64_t extent : target.dims()) {
    if (extent != -1) others.push_back(extent);
  }
  const std::optional<int64_t> known = others.CheckedElementCount();
  const int64_t count = x.ElementCount();
  if (!known || *known == 0 || count % *known != 0) {
    return InvalidArgument("{} ({} elements) cannot be put under shape {}", x.ToString(), count,
                           target.ToString());
  }
  return count / *known;
}

// A [N,C,H,W] operand of `blocks` blocks and their edge.
absl::Status CheckBlocks(const Operands& operands, int64_t block) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireRank(0, 4));
  // The square of the edge has to fit.
  constexpr int64_t kMaxBlock = int64_t{1} << 31;
  if (block < 1 || block >= kMaxBlock) {
    return InvalidArgument("blocksize is {}, expected 1 to {}", block, kMaxBlock - 1);
  }
  return absl::OkStatus();
}

}  // namespace

RuleResult InferIdentity(const Node&, const Operands& operands) {
  return OneOutput(operands.type(0), operands.shape(0));
}

RuleResult InferReshape(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> wanted, operands.Integers(1));
  Shape target(wanted);
  int open = -1;
  for (int axis = 0; axis < target.rank(); ++axis) {
    if (target[axis] == -1 && open < 0) {
      open = axis;
    } else if (target[axis] < 0) {
      return InvalidArgument("shape is {}, expected extents of 0 or more and at most one -1",
                             target.ToString());
    } else if (target[axis] == 0 && !std::get<Reshape>(node.op).allow_zero) {
      if (axis >= x.rank()) {
        return InvalidArgument("shape has 0 (as in the input) at axis {}, the input is {}", axis,
                               x.ToString());
      }
      target[axis] = x[axis];
    }
  }
  if (open >= 0) {
    RELUSERVE_ASSIGN_OR_RETURN(target[open], OpenExtent(x, target));
  } else if (target.CheckedElementCount() != x.ElementCount()) {
    return InvalidArgument("{} ({} elements) cannot be put under shape {}", x.ToString(),
                           x.ElementCount(), target.ToString());
  }
  return OneOutput(operands.type(0), target);
}

RuleResult InferFlatten(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  const int rank = x.rank();
  const int64_t given = std::get<Flatten>(node.op).axis;
  if (given < -rank || given > rank) {
    return InvalidArgument("axis {} is outside [{},{}]", given, -rank, rank);
  }
  const auto axis = static_cast<int>(given < 0 ? given + rank : given);
  return OneOutput(operands.type(0), Shape{x.ElementCount(0, axis), x.ElementCount(axis, rank)});
}

RuleResult InferTranspose(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  std::vector<int64_t> perm = std::get<Transpose>(node.op).perm;
  std::vector<int64_t> identity(static_cast<size_t>(x.rank()));
  std::iota(identity.begin(), identity.end(), 0);
  if (perm.empty()) perm.assign(identity.rbegin(), identity.rend());
  if (!std::is_permutation(perm.begin(), perm.end(), identity.begin(), identity.end())) {
    return InvalidArgument("perm is {}, expected an order of the {} axes of {}",
                           Shape(perm).ToString(), x.rank(), x.ToString());
  }
  Shape output;
  for (int64_t axis : perm) output.push_back(x[static_cast<int>(axis)]);
  return OneOutput(operands.type(0), output);
}

RuleResult InferSqueeze(const Node&, const Operands& operands) {
  const Shape& x = operands.shape(0);
  std::vector<bool> removed(static_cast<size_t>(x.rank()), false);
  if (operands.Has(1)) {
    RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> given, operands.Integers(1));
    RELUSERVE_ASSIGN_OR_RETURN(const AxisList axes, NormalizeAxes(given, x.rank()));
    for (int axis : axes) {
      if (x[axis] != 1) {
        return InvalidArgument("axis {} of {} has extent {}, expected 1", axis, x.ToString(),
                               x[axis]);
      }
      removed[axis] = true;
    }
  } else {
    for (int axis = 0; axis < x.rank(); ++axis) removed[axis] = x[axis] == 1;
  }
  Shape output;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (!removed[axis]) output.push_back(x[axis]);
  }
  return OneOutput(operands.type(0), output);
}

RuleResult InferUnsqueeze(const Node&, const Operands& operands) {
  const Shape& x = operands.shape(0);
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> given, operands.Integers(1));
  if (given.size() > static_cast<size_t>(kMaxRank)) {
    return InvalidArgument("axes has {} entries, expected at most {}", given.size(), kMaxRank);
  }
  const int rank = x.rank() + static_cast<int>(given.size());
  RELUSERVE_ASSIGN_OR_RETURN(const AxisList axes, NormalizeAxes(given, rank));
  Shape output = Shape::Filled(rank, 0);
  for (int axis : axes) output[axis] = 1;
  for (int axis = 0, next = 0; axis < rank; ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) output[axis] = x[next++];
  }
  return OneOutput(operands.type(0), output);
}

RuleResult InferDepthToSpace(const Node& node, const Operands& operands) {
  const int64_t block = std::get<DepthToSpace>(node.op).block_size;
  RELUSERVE_RETURN_IF_ERROR(CheckBlocks(operands, block));
  const Shape& x = operands.shape(0);
  const std::optional<int64_t> height = CheckedMultiply(x[2], block);
  const std::optional<int64_t> width = CheckedMultiply(x[3], block);
  if (x[1] % (block * block) != 0 || !height || !width) {
    return InvalidArgument("input has shape {}, expected channels in multiples of blocksize² = {}",
                           x.ToString(), block * block);
  }
  return OneOutput(operands.type(0), Shape{x[0], x[1] / (block * block), *height, *width});
}

RuleResult InferSpaceToDepth(const Node& node, const Operands& operands) {
  const int64_t block = std::get<SpaceToDepth>(node.op).block_size;
  RELUSERVE_RETURN_IF_ERROR(CheckBlocks(operands, block));
  const Shape& x = operands.shape(0);
  const std::optional<int64_t> channels = CheckedMultiply(x[1], block * block);
  if (x[2] % block != 0 || x[3] % block != 0 || !channels) {
    return InvalidArgument("input has shape {}, expected height and width in multiples of {}",
                           x.ToString(), block);
  }
  return OneOutput(operands.type(0), Shape{x[0], *channels, x[2] / block, x[3] / block});
}

}  // namespace reluserve::graph
