// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/strided_copy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Rows and columns that are copied together, so that both sides' cache lines are used up.
constexpr int64_t kTile = 16;
// Columns of a tile row that one thread copies in one go.
constexpr int64_t kBlock = 4096;

// Drops axes of one element, puts the others in the target's order, and merges those that follow
// each other evenly on both sides.
CopyAxes Simplify(CopyAxes axes) {
  axes.erase(std::remove_if(axes.begin(), axes.end(),
                            [](const CopyAxis& axis) { return axis.extent == 1; }),
             axes.end());
  std::sort(axes.begin(), axes.end(),
            [](const CopyAxis& a, const CopyAxis& b) { return a.target_stride > b.target_stride; });
  CopyAxes simple;
  for (const CopyAxis& axis : axes) {
    if (!simple.empty() && simple.back().source_stride == axis.source_stride * axis.extent &&
        simple.back().target_stride == axis.target_stride * axis.extent) {
      simple.back() = {simple.back().extent * axis.extent, axis.source_stride, axis.target_stride};
    } else {
      simple.push_back(axis);
    }
  }
  return simple;
}

template <int64_t kBytes>
void CopyRow(const std::byte* source, std::byte* target, const CopyAxis& row) {
  if (row.source_stride == 1 && row.target_stride == 1) {
    std::memcpy(target, source, static_cast<size_t>(row.extent * kBytes));
    return;
  }
  for (int64_t i = 0; i < row.extent; ++i) {
    std::memcpy(target + i * row.target_stride * kBytes, source + i * row.source_stride * kBytes,
                kBytes);
  }
}

// A plane of rows.extent rows, tile by tile where rows are not contiguous on both sides.
template <int64_t kBytes>
void CopyPlane(const std::byte* source, std::byte* target, const CopyAxis& rows,
               const CopyAxis& columns) {
  const bool contiguous = columns.source_stride == 1 && columns.target_stride == 1;
  const int64_t tile = contiguous ? columns.extent : kTile;
  for (int64_t column = 0; column < columns.extent; column += tile) {
    const CopyAxis part = {std::min(tile, columns.extent - column), columns.source_stride,
                           columns.target_stride};
    const std::byte* from = source + column * columns.source_stride * kBytes;
    std::byte* to = target + column * columns.target_stride * kBytes;
    for (int64_t row = 0; row < rows.extent; ++row) {
      CopyRow<kBytes>(from + row * rows.source_stride * kBytes,
                      to + row * rows.target_stride * kBytes, part);
    }
  }
}

// The two innermost axes are a plane, cut into blocks of kTile rows by kBlock columns, which are
// spread over the threads.
template <int64_t kBytes>
void CopyBlocks(const CopyAxes& axes, const std::byte* source, std::byte* target) {
  const CopyAxis columns = axes[axes.size() - 1];
  const CopyAxis rows = axes[axes.size() - 2];
  const int64_t bands = (rows.extent + kTile - 1) / kTile;
  const int64_t blocks = (columns.extent + kBlock - 1) / kBlock;
  int64_t planes = 1;
  for (size_t axis = 0; axis + 2 < axes.size(); ++axis) planes *= axes[axis].extent;
  const int64_t steps = std::min(rows.extent, kTile) * std::min(columns.extent, kBlock);
  ParallelRanges(planes * bands * blocks, steps, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t column = i % blocks * kBlock;
      const int64_t row = i / blocks % bands * kTile;
      int64_t plane = i / blocks / bands;
      int64_t from = row * rows.source_stride + column * columns.source_stride;
      int64_t to = row * rows.target_stride + column * columns.target_stride;
      for (size_t axis = axes.size() - 2; axis-- > 0;) {
        const int64_t position = plane % axes[axis].extent;
        plane /= axes[axis].extent;
        from += position * axes[axis].source_stride;
        to += position * axes[axis].target_stride;
      }
      CopyPlane<kBytes>(
          source + from * kBytes, target + to * kBytes,
          {std::min(kTile, rows.extent - row), rows.source_stride, rows.target_stride},
          {std::min(kBlock, columns.extent - column), columns.source_stride,
           columns.target_stride});
    }
  });
}

}  // namespace

void StridedCopy(size_t element_bytes, CopyAxes axes, const void* source, void* target) {
  for (const CopyAxis& axis : axes) {
    if (axis.extent == 0) return;
  }
  axes = Simplify(std::move(axes));
  // The columns are the axis along which the target is contiguous, the rows the one along which the
  // source is, where those differ.
  while (axes.size() < 2) axes.insert(axes.begin(), {1, 0, 0});
  if (axes.back().source_stride != 1) {
    for (size_t axis = 0; axis + 2 < axes.size(); ++axis) {
      if (axes[axis].source_stride == 1) std::swap(axes[axis], axes[axes.size() - 2]);
    }
  }
  DispatchByteSize(element_bytes, [&](auto bytes) {
    CopyBlocks<static_cast<int64_t>(decltype(bytes)::value)>(
        axes, static_cast<const std::byte*>(source), static_cast<std::byte*>(target));
  });
}

}  // namespace reluserve::engine::kernels
