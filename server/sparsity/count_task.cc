// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/count_task.h"

#include <algorithm>

// Highway compiles the code between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once for each
// instruction set, by including this file again, and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "server/sparsity/count_task.cc"
#include <hwy/foreach_target.h>
// Must come after foreach_target.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace reluserve::sparsity::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The three counts of as many channels as a vector has lanes.
template <class D>
struct LaneCounts {
  hn::Vec<D> inactive;
  hn::Vec<D> saturated;
  hn::Vec<D> non_finite;
};

template <CountRule::Inactive kInactive, bool kSaturates>
class Counter {
 public:
  explicit Counter(const CountRule& rule)
      : low_(hn::Set(kFloats, rule.saturated_low)), high_(hn::Set(kFloats, rule.saturated_high)) {}

  void Run(const CountTask& task) const {
    if (kInactive == CountRule::Inactive::kNotPositive && task.stride > 1 && CountActive(task)) {
      return;
    }
    if (task.stride == 1) {
      CountPlane(task);
    } else if (task.width <= kRegisterLanes) {
      CountNarrowRows(task);
    } else {
      CountWideRows(task);
    }
  }

 private:
  static constexpr hn::ScalableTag<float> kFloats{};
  static constexpr hn::RebindToUnsigned<decltype(kFloats)> kCounters{};
  using Floats = hn::Vec<decltype(kFloats)>;
  using Counts = LaneCounts<decltype(kCounters)>;
  // Rows up to this many channels are counted a vector at a time down the rows, so that the counts
  // stay in registers: oneDNN's blocks are 8 or 16 wide. Wider rows are read along the row instead,
  // to use whole cache lines.
  static constexpr int64_t kRegisterLanes = 16;
  // Additions that are under way at once: each takes about four cycles.
  static constexpr int kChains = 4;
  // Vectors of a row that are counted at once: with 512 bits come 32 registers for their counts.
  static constexpr int kMostVectors = HWY_MAX_BYTES >= 64 ? 8 : 4;

  static Counts ZeroCounts() {
    return {hn::Zero(kCounters), hn::Zero(kCounters), hn::Zero(kCounters)};
  }

  static void Increment(hn::Vec<decltype(kCounters)>& counter, hn::Mask<decltype(kFloats)> where) {
    // A true mask is all ones, which is -1.
    counter = hn::Sub(counter, hn::VecFromMask(kCounters, hn::RebindMask(kCounters, where)));
  }

  void Add(Floats elements, Counts& counts) const {
    const auto infinity = hn::Set(kFloats, std::numeric_limits<float>::infinity());
    // Comparisons with NaN are false, so "not below infinity" covers both NaN and the infinities.
    const auto finite = hn::Lt(hn::Abs(elements), infinity);
    Increment(counts.non_finite, hn::Not(finite));
    auto rest = finite;
    if constexpr (kInactive != CountRule::Inactive::kNone) {
      const auto zero = hn::Zero(kFloats);
      const auto candidate =
          kInactive == CountRule::Inactive::kZero ? hn::Eq(elements, zero) : hn::Le(elements, zero);
      const auto inactive = hn::And(finite, candidate);
      Increment(counts.inactive, inactive);
      rest = hn::AndNot(inactive, finite);
    }
    if constexpr (kSaturates) {
      const auto at_bound = hn::Or(hn::Le(elements, low_), hn::Ge(elements, high_));
      Increment(counts.saturated, hn::And(rest, at_bound));
    }
  }

  // The first `count` elements in a vector; the lanes after them hold 1, which is never counted as
  // inactive or non-finite. It may be counted as saturated: MaskTail sees to that.
  Floats LoadTail(const float* elements, int64_t count) const {
    HWY_ALIGN float lanes[hn::MaxLanes(kFloats)];
    std::fill_n(lanes, hn::Lanes(kFloats), 1.0f);
    std::copy_n(elements, count, lanes);
    return hn::Load(kFloats, lanes);
  }

  static void MaskTail(Counts& counts, int64_t count) {
    const auto valid = hn::FirstN(kCounters, static_cast<size_t>(count));
    counts.saturated = hn::IfThenElseZero(valid, counts.saturated);
  }

  static uint32_t Sum(hn::Vec<decltype(kCounters)> counter) {
    return hn::GetLane(hn::SumOfLanes(kCounters, counter));
  }

  // One channel whose elements are neighbours.
  void CountPlane(const CountTask& task) const {
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
    Counts counts = ZeroCounts();
    int64_t i = 0;
    for (; i + lanes <= task.rows; i += lanes) {
      Add(hn::LoadU(kFloats, task.elements + i), counts);
    }
    if (i < task.rows) {
      Counts tail = ZeroCounts();
      Add(LoadTail(task.elements + i, task.rows - i), tail);
      MaskTail(tail, task.rows - i);
      counts.inactive = hn::Add(counts.inactive, tail.inactive);
      counts.saturated = hn::Add(counts.saturated, tail.saturated);
      counts.non_finite = hn::Add(counts.non_finite, tail.non_finite);
    }
    *task.counts.inactive = Sum(counts.inactive);
    *task.counts.saturated = Sum(counts.saturated);
    *task.counts.non_finite = Sum(counts.non_finite);
  }

