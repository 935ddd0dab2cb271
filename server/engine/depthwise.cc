// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/depthwise.h"

#include <omp.h>

#include <algorithm>

#include "server/sparsity/count_task.h"

// Highway compiles the code between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once for each
// instruction set, by including this file again, and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "server/engine/depthwise.cc"
#include <hwy/foreach_target.h>
// Must come after foreach_target.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace reluserve::engine::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kTaps = 3;

// As many channels of one block of one sample as a vector has lanes.
class Lanes {
 public:
  static constexpr hn::CappedTag<float, kDepthwiseBlock> kFloats{};
  static constexpr hn::RebindToUnsigned<decltype(kFloats)> kCounters{};
  using Floats = hn::Vec<decltype(kFloats)>;

  // `block` points at the first of these channels in everything but the counts.
  Lanes(const DepthwiseShape& shape, const DepthwiseOperands& block, const DepthwiseCounts& counts)
      : shape_(shape),
        block_(block),
        source_(counts.source.inactive != nullptr, counts.source_high),
        result_(counts.result.inactive != nullptr, counts.result_high),
        bias_(block.bias == nullptr ? hn::Zero(kFloats) : hn::LoadU(kFloats, block.bias)),
        low_(hn::Set(kFloats, shape.low)),
        high_(hn::Set(kFloats, shape.high)) {
    for (int64_t tap = 0; tap < kTaps * kTaps; ++tap) {
      weights_[tap] = hn::LoadU(kFloats, block.weights + tap * kDepthwiseBlock);
    }
  }

  void Run() {
    for (int64_t y = 0; y < shape_.result_height; ++y) {
      const int64_t first = y * shape_.stride - shape_.pad_top;
      // Just before they are read, and again for the rows below while they are in the cache.
      CountSourceRows(std::min(first + kTaps, shape_.height));
      for (int64_t tap = 0; tap < kTaps; ++tap) {
        const int64_t row = first + tap;
        rows_[tap] = row < 0 || row >= shape_.height ? nullptr : SourceRow(row);
      }
      float* result = block_.result + y * shape_.result_width * kDepthwiseBlock;
      shape_.stride == 1 ? ComputeRow<1>(result) : ComputeRow<2>(result);
    }
    CountSourceRows(shape_.height);
  }

  // Of channels `channel` on; false where some element was not finite.
  bool Store(const DepthwiseCounts& counts, int64_t channel) const {
    bool finite = true;
    if (source_.wanted) {
      finite &= source_.Store(counts.source, channel, shape_.height * shape_.width);
    }
    if (result_.wanted) {
      finite &= result_.Store(counts.result, channel, shape_.result_height * shape_.result_width);
    }
    return finite;
  }

 private:
  struct Counter {
    Counter(bool is_wanted, float high_bound)
        : wanted(is_wanted),
          high(hn::Set(kFloats, high_bound)),
          active(hn::Zero(kCounters)),
          saturated(hn::Zero(kCounters)),
          poison(hn::Zero(kFloats)) {}

    HWY_INLINE void Add(Floats values) {
      active = AddWhere(hn::Gt(values, hn::Zero(kFloats)), active);
      saturated = AddWhere(hn::Ge(values, high), saturated);
      poison = hn::MulAdd(values, hn::Zero(kFloats), poison);
    }

    bool Store(const sparsity::ChannelCounts& counts, int64_t channel, int64_t positions) const {
      const auto all = hn::Set(kCounters, static_cast<uint32_t>(positions));
      hn::StoreU(hn::Sub(all, active), kCounters, counts.inactive + channel);
      hn::StoreU(saturated, kCounters, counts.saturated + channel);
      hn::StoreU(hn::Zero(kCounters), kCounters, counts.non_finite + channel);
      return hn::AllTrue(kFloats, hn::Eq(poison, hn::Zero(kFloats)));
    }

    bool wanted;
    Floats high;
    hn::Vec<decltype(kCounters)> active;
    hn::Vec<decltype(kCounters)> saturated;
    // Stays 0 where all elements are finite: 0 times anything else is NaN.
    Floats poison;
  };

  static HWY_INLINE hn::Vec<decltype(kCounters)> AddWhere(hn::Mask<decltype(kFloats)> where,
                                                          hn::Vec<decltype(kCounters)> counter) {
    return hn::IfThenElse(hn::RebindMask(kCounters, where), hn::Add(counter, hn::Set(kCounters, 1)),
                          counter);
  }

  const float* SourceRow(int64_t row) const {
    return block_.source + row * shape_.width * kDepthwiseBlock;
  }

  // Those before `end` that are not counted yet. Two vectors at a time, as each sum waits for its
  // last addition.
  void CountSourceRows(int64_t end) {
    if (!source_.wanted || counted_rows_ >= end) return;
    const float* elements = SourceRow(counted_rows_);
    const int64_t positions = (end - counted_rows_) * shape_.width;
    Counter even = source_;
    Counter odd(true, hn::GetLane(source_.high));
    int64_t i = 0;
    for (; i + 2 <= positions; i += 2, elements += 2 * kDepthwiseBlock) {
      even.Add(hn::LoadU(kFloats, elements));
      odd.Add(hn::LoadU(kFloats, elements + kDepthwiseBlock));
    }
    if (i < positions) even.Add(hn::LoadU(kFloats, elements));
    source_.active = hn::Add(even.active, odd.active);
    source_.saturated = hn::Add(even.saturated, odd.saturated);
    source_.poison = hn::Add(even.poison, odd.poison);
    counted_rows_ = end;
  }

