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

  // How many are positive, and how many at the upper bound, and a sum that is not 0 where any
  // element was not finite: 0 times these is NaN.
  struct Active {
    hn::Vec<decltype(kCounters)> count;
    hn::Vec<decltype(kCounters)> saturated;
    Floats poison;

    void Add(Floats elements, Floats high) {
      const auto zero = hn::Zero(kFloats);
      count = AddWhere(hn::Gt(elements, zero), count);
      if constexpr (kSaturates) saturated = AddWhere(hn::Ge(elements, high), saturated);
      poison = hn::MulAdd(elements, zero, poison);
    }
    static hn::Vec<decltype(kCounters)> AddWhere(hn::Mask<decltype(kFloats)> where,
                                                 hn::Vec<decltype(kCounters)> counter) {
      return hn::IfThenElse(hn::RebindMask(kCounters, where),
                            hn::Add(counter, hn::Set(kCounters, 1)), counter);
    }
    bool AllFinite() const { return hn::AllTrue(kFloats, hn::Eq(poison, hn::Zero(kFloats))); }
  };

  // Whether what is active can be at the upper bound alone, and what is inactive at none that
  // counts.
  bool OnlyHighSaturates() const { return hn::GetLane(low_) <= 0.0f && hn::GetLane(high_) > 0.0f; }

  // The usual case, ReLU's finite outputs in rows of whole vectors: all that is not active is
  // inactive, and one sum tells that nothing was infinite. Several vectors at a time, for each sum
  // waits for its last addition: down the rows, so that counts stay in registers, and where rows
  // are wide in stretches that stay in the first-level cache until the last vector of them is read.
  // False, and to be counted again, where there was anything else.
  bool CountActive(const CountTask& task) const {
    constexpr int kVectors = 4;
    constexpr int64_t kStretchBytes = 16 * 1024;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
    if (task.width % lanes != 0 || (kSaturates && !OnlyHighSaturates())) return false;
    const int64_t row_bytes = task.width * static_cast<int64_t>(sizeof(float));
    // Rows of few vectors are read from end to end anyway.
    const int64_t stretch = task.width <= kVectors * lanes
                                ? std::max<int64_t>(1, task.rows)
                                : std::max<int64_t>(1, kStretchBytes / row_bytes);
    std::fill_n(task.counts.inactive, task.width, static_cast<uint32_t>(task.rows));
    std::fill_n(task.counts.saturated, task.width, 0);
    std::fill_n(task.counts.non_finite, task.width, 0);
    for (int64_t row = 0; row < task.rows; row += stretch) {
      const int64_t rows = std::min(stretch, task.rows - row);
      const float* elements = task.elements + row * task.stride;
      int64_t lane = 0;
      for (; lane + kVectors * lanes <= task.width; lane += kVectors * lanes) {
        if (!CountActiveRows<kVectors, 1>(elements + lane, rows, task, lane)) return false;
      }
      for (; lane < task.width; lane += lanes) {
        const int64_t paired = rows / kVectors * kVectors;
        if (!CountActiveRows<1, kVectors>(elements + lane, paired, task, lane)) return false;
        const float* left = elements + lane + paired * task.stride;
        if (!CountActiveRows<1, 1>(left, rows - paired, task, lane)) return false;
      }
    }
    return true;
  }

  // kVectors neighbouring vectors of each row, from channel `lane` on, and kRows rows at a time;
  // `rows` is a multiple of that.
  template <int kVectors, int kRows>
  bool CountActiveRows(const float* elements, int64_t rows, const CountTask& task,
                       int64_t lane) const {
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
    Active active[kRows][kVectors];
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kVectors; ++v) {
        active[r][v].count = active[r][v].saturated = hn::Zero(kCounters);
        active[r][v].poison = hn::Zero(kFloats);
      }
    }
    for (int64_t i = 0; i < rows; i += kRows) {
      for (int r = 0; r < kRows; ++r, elements += task.stride) {
        for (int v = 0; v < kVectors; ++v) {
          active[r][v].Add(hn::LoadU(kFloats, elements + v * lanes), high_);
        }
      }
    }
    bool all_finite = true;
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kVectors; ++v) {
        uint32_t* inactive = task.counts.inactive + lane + v * lanes;
        hn::StoreU(hn::Sub(hn::LoadU(kCounters, inactive), active[r][v].count), kCounters,
                   inactive);
        if constexpr (kSaturates) {
          uint32_t* saturated = task.counts.saturated + lane + v * lanes;
          hn::StoreU(hn::Add(hn::LoadU(kCounters, saturated), active[r][v].saturated), kCounters,
                     saturated);
        }
        all_finite = all_finite && active[r][v].AllFinite();
      }
    }
    return all_finite;
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