  static hn::Vec<decltype(kCounters)> AddWhere(hn::Mask<decltype(kFloats)> where,
                                               hn::Vec<decltype(kCounters)> counter) {
    return hn::IfThenElse(hn::RebindMask(kCounters, where), hn::Add(counter, hn::Set(kCounters, 1)),
                          counter);
  }

  // Whether what is active can be at the upper bound alone, and what is inactive at none that
  // counts.
  bool OnlyHighSaturates() const { return hn::GetLane(low_) <= 0.0f && hn::GetLane(high_) > 0.0f; }

  // The usual case, ReLU's finite outputs in rows of whole vectors: all that is not active is
  // inactive, and sums tell that nothing was infinite. Several vectors at a time, for each sum
  // waits for its last addition: down the rows, so that counts stay in registers, and where rows
  // are wide in stretches that stay in the first-level cache until the last vector of them is read.
  // False, and to be counted again, where there was anything else.
  bool CountActive(const CountTask& task) const {
    constexpr int64_t kStretchBytes = 24 * 1024;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
    if (task.width % lanes != 0 || (kSaturates && !OnlyHighSaturates())) return false;
    const int64_t row_bytes = task.width * static_cast<int64_t>(sizeof(float));
    // Rows that are read at once need no stretches.
    const int64_t stretch = task.width <= kMostVectors * lanes
                                ? std::max<int64_t>(1, task.rows)
                                : std::max<int64_t>(1, kStretchBytes / row_bytes);
    std::fill_n(task.counts.inactive, task.width, static_cast<uint32_t>(task.rows));
    std::fill_n(task.counts.saturated, task.width, 0);
    std::fill_n(task.counts.non_finite, task.width, 0);
    bool all_finite = true;
    for (int64_t row = 0; row < task.rows && all_finite; row += stretch) {
      const int64_t rows = std::min(stretch, task.rows - row);
      const float* elements = task.elements + row * task.stride;
      int64_t lane = 0;
      for (; lane + kMostVectors * lanes <= task.width; lane += kMostVectors * lanes) {
        all_finite &= CountActiveColumns<kMostVectors>(elements, rows, task, lane);
      }
      // What is left of the row, by powers of two.
      int64_t left = (task.width - lane) / lanes;
      if (left >= 4) {
        all_finite &= CountActiveColumns<4>(elements, rows, task, lane);
        lane += 4 * lanes;
        left -= 4;
      }
      if (left >= 2) {
        all_finite &= CountActiveColumns<2>(elements, rows, task, lane);
        lane += 2 * lanes;
        left -= 2;
      }
      if (left >= 1) all_finite &= CountActiveColumns<1>(elements, rows, task, lane);
    }
    return all_finite;
  }

  // kVectors neighbouring vectors of each row, from channel `lane` on.
  template <int kVectors>
  bool CountActiveColumns(const float* elements, int64_t rows, const CountTask& task,
                          int64_t lane) const {
    constexpr int kRows = std::max(1, kChains / kVectors);
    const int64_t whole = rows - rows % kRows;
    bool all_finite = CountActiveRows<kVectors, kRows>(elements + lane, whole, task, lane);
    if (whole < rows) {
      const float* rest = elements + lane + whole * task.stride;
      all_finite &= CountActiveRows<kVectors, 1>(rest, rows - whole, task, lane);
    }
    return all_finite;
  }