  template <int64_t kStride>
  void ComputeRow(float* result) {
    result_.wanted ? ComputeColumns<kStride, true>(result) : ComputeColumns<kStride, false>(result);
  }

  // Columns whose windows are inside the source several at a time, the others one by one.
  template <int64_t kStride, bool kCount>
  void ComputeColumns(float* result) {
    constexpr int64_t kColumns = 6;
    const int64_t pad = shape_.pad_left;
    const int64_t begin = std::min(shape_.result_width, (pad + kStride - 1) / kStride);
    const int64_t inside = shape_.width + pad - kTaps;
    const int64_t end = inside < 0 ? begin : std::min(shape_.result_width, inside / kStride + 1);
    Counter counter = result_;
    int64_t x = 0;
    for (; x < begin; ++x) Finish<kCount>(EdgeColumn(x * kStride - pad), result, x, counter);
    for (; x + kColumns <= end; x += kColumns) {
      Floats sums[kColumns];
      for (Floats& sum : sums) sum = bias_;
      for (int64_t ky = 0; ky < kTaps; ++ky) {
        if (rows_[ky] == nullptr) continue;
        const float* first = rows_[ky] + (x * kStride - pad) * kDepthwiseBlock;
        for (int64_t kx = 0; kx < kTaps; ++kx) {
          for (int64_t column = 0; column < kColumns; ++column) {
            const float* element = first + (column * kStride + kx) * kDepthwiseBlock;
            sums[column] =
                hn::MulAdd(hn::LoadU(kFloats, element), weights_[ky * kTaps + kx], sums[column]);
          }
        }
      }
      for (int64_t column = 0; column < kColumns; ++column) {
        Finish<kCount>(sums[column], result, x + column, counter);
      }
    }
    for (; x < shape_.result_width; ++x) {
      Finish<kCount>(EdgeColumn(x * kStride - pad), result, x, counter);
    }
    result_ = counter;
  }

  // The window that begins at column `first` of the source, some of which may lie outside.
  Floats EdgeColumn(int64_t first) const {
    Floats sum = bias_;
    for (int64_t ky = 0; ky < kTaps; ++ky) {
      for (int64_t kx = 0; kx < kTaps; ++kx) {
        const int64_t column = first + kx;
        if (rows_[ky] == nullptr || column < 0 || column >= shape_.width) continue;
        const auto element = hn::LoadU(kFloats, rows_[ky] + column * kDepthwiseBlock);
        sum = hn::MulAdd(element, weights_[ky * kTaps + kx], sum);
      }
    }
    return sum;
  }

  template <bool kCount>
  HWY_INLINE void Finish(Floats sum, float* result, int64_t column, Counter& counter) const {
    const auto value = hn::Min(hn::Max(sum, low_), high_);
    hn::StoreU(value, kFloats, result + column * kDepthwiseBlock);
    if constexpr (kCount) counter.Add(value);
  }

  const DepthwiseShape& shape_;
  const DepthwiseOperands block_;
  Counter source_;
  Counter result_;
  int64_t counted_rows_ = 0;
  Floats weights_[kTaps * kTaps];
  const Floats bias_;
  const Floats low_;
  const Floats high_;
  const float* rows_[kTaps] = {};  // null: above or below the source
};

// One block of channels of one sample.
bool RunBlock(const DepthwiseShape& shape, const DepthwiseOperands& operands,
              const DepthwiseCounts& counts, int64_t sample, int64_t block) {
  const int64_t index = sample * (shape.channels / kDepthwiseBlock) + block;
  const int64_t channel = block * kDepthwiseBlock;
  bool finite = true;
  for (size_t lane = 0; lane < kDepthwiseBlock; lane += hn::Lanes(Lanes::kFloats)) {
    const auto first = static_cast<int64_t>(lane);
    const DepthwiseOperands part = {
        operands.source + index * shape.height * shape.width * kDepthwiseBlock + first,
        operands.weights + channel * kTaps * kTaps + first,
        operands.bias == nullptr ? nullptr : operands.bias + channel + first,
        operands.result + index * shape.result_height * shape.result_width * kDepthwiseBlock +
            first};
    Lanes lanes(shape, part, counts);
    lanes.Run();
    finite &= lanes.Store(counts, sample * shape.channels + channel + first);
  }
  return finite;
}

}  // namespace
}  // namespace reluserve::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reluserve::engine {

HWY_EXPORT(RunBlock);

bool CountsOnTheWay(const sparsity::CountRule& rule) {
  return rule.inactive == sparsity::CountRule::Inactive::kNotPositive &&
         (!sparsity::Saturates(rule) || (rule.saturated_low <= 0.0f && rule.saturated_high > 0.0f));
}

bool RunDepthwise(const DepthwiseShape& shape, const DepthwiseOperands& operands,
                  const DepthwiseCounts& counts) {
  // Below this, starting the other threads costs more than they save.
  constexpr int64_t kParallelElements = int64_t{1} << 14;
  const int64_t blocks = shape.channels / kDepthwiseBlock;
  const int64_t elements =
      shape.samples * shape.channels * shape.result_height * shape.result_width;
  const bool parallel = elements >= kParallelElements && omp_get_max_threads() > 1;
  bool finite = true;
#pragma omp parallel for schedule(static) reduction(&& : finite) if (parallel)
  for (int64_t i = 0; i < shape.samples * blocks; ++i) {
    const bool is_finite =
        HWY_DYNAMIC_DISPATCH(RunBlock)(shape, operands, counts, i / blocks, i % blocks);
    finite = finite && is_finite;
  }
  return finite;
}

}  // namespace reluserve::engine
#endif  // HWY_ONCE