  // The same, kRows rows at a time; `rows` is a multiple of that.
  template <int kVectors, int kRows>
  bool CountActiveRows(const float* elements, int64_t rows, const CountTask& task,
                       int64_t lane) const {
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
    const auto zero = hn::Zero(kFloats);
    hn::Vec<decltype(kCounters)> active[kRows][kVectors];
    hn::Vec<decltype(kCounters)> saturated[kRows][kVectors];
    // Stay 0 where all elements are finite: 0 times anything else is NaN.
    Floats poison[kChains];
    std::fill_n(&active[0][0], kRows * kVectors, hn::Zero(kCounters));
    std::fill_n(&saturated[0][0], kRows * kVectors, hn::Zero(kCounters));
    std::fill_n(poison, kChains, zero);
    for (int64_t i = 0; i < rows; i += kRows) {
      for (int r = 0; r < kRows; ++r, elements += task.stride) {
        for (int v = 0; v < kVectors; ++v) {
          const Floats values = hn::LoadU(kFloats, elements + v * lanes);
          active[r][v] = AddWhere(hn::Gt(values, zero), active[r][v]);
          if constexpr (kSaturates) {
            saturated[r][v] = AddWhere(hn::Ge(values, high_), saturated[r][v]);
          }
          Floats& sum = poison[(r * kVectors + v) % kChains];
          sum = hn::MulAdd(values, zero, sum);
        }
      }
    }
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kVectors; ++v) {
        uint32_t* inactive = task.counts.inactive + lane + v * lanes;
        hn::StoreU(hn::Sub(hn::LoadU(kCounters, inactive), active[r][v]), kCounters, inactive);
        if constexpr (kSaturates) {
          uint32_t* total = task.counts.saturated + lane + v * lanes;
          hn::StoreU(hn::Add(hn::LoadU(kCounters, total), saturated[r][v]), kCounters, total);
        }
      }
    }
    Floats sum = zero;
    for (const Floats& chain : poison) sum = hn::Add(sum, chain);
    return hn::AllTrue(kFloats, hn::Eq(sum, zero));
  }

  // A few channels side by side, one a lane.
  void CountNarrowRows(const CountTask& task) const {
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
    for (int64_t lane = 0; lane < task.width; lane += lanes) {
      const int64_t valid = std::min(lanes, task.width - lane);
      const float* row = task.elements + lane;
      Counts counts = ZeroCounts();
      if (lane + lanes <= task.stride) {
        // A whole vector lies within the row, if only in its padding.
        for (int64_t i = 0; i < task.rows; ++i, row += task.stride) {
          Add(hn::LoadU(kFloats, row), counts);
        }
      } else {
        for (int64_t i = 0; i < task.rows; ++i, row += task.stride) {
          Add(LoadTail(row, valid), counts);
        }
      }
      Store(counts.inactive, task.counts.inactive + lane, valid);
      Store(counts.saturated, task.counts.saturated + lane, valid);
      Store(counts.non_finite, task.counts.non_finite + lane, valid);
    }
  }

  static void Store(hn::Vec<decltype(kCounters)> counter, uint32_t* target, int64_t valid) {
    HWY_ALIGN uint32_t lanes[hn::MaxLanes(kCounters)];
    hn::Store(counter, kCounters, lanes);
    std::copy_n(lanes, valid, target);
  }

  // Many channels side by side: the counts live in the result arrays.
  void CountWideRows(const CountTask& task) const {
    std::fill_n(task.counts.inactive, task.width, 0);
    std::fill_n(task.counts.saturated, task.width, 0);
    std::fill_n(task.counts.non_finite, task.width, 0);
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
    const float* row = task.elements;
    for (int64_t i = 0; i < task.rows; ++i, row += task.stride) {
      int64_t lane = 0;
      for (; lane + lanes <= task.width; lane += lanes) {
        Counts counts = {hn::LoadU(kCounters, task.counts.inactive + lane),
                         hn::LoadU(kCounters, task.counts.saturated + lane),
                         hn::LoadU(kCounters, task.counts.non_finite + lane)};
        Add(hn::LoadU(kFloats, row + lane), counts);
        hn::StoreU(counts.inactive, kCounters, task.counts.inactive + lane);
        hn::StoreU(counts.saturated, kCounters, task.counts.saturated + lane);
        hn::StoreU(counts.non_finite, kCounters, task.counts.non_finite + lane);
      }
      if (lane < task.width) AddRowTail(task, row, lane);
    }
  }

  void AddRowTail(const CountTask& task, const float* row, int64_t lane) const {
    const int64_t valid = task.width - lane;
    Counts counts = ZeroCounts();
    Add(LoadTail(row + lane, valid), counts);
    HWY_ALIGN uint32_t increments[hn::MaxLanes(kCounters)];
    const auto add = [&](hn::Vec<decltype(kCounters)> counter, uint32_t* target) {
      hn::Store(counter, kCounters, increments);
      for (int64_t i = 0; i < valid; ++i) target[lane + i] += increments[i];
    };
    add(counts.inactive, task.counts.inactive);
    add(counts.saturated, task.counts.saturated);
    add(counts.non_finite, task.counts.non_finite);
  }

  const Floats low_;
  const Floats high_;
};

template <CountRule::Inactive kInactive>
void RunCounter(const CountTask& task, const CountRule& rule) {
  if (Saturates(rule)) {
    Counter<kInactive, true>(rule).Run(task);
  } else {
    Counter<kInactive, false>(rule).Run(task);
  }
}

void CountOneTask(const CountTask& task, const CountRule& rule) {
  switch (rule.inactive) {
    case CountRule::Inactive::kNone:
      return RunCounter<CountRule::Inactive::kNone>(task, rule);
    case CountRule::Inactive::kNotPositive:
      return RunCounter<CountRule::Inactive::kNotPositive>(task, rule);
    case CountRule::Inactive::kZero:
      return RunCounter<CountRule::Inactive::kZero>(task, rule);
  }
}

}  // namespace
}  // namespace reluserve::sparsity::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reluserve::sparsity {

HWY_EXPORT(CountOneTask);

void RunCountTask(const CountTask& task, const CountRule& rule) {
  HWY_DYNAMIC_DISPATCH(CountOneTask)(task, rule);
}

}  // namespace reluserve::sparsity
#endif  // HWY_ONCE
